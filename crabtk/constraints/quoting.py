"""Phrases: where they stand in a text, and which ones a constraint demands."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from crabtk.text import ParsedText
from crabtk.types import Constraint

_JOINTS = "'’‐‑-"
_DEMANDS = {
    "emphasis:keyword": "phrase",
    "heading:text": "phrase",
    "keyword:case": "keyword",
    "keyword:every_paragraph": "keyword",
    "keyword:frequency": "keyword",
    "keyword:include": "phrases",
    "keyword:nth_word": "keyword",
    "keyword:order": "phrases",
    "keyword:place": "phrase",
    "keyword:position": "keyword",
    "keyword:sentence": "keyword",
    "paragraphs:first_word": "word",
    "sentence:first_word": "word",
    "sentence:last_word": "word",
    "start_end:first_phrase": "phrase",
    "start_end:first_word": "word",
    "start_end:last_phrase": "phrase",
    "start_end:last_word": "word",
}
"""The parameter of each type that holds what a response must hold."""


def occurrences(phrase: str, text: ParsedText) -> int:
    """Count a phrase as whole words on one line, case ignored."""
    return sum(1 for _ in _whole(fold(phrase), text.folded))


def occurs(phrase: str, text: ParsedText) -> bool:
    """Tell whether a phrase occurs as whole words on one line, case ignored."""
    return _find(fold(phrase), text.folded) >= 0


def first_place(phrase: str, text: ParsedText) -> int:
    """Return where a phrase first occurs as whole words in ``text.folded``, or -1."""
    return _find(fold(phrase), text.folded)


def written_as(phrase: str, text: ParsedText) -> int:
    """Count a phrase as whole words on one line in just this letter case."""
    sought = " ".join(phrase.split())
    # White space is of no account to a single word.
    return sum(1 for _ in _whole(sought, text.part(_plain_lines) if " " in sought else text.raw))


def inner(char: str) -> bool:
    """Tell whether a character continues a word."""
    if char.isascii():
        return char.isalnum()
    return char.isalnum() or char in "\u200c\u200d" or unicodedata.category(char)[0] == "M"


def demanded(other: Constraint) -> tuple[str, ...]:
    """Return the phrases that a response must hold to satisfy a constraint, as far as crabtk knows."""
    value = other.params.get(_DEMANDS.get(other.type, ""), ())
    if other.params.get("relation") == "at_most" or other.params.get("n") == 0:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def contains(phrase: str, part: str) -> bool:
    """Tell whether one phrase holds another as whole words."""
    return _find(fold(part), fold(phrase)) >= 0


def holds_alone(folded: str, sought: str) -> bool:
    """Tell whether a phrase occurs in a part without a hyphen or apostrophe that would make it part of a word.

    Args:
        folded: The part as ``fold`` returns it.
        sought: The phrase as ``fold`` returns it.
    """
    return sought in folded and any(
        not _is_joined(folded, place, place + len(sought)) for place in _whole(sought, folded)
    )


def is_alone(phrase: str, text: ParsedText, place: int) -> bool:
    """Tell whether nothing is joined to a phrase that stands at a place in ``text.folded``."""
    return not _is_joined(text.folded, place, place + len(fold(phrase)))


@lru_cache(maxsize=512)  # The types that look for phrases look for the same ones in the same places.
def fold(phrase: str) -> str:
    """Return a phrase as ``text.folded`` would hold it: case folded, each white space one space."""
    return " ".join(phrase.split()).casefold()


def _is_joined(folded: str, start: int, end: int) -> bool:
    """Tell whether a hyphen or apostrophe joins what stands between two places to a letter or digit."""
    before = start > 1 and folded[start - 1] in _JOINTS and inner(folded[start - 2])
    after = end + 1 < len(folded) and folded[end] in _JOINTS and inner(folded[end + 1])
    return before or after


def _plain_lines(text: ParsedText) -> str:
    return "\n".join(" ".join(line.split()) for line in text.lines)


def _whole(phrase: str, folded: str) -> Iterator[int]:
    """Yield where a phrase stands between word boundaries, without overlaps."""
    position = _find(phrase, folded)
    while position >= 0:
        yield position
        position = _find(phrase, folded, position + len(phrase))


def _find(phrase: str, folded: str, start: int = 0) -> int:
    """Return where a phrase first stands between word boundaries, or -1.

    By ``str.find`` and not by an expression: each phrase is new, so that compiling would cost more than
    the search.
    """
    position = folded.find(phrase, start) if phrase else -1
    while position >= 0:
        end = position + len(phrase)
        if not (position and inner(folded[position - 1])) and not (end < len(folded) and inner(folded[end])):
            return position
        position = folded.find(phrase, position + 1)
    return -1
