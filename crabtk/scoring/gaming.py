"""Signs by which a response shows that it answers nothing: loops, stuffing, echoes, claims of compliance.

Each rule is so wide that real answers keep clear of it; ``docs/rewards.md`` has the figures.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence

from crabtk.scoring.claims import without_claims
from crabtk.words import words_in

READ_AT_MOST = 20_000
"""Characters of a response that are read for what it says; loops are looked for in all of it."""

_GRAM = 4
_LOOP_WORDS = 60
_DISTINCT_GRAMS = 0.3
_LOOP_BYTES = 1000
_COMPRESSED = 0.04
_STUFFED_WORDS = 40
_TOP_FIVE = 0.8
_VARIED_WORDS = 100
_DISTINCT_WORDS = 0.08
_LONG_WORDS = 2000
_ECHOED = 0.9
_COVERED = 0.5


def gaming(instruction: str, response: str) -> str | None:
    """Tell by what a response shows that it answers nothing; None where it shows nothing of the kind.

    Args:
        instruction: What was asked, without its constraints.
        response: Without hidden reasoning; any string of any length.

    Returns:
        ``empty`` (no word), ``loop`` (it repeats itself), ``stuffing`` (a few words make up nearly all of it),
        ``claims`` (sentences about compliance and stock phrases alone) or ``echo`` (the instruction again).
    """
    words = words_in(response.lower())
    if not words:
        return "empty"
    if _loops(response, words):
        return "loop"
    if _stuffed(words):
        return "stuffing"
    said = words_in(without_claims(instruction, response[:READ_AT_MOST]).lower())
    if not said:
        return "claims"
    return "echo" if _echoes(words_in(instruction.lower()), said) else None


def _loops(response: str, words: Sequence[str]) -> bool:
    """Tell whether a text says the same again and again: by its words, or by its characters where it has few."""
    if len(words) >= _LOOP_WORDS:
        grams = _grams(words)
        if len(set(grams)) < _DISTINCT_GRAMS * len(grams):
            return True
    raw = response.encode("utf-8", "surrogatepass")
    return len(raw) >= _LOOP_BYTES and len(zlib.compress(raw, 1)) < _COMPRESSED * len(raw)


def _stuffed(words: Sequence[str]) -> bool:
    counts = Counter(words)
    if len(words) >= _STUFFED_WORDS and sum(count for _, count in counts.most_common(5)) > _TOP_FIVE * len(words):
        return True
    return len(words) >= _VARIED_WORDS and len(counts) < _DISTINCT_WORDS * min(len(words), _LONG_WORDS)


def _echoes(asked: Sequence[str], said: Sequence[str]) -> bool:
    """Tell whether a text is made of the instruction's own runs of words and gives most of it, or its beginning."""
    length = min(_GRAM, len(asked), len(said))
    if not asked or length < min(_GRAM, len(asked)):
        return False
    theirs, own = _grams(said, length), _grams(asked, length)
    if sum(map(set(own).__contains__, theirs)) < _ECHOED * len(theirs):
        return False
    covered = sum(map(set(theirs).__contains__, own))
    return covered >= _COVERED * len(own) or list(said[:length]) == list(asked[:length])


def _grams(words: Sequence[str], length: int = _GRAM) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(length)), strict=False))
