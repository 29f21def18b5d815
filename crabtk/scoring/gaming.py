"""Signs by which a response shows that it answers nothing: loops, stuffing, echoes, claims of compliance.

Each rule is so wide that real answers keep clear of it; ``docs/rewards.md`` has the figures.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, compress

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
_WHOLE = 0.9
_EDITS = re.compile(
    r"\b(?:(?:upper|lower|title|letter)(?:case)?|capital\w*|punctuat\w*|commas?|full stops?|periods?|apostrophes?|"
    r"hyphens?|quotation|quotes?|spaces?|whitespace|line breaks?|proof ?read\w*|correct\w*|grammar|grammatical\w*|"
    r"spell\w*|typos?|mistakes?|errors?|edit|fix|repeat|copy|verbatim|unchanged|remove|delete|insert|bold|italics?|"
    r"markdown|"
    # Spanish, German, French.
    r"may[úu]sculas?|min[úu]sculas?|corrig\w*|correg\w*|repite|comas?|"
    r"großbuchstaben|kleinbuchstaben|korrigier\w*|wiederhol\w*|kommas?|"
    r"majuscules?|minuscules?|répète\w*|virgules?)\b"
)
"""Words that ask for a text again with little or nothing but its spelling or its signs changed."""
_PART_END = re.compile(r'(?<=[.!?:])\s+|[\n"“”«»。！？：]+')


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
    said = without_claims(instruction, response[:READ_AT_MOST])
    if not words_in(said):
        return "claims"
    return "echo" if _echoes(instruction, said) else None


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


def _echoes(instruction: str, response: str) -> bool:
    """Tell whether a text is made of the instruction's own runs of words, and of its request among them.

    A text that the instruction brings along, and asks to be edited, is no echo: then the request is left out.
    """
    asked, said = words_in(instruction.lower()), words_in(response.lower())
    length = min(_GRAM, len(asked), len(said))
    if not asked or length < min(_GRAM, len(asked)):
        return False
    theirs, own = _grams(said, length), _grams(asked, length)
    if sum(map(set(own).__contains__, theirs)) < _ECHOED * len(theirs):
        return False
    shared = list(map(set(theirs).__contains__, own))
    if _edited(instruction, asked, _left_out(shared, length)):
        return False
    if sum(shared) >= _WHOLE * len(own):
        return shared[0] or not _respelt(instruction, response, asked, said)
    return said[:length] == asked[:length] or (shared[0] and sum(shared) >= _COVERED * len(own))


def _left_out(shared: Sequence[bool], length: int) -> list[bool]:
    """Tell of each of an instruction's words whether none of the runs with it is repeated."""
    count = len(shared) + length - 1
    return [not any(shared[max(0, n - length + 1) : n + 1]) for n in range(count)]


def _edited(instruction: str, asked: Sequence[str], left_out: Sequence[bool]) -> bool:
    """Tell whether what a response leaves out asks for an edit of the rest."""
    if not _EDITS.search(" ".join(compress(asked, left_out))):
        return False
    # Where the request comes last, the text before it is given in full; else the request's own beginning is repeated.
    ends = set(accumulate(len(words_in(part)) for part in _PART_END.split(instruction)))
    return left_out[0] or left_out.index(True) in ends


def _respelt(instruction: str, response: str, asked: Sequence[str], said: Sequence[str]) -> bool:
    """Tell whether a response is a run of the instruction's words with other letter case or punctuation."""
    if f" {' '.join(said)} " not in f" {' '.join(asked)} ":
        return False
    return " ".join(response.split()) not in " ".join(instruction.split())


def _grams(words: Sequence[str], length: int = _GRAM) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(length)), strict=False))
