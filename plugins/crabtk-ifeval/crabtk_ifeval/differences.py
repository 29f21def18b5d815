"""All known differences between the registries, by the name of the set."""

from __future__ import annotations

from collections.abc import Mapping

from crabtk_ifeval.difference import Difference
from crabtk_ifeval.ifeval import differences as ifeval
from crabtk_ifeval.iftrain import differences as iftrain

DIFFERENCES: Mapping[str, tuple[Difference, ...]] = {"ifeval": ifeval.DIFFERENCES, "iftrain": iftrain.DIFFERENCES}
