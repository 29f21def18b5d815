"""The rules by which a pair becomes a seed, one function each."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

import regex

from crabtk.canonical import digest
from crabtk.randomness import generator
from crabtk.settings import Seeds
from crabtk.text import WORD, ParsedText
from crabtk.types import Pair, Split

_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_COUNTED = regex.compile(
    rf"(?V1)[{_UNSPACED}&&\p{{L}}]\p{{M}}*"
    rf"|[[\p{{L}}\p{{N}}]--{_UNSPACED}][[\p{{L}}\p{{M}}\p{{N}}\u200c\u200d]--{_UNSPACED}]*"
)
_CODE = regex.compile(r"([a-z]{2,3})(?:[-_].*)?")
_LANGUAGE_SAMPLE = 1000


class Refusal(NamedTuple):
    """Why a pair is no seed.

    Attributes:
        rule: A key of ``REMEDIES``.
        reason: For the ledger.
    """

    rule: str
    reason: str


REMEDIES = {
    "unreadable": "repair those rows",
    "no_text": "give them an instruction and a response",
    "max_bytes": "raise seeds.max_bytes",
    "duplicate": "add rows that do not repeat earlier ones",
    "response_words": "widen seeds.response_words or raise seeds.let_through",
    "instruction_words": "widen seeds.instruction_words or raise seeds.let_through",
    "languages": "add to seeds.languages or empty it",
    "limit": "raise the source's limit",
}
"""What to do about each rule when it leaves nothing over."""


def no_text(pair: Pair) -> Refusal | None:
    """Refuse a pair whose instruction or response is missing, or that no table can hold."""
    for name, text in _texts(pair):
        fault = _fault(text)
        if fault is not None:
            return Refusal("no_text", f"the {name} {fault}")
    return None


def too_long(pair: Pair, max_bytes: int) -> Refusal | None:
    """Refuse a pair with a text of more than so many UTF-8 bytes."""
    for name, text in _texts(pair):
        size = len(text.encode("utf-8"))
        if size > max_bytes:
            return Refusal("max_bytes", f"the {name} has {size} bytes, more than seeds.max_bytes ({max_bytes})")
    return None


def repeated(pair: Pair, earlier: Pair) -> Refusal | None:
    """Refuse a pair whose content an earlier one has."""
    return None if earlier is pair else Refusal("duplicate", f"repeats row {earlier.row} of {earlier.file}")


def outside_word_bounds(pair: Pair, settings: Seeds) -> Refusal | None:
    """Refuse a pair whose response or instruction has too few or too many words."""
    for name, text, (low, high) in (
        ("response", pair.response, settings.response_words),
        ("instruction", pair.instruction, settings.instruction_words),
    ):
        count = word_count(text)
        if not low <= count <= high:
            reason = f"the {name} has {count} words; seeds.{name}_words allows {low} to {high}"
            return Refusal(f"{name}_words", reason)
    return None


def other_language(language: str, languages: tuple[str, ...]) -> Refusal | None:
    """Refuse a pair in a language that is not among those to keep; none to keep means all."""
    if not languages or language in languages:
        return None
    return Refusal("languages", f'its language is "{language}"; seeds.languages keeps {", ".join(languages)}')


def word_count(text: str) -> int:
    """Count words: runs of letters or digits, and each letter of scripts without spaces (Chinese, Thai …)."""
    return sum(1 for _ in (WORD if text.isascii() else _COUNTED).finditer(text))


def language(pair: Pair) -> str:
    """Return the language that the source states, without its region, else the response's detected one."""
    if isinstance(pair.language, str):
        stated = _CODE.fullmatch(pair.language.strip().lower())
        if stated:
            return str(stated[1])
    return ParsedText(pair.response[:_LANGUAGE_SAMPLE]).detected


def split(instruction: str, seed: int, held_out: float, dev: float) -> Split:
    """Return the split of an instruction; those that ``same`` makes equal fall together.

    What is held out hangs on the first share alone, so that scores stay comparable when ``dev`` changes.
    """
    drawn = generator(seed, "split", same(instruction)).random()
    if drawn < held_out:
        return "held_out"
    return "dev" if drawn >= 1 - dev else "train"


def same(instruction: str) -> str:
    """Return what instructions share that differ in case, width or spaces only."""
    return " ".join(unicodedata.normalize("NFKC", instruction).casefold().split())


def instruction_id(instruction: str) -> str:
    """Return the name of all instructions that ``same`` makes equal."""
    return digest(same(instruction), 16)


def _texts(pair: Pair) -> Iterator[tuple[str, Any]]:
    yield "instruction", pair.instruction
    yield "response", pair.response
    if pair.system is not None:
        yield "system message", pair.system
    for number, message in enumerate(pair.messages, start=1):
        yield f"conversation's message {number}", message.content


def _fault(text: Any) -> str | None:
    if text is None:
        return "is null"
    if not isinstance(text, str):
        return f"is no text but of type {type(text).__name__}"
    if not text.strip():
        return "is empty"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "holds a lone surrogate, one half of a character"
    return None
