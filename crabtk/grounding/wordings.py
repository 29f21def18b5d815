"""A free-text constraint that is, but for its spelling, a wording of a type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import regex

from crabtk.protocols import ConstraintType
from crabtk.types import Params

_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_LETTERS = regex.compile(r"\p{L}[\p{L}\p{M}]*")


def worded_by(text: str, types: Iterable[ConstraintType]) -> tuple[str, Params] | None:
    """Find the measured type that a whole free-text constraint is a wording of.

    Args:
        text: The constraint; white space, curly quotes, number words and the final full stop may differ from
            a wording of the type.
        types: The types to ask, in order.

    Returns:
        The type's name and the parameters, or None where no type claims it.
    """
    known = tuple(types)
    for candidate in _spellings(text):
        for type_ in known:
            params = type_.parse(candidate)
            if params is not None:
                return type_.name, params
    return None


def _spellings(text: str) -> Iterator[str]:
    """Yield the ways to spell a constraint that a wording may have."""
    plain = " ".join(text.split()).translate({ord(mark): '"' for mark in "“”„«»"})
    plain = plain[:1].upper() + plain[1:]
    if not plain:
        return
    bare = plain.rstrip(".").rstrip()
    for spelling in dict.fromkeys((plain, bare, f"{bare}.", f"{bare}?")):
        yield spelling
        digits = _in_digits(spelling)
        if digits != spelling:
            yield digits


def _in_digits(text: str) -> str:
    """Write number words up to twelve as digits, outside quotes."""
    parts = regex.split(r'("[^"\n]*")', text)
    return "".join(part if number % 2 else _LETTERS.sub(_digit, part) for number, part in enumerate(parts))


def _digit(word: regex.Match[str]) -> str:
    lower = word[0].lower()
    return str(_UNITS.index(lower)) if lower in _UNITS else word[0]
