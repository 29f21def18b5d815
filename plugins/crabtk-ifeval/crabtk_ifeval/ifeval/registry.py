"""The table of IFEval's ids."""

from __future__ import annotations

from crabtk_ifeval.ifeval import combinations, contents, formats, keywords, lengths
from crabtk_ifeval.ifeval.aliases import ALIASES
from crabtk_ifeval.instruction import PublishedSet

IFEVAL = PublishedSet(
    "ifeval",
    {
        **keywords.INSTRUCTIONS,
        **lengths.INSTRUCTIONS,
        **contents.INSTRUCTIONS,
        **formats.INSTRUCTIONS,
        **combinations.INSTRUCTIONS,
    },
    ALIASES,
)
