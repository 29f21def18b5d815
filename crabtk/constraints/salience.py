"""Which words and pairs of words a response is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import itemgetter

import regex

from crabtk.constraints.stopwords import stopwords
from crabtk.text import WORD, ParsedText

Run = list[tuple[str, bool]]
"""A line's content words, each with whether the next one follows after a single space."""

Ranked = list[tuple[float, str]]
"""Phrases, most salient first, each with its salience below zero."""

_SHORTEST = 4
_SHORTEST_UNLISTED = 6
_PAIR_BONUS = 1.6
_MOST_RANKED = 50
_GLUE_AFTER = frozenset("_'’/@-")
_GLUE_BEFORE = _GLUE_AFTER | frozenset("\\.")
_DIVIDER = regex.compile(f"({WORD.pattern})")
_ASCII_DIVIDER = re.compile("([A-Za-z0-9]+)")
"""The same in a text of ASCII, at twice the speed."""


def salient_words(text: ParsedText, at_most: int) -> list[str]:
    """Return single words by salience, in lower case unless they are always written otherwise."""
    return [word for _, word in text.part(_ranked_words)[:at_most]]


def salient_phrases(text: ParsedText, at_most: int) -> list[str]:
    """Return words and pairs of adjoining words by salience.

    Args:
        text: Its code is left out.
        at_most: How many to return.

    Returns:
        Phrases verbatim in the text on one line; most salient first; ties in the order of the text. A word
        that is part of a pair in the list is left out.
    """
    kept: list[str] = []
    taken: set[str] = set()
    for _, phrase in text.part(_ranked_phrases)[: 2 * at_most]:
        parts = phrase.lower().split()
        if taken.isdisjoint(parts):
            kept.append(phrase)
            taken.update(parts)
    return kept[:at_most]


def content_words(text: ParsedText) -> frozenset[str]:
    """Return the words that carry a topic, as written."""
    return frozenset(_words(text.part(_content_runs)))


def _ranked_words(text: ParsedText) -> Ranked:
    return _ranked(_words(text.part(_content_runs)), 1.0)


def _ranked_phrases(text: ParsedText) -> Ranked:
    pairs = _ranked(list(_pairs(text.part(_content_runs))), _PAIR_BONUS)
    return sorted([*pairs, *text.part(_ranked_words)], key=itemgetter(0))[:_MOST_RANKED]


def _ranked(phrases: list[str], bonus: float) -> Ranked:
    """Rank by frequency times length: long words say more, and short ones that recur say it often.

    A phrase is written in its plain form if the text has it, since a capital may be owed to a sentence's or title's
    start; else in its most frequent one.
    """
    frequencies = Counter(phrases)
    totals: dict[str, int] = {}
    forms: dict[str, list[str]] = {}
    for phrase, frequency in frequencies.items():
        key = phrase.lower()
        totals[key] = totals.get(key, 0) + frequency
        if key != phrase:
            forms.setdefault(key, []).append(phrase)
    weights = [(-(bonus * total * min(len(key), 9)), key) for key, total in totals.items()]
    weights.sort(key=itemgetter(0))
    return [
        (weight, key if key in frequencies else max(forms[key], key=frequencies.__getitem__))
        for weight, key in weights[:_MOST_RANKED]
    ]


def _words(runs: Iterable[Run]) -> list[str]:
    return [word for run in runs for word, _ in run]


def _pairs(runs: Iterable[Run]) -> Iterator[str]:
    """Yield adjoining content words that occur together; a pair of which one part is a name counts too."""
    pairs = [f"{first} {second}" for run in runs for (first, joined), (second, _) in pairwise(run) if joined]
    found = Counter(map(str.lower, pairs))
    yield from (pair for pair in pairs if found[pair.lower()] > 1)


def _content_runs(text: ParsedText) -> list[Run]:
    """Return the content words of each line."""
    runs: list[Run] = []
    stop = stopwords(text.language)
    shortest = _SHORTEST if stop else _SHORTEST_UNLISTED
    for line in text.prose_lines:
        if "://" in line:
            continue
        # The words, and before, between and after them what divides them.
        parts = (_ASCII_DIVIDER if line.isascii() else _DIVIDER).split(line)
        words, gaps = parts[1::2], parts[::2]
        run: Run = []
        for before, word, after, next_ in zip(gaps, words, gaps[1:], [*words[1:], ""], strict=False):
            if len(word) < shortest or word.lower() in stop or (not word.isalpha() and not _indic(word)):
                if run:
                    run[-1] = (run[-1][0], False)
            elif after == " ":
                if before[-1:] not in _GLUE_BEFORE:
                    run.append((word, next_ != ""))
            elif _bordered(before[-1:], (after + next_)[:2]):
                run.append((word, False))
        runs.append(run)
    return runs


def _indic(word: str) -> bool:
    """Tell whether a word is letters and combining marks, which ``isalpha`` refuses."""
    return not any(char.isdigit() for char in word)


def _bordered(before: str, after: str) -> bool:
    r"""Refuse parts of something longer: ``don`` of ``don't``, ``frac`` of ``\frac``, ``com`` of ``x.com``."""
    apart = before not in _GLUE_BEFORE and after[:1] not in _GLUE_AFTER
    return apart and not (after[:1] == "." and after[1:].isalnum())
