"""How much two wordings are alike."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Indel

from crabtk.text import words_in


def words_of(wording: str) -> list[str]:
    """Return a wording's words in lower case, to be compared with another's."""
    return words_in(wording.lower())


def alike(one: Sequence[str], other: Sequence[str], more_than: float) -> bool:
    """Tell whether ROUGE-L's F1 over words (twice the longest common subsequence over both lengths) exceeds a value."""
    # At best the shorter one is part of the longer: most pairs are settled by their lengths.
    if 2 * min(len(one), len(other)) <= more_than * (len(one) + len(other)):
        return False
    return float(Indel.normalized_similarity(one, other)) > more_than
