"""Which words and pairs of words a response is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter

import regex

from crabtk.constraints.stopwords import stopwords
from crabtk.text import WORD, ParsedText

Content = list[tuple[str, str]]
"""Content words in order, each with the word that follows after a single space on its line, or an empty text."""

Ranked = list[tuple[float, str]]
"""Phrases, most salient first, each with its salience below zero."""

_SHORTEST = 4
_SHORTEST_UNLISTED = 6
_PAIR_BONUS = 1.6
_MOST_RANKED = 50
_GLUE_AFTER = frozenset("_'’/@-")
_GLUE_BEFORE = _GLUE_AFTER | frozenset("\\.")
_DIVIDER = regex.compile(f"({WORD.pattern})")
_LATIN = re.compile(r"(?<![\w'’/@\\.-])([^\W\d_]{4,})(?![\w'’/@-]|\.[^\W_])(?= ([^\W_]+)|)")
"""A content word and the word that follows it, where no letter carries a mark of its own."""
_ASCII = re.compile(r"\b(?<!['/@\\.-])([A-Za-z]{4,})\b(?!['/@-]|\.[A-Za-z0-9])(?= ([A-Za-z0-9]+)|)", re.ASCII)
"""The same in a text of ASCII, at a better speed."""
_MAY_CARRY_MARKS = re.compile("[\u0300-\u1fff\u200c\u200d\u20d0-\u20ff\u2c00-\U0010ffff]")


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
    return frozenset(_words(text.part(_content)))


def _ranked_words(text: ParsedText) -> Ranked:
    return _ranked(_words(text.part(_content)), 1.0)


def _ranked_phrases(text: ParsedText) -> Ranked:
    pairs = _ranked(list(_pairs(text.part(_content))), _PAIR_BONUS)
    return sorted([*pairs, *text.part(_ranked_words)], key=itemgetter(0))[:_MOST_RANKED]


def _ranked(phrases: list[str], bonus: float) -> Ranked:
    """Rank by frequency times length: long words say more, and short ones that recur say it often.

    A phrase is written in its plain form if the text has it, since a capital may be owed to a sentence's or title's
    start; else in its most frequent one.
    """
    totals = Counter(map(str.lower, phrases))
    weights = [(-(bonus * total * min(len(key), 9)), key) for key, total in totals.items()]
    weights.sort(key=itemgetter(0))
    del weights[_MOST_RANKED:]
    plain = set(phrases)
    capitalised = Counter(phrase for phrase in phrases if not phrase.islower())
    forms: dict[str, str] = {}
    for phrase, _ in capitalised.most_common():
        forms.setdefault(phrase.lower(), phrase)
    return [(weight, key if key in plain else forms[key]) for weight, key in weights]


def _words(content: Content) -> list[str]:
    return [word for word, _ in content]


def _pairs(content: Content) -> Iterator[str]:
    """Yield adjoining content words that occur together; a pair of which one part is a name counts too."""
    pairs = [f"{first} {second}" for (first, following), (second, _) in pairwise(content) if following == second]
    found = Counter(map(str.lower, pairs))
    yield from (pair for pair in pairs if found[pair.lower()] > 1)


def _content(text: ParsedText) -> Content:
    """Return the content words of the prose; lines with an address are left out."""
    stop = stopwords(text.language)
    shortest = _SHORTEST if stop else _SHORTEST_UNLISTED
    lines = [line for line in text.prose_lines if "://" not in line]
    prose = "\n".join(lines)
    if prose.isascii() or not _MAY_CARRY_MARKS.search(prose):
        found = (_ASCII if prose.isascii() else _LATIN).findall(prose)
        return [pair for pair in found if pair[0].lower() not in stop and len(pair[0]) >= shortest]
    return [
        pair for line in lines for pair in _of_line(line) if len(pair[0]) >= shortest and pair[0].lower() not in stop
    ]


def _of_line(line: str) -> Iterator[tuple[str, str]]:
    """Yield the words that stand apart, whatever letters they are of."""
    # The words, and before, between and after them what divides them.
    parts = _DIVIDER.split(line)
    words, gaps = parts[1::2], parts[::2]
    for before, word, after, following in zip(gaps, words, gaps[1:], [*words[1:], ""], strict=False):
        if (word.isalpha() or _indic(word)) and _bordered(before[-1:], (after + following)[:2]):
            yield word, following if after == " " else ""


def _indic(word: str) -> bool:
    """Tell whether a word is letters and combining marks, which ``isalpha`` refuses."""
    return not any(char.isdigit() for char in word)


def _bordered(before: str, after: str) -> bool:
    r"""Refuse parts of something longer: ``don`` of ``don't``, ``frac`` of ``\frac``, ``com`` of ``x.com``."""
    apart = before not in _GLUE_BEFORE and after[:1] not in _GLUE_AFTER
    return apart and not (after[:1] == "." and after[1:].isalnum())
