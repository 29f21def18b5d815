"""Phrases: where they stand in a text, and which ones a constraint demands."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from crabtk.text import ParsedText
from crabtk.types import Constraint

_DEMANDS = {
    "keyword:include": "phrases",
    "keyword:frequency": "keyword",
    "start_end:first_phrase": "phrase",
    "start_end:last_phrase": "phrase",
}


def occurrences(phrase: str, text: ParsedText) -> int:
    """Count a phrase as whole words on one line, case ignored."""
    return sum(1 for _ in _whole(_fold(phrase), text.folded))


def occurs(phrase: str, text: ParsedText) -> bool:
    """Tell whether a phrase occurs as whole words on one line, case ignored."""
    return next(_whole(_fold(phrase), text.folded), None) is not None


def occurs_inside(phrase: str, text: ParsedText) -> bool:
    """Tell whether a phrase occurs at all, be it inside a word."""
    return _fold(phrase) in text.folded


def inner(char: str) -> bool:
    """Tell whether a character continues a word."""
    return char.isalnum() or char in "\u200c\u200d" or unicodedata.category(char)[0] == "M"


def demanded(other: Constraint) -> tuple[str, ...]:
    """Return the phrases that a response must hold to satisfy a constraint, as far as crabtk knows."""
    value = other.params.get(_DEMANDS.get(other.type, ""), ())
    return (value,) if isinstance(value, str) else tuple(value)


def contains(phrase: str, part: str) -> bool:
    """Tell whether one phrase holds another as whole words."""
    return next(_whole(_fold(part), _fold(phrase)), None) is not None


def _fold(phrase: str) -> str:
    return " ".join(phrase.split()).casefold()


def _whole(phrase: str, folded: str) -> Iterator[int]:
    """Yield where a phrase stands between word boundaries, without overlaps.

    By ``str.find`` and not by an expression: each phrase is new, so that compiling would cost more than
    the search.
    """
    position = folded.find(phrase) if phrase else -1
    while position >= 0:
        end = position + len(phrase)
        whole = not (position and inner(folded[position - 1])) and not (end < len(folded) and inner(folded[end]))
        if whole:
            yield position
        position = folded.find(phrase, end if whole else position + 1)
