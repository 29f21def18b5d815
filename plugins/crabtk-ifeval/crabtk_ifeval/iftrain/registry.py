"""The table of IFTrain's ids."""

from __future__ import annotations

from crabtk_ifeval.iftrain import copies, counts, edges, formats, keywords
from crabtk_ifeval.iftrain.aliases import ALIASES
from crabtk_ifeval.instruction import PublishedSet

IFTRAIN = PublishedSet(
    "iftrain",
    {
        **keywords.INSTRUCTIONS,
        **copies.INSTRUCTIONS,
        **formats.INSTRUCTIONS,
        **edges.INSTRUCTIONS,
        **counts.INSTRUCTIONS,
    },
    ALIASES,
)
