"""How much two wordings are alike."""

from __future__ import annotations

from typing import NamedTuple

from rapidfuzz.distance import Indel

from crabtk.text import words_in


class Words(NamedTuple):
    """A wording's words in lower case, in order, the different ones, and how many repeat another."""

    all: list[str]
    distinct: frozenset[str]
    repeated: int


def words_of(wording: str) -> Words:
    """Return a wording's words, to be compared with another's."""
    words = words_in(wording.lower())
    distinct = frozenset(words)
    return Words(words, distinct, len(words) - len(distinct))


def alike(one: Words, other: Words, more_than: float) -> bool:
    """Tell whether ROUGE-L's F1 over words (twice the longest common subsequence over both lengths) exceeds a value."""
    words, distinct, repeated = one
    other_words, other_distinct, other_repeated = other
    needed = more_than * (len(words) + len(other_words)) / 2
    # A common subsequence has no more words than both share, repeated ones counted: that settles most pairs.
    shared = len(distinct & other_distinct)
    if shared + (repeated if repeated < other_repeated else other_repeated) <= needed:
        return False
    return float(Indel.normalized_similarity(words, other_words)) > more_than
