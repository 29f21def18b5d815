"""``sentence:``."""

from __future__ import annotations

from itertools import pairwise

from crabtk import ParsedText
from crabtk_ifbench.reference.sentences import sentences
from crabtk_ifbench.reference.tokens import MARKS, without_marks


def alliteration_increment(text: ParsedText) -> bool:
    """Add up all alliterating words of a sentence, not the longest run, and ask for more in each; 0 may open."""
    counts = [_alliterating(sentence) for sentence in text.part(sentences)]
    return all(before < after for before, after in pairwise(counts))


def keyword(text: ParsedText, word: str, N: int) -> bool:
    """Look for the keyword anywhere in the N-th sentence, also within a word; N = 0 means the last one."""
    found = text.part(sentences)
    return bool(found) and len(found) >= N and word.lower() in found[N - 1].lower()


def increment(text: ParsedText, small_n: int) -> bool:
    """Compare the numbers of words by white space without punctuation; a single sentence passes."""
    counts = [len(without_marks(sentence).split()) for sentence in text.part(sentences)]
    return bool(counts) and all(after == before + small_n for before, after in pairwise(counts))


def _alliterating(sentence: str) -> int:
    words = [bare for word in sentence.lower().split() if (bare := word.lstrip(MARKS))]
    pairs = [a[0] == b[0] for a, b in pairwise(words)]
    runs = sum(pair and not before for before, pair in pairwise([False, *pairs]))
    return sum(pairs) + runs
