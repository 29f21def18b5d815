"""``count:``."""

from __future__ import annotations

import re

from crabtk import ParsedText
from crabtk_ifbench.reference.facts import CONJUNCTIONS, KEYWORD_TIMES, PERSON_NAMES, PRONOUNS
from crabtk_ifbench.reference.tokens import MARKS, without_marks, word_runs

_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_DIGITS = re.compile(r"\d+")
_COVERED = frozenset(".,!?;:")


def word_count_range(text: ParsedText, min_words: int, max_words: int) -> bool:
    """Count runs of word characters: ``don't`` is two words."""
    return min_words <= len(text.part(word_runs)) <= max_words


def unique_word_count(text: ParsedText, N: int) -> bool:
    """Count different words by white space; all that is mere punctuation is one word more."""
    return len({word.strip(MARKS) for word in text.raw.lower().split()}) >= N


def conjunctions(text: ParsedText, small_n: int) -> bool:
    """Count different spellings: ``and``, ``And`` and ``and,`` are three conjunctions."""
    return len({word for word in text.raw.split() if word.strip(MARKS).lower() in CONJUNCTIONS}) >= small_n


def person_names(text: ParsedText, N: int) -> bool:
    """Count listed names that stand anywhere: ``Leopard`` holds Leo."""
    return sum(name in text.raw for name in PERSON_NAMES) >= N


def numbers(text: ParsedText, N: int) -> bool:
    """Count runs of digits once punctuation is gone: ``1-2`` is one number."""
    return len(_DIGITS.findall(without_marks(text.raw))) == N


def punctuation(text: ParsedText) -> bool:
    """Look for an interrobang and, that one left out, for the six marks; an interrobang in one character stays in."""
    if not any(mark in text.raw for mark in ("!?", "?!", "‽")):
        return False
    rest = text.raw.replace("?!", "", 1)
    if rest == text.raw:
        rest = text.raw.replace("!?", "", 1)
    return set(rest) >= _COVERED


def words_japanese(text: ParsedText, N: int) -> bool:
    """Look for a kana or han character in every N-th word by white space; marks and digits are let pass."""
    if N == 0:  # The reference raises ZeroDivisionError.
        return False
    for word in text.raw.split()[N - 1 :: N]:
        bare = word.strip(MARKS)
        if bare and not bare.isdigit() and not _JAPANESE.search(bare):
            return False
    return True


def pronouns(text: ParsedText, N: int) -> bool:
    """Count words of a list of personal pronouns: ``it's`` becomes ``its`` and counts."""
    words = without_marks(text.raw.replace("/", " ").lower()).split()
    return sum(word in PRONOUNS for word in words) >= N


def keywords_multiple(text: ParsedText, **keywords: str) -> bool:
    """Count each keyword anywhere, also within other words, case ignored."""
    lower = text.raw.lower()
    wanted = zip(keywords.values(), KEYWORD_TIMES, strict=True)
    return all(lower.count(keyword.lower()) == times for keyword, times in wanted)
