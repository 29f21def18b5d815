"""How much two wordings are alike."""

from __future__ import annotations

from typing import NamedTuple

from rapidfuzz.distance import Indel

from crabtk.text import words_in


class Words(NamedTuple):
    """A wording's words in lower case, in order, and the different ones."""

    all: list[str]
    distinct: frozenset[str]


def words_of(wording: str) -> Words:
    """Return a wording's words, to be compared with another's."""
    words = words_in(wording.lower())
    return Words(words, frozenset(words))


def alike(one: Words, other: Words, more_than: float) -> bool:
    """Tell whether ROUGE-L's F1 over words (twice the longest common subsequence over both lengths) exceeds a value."""
    needed = more_than * (len(one.all) + len(other.all)) / 2
    if min(len(one.all), len(other.all)) <= needed:
        return False
    # A common subsequence has no more words than both share, repeated ones counted: that settles most pairs.
    repeated = min(len(one.all) - len(one.distinct), len(other.all) - len(other.distinct))
    if len(one.distinct & other.distinct) + repeated <= needed:
        return False
    return float(Indel.normalized_similarity(one.all, other.all)) > more_than
