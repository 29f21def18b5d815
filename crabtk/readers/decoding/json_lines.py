"""JSON Lines: one value a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crabtk.readers.decoding.strict_json import WRONG_ENCODING, BrokenJsonError, parse
from crabtk.readers.rejection import is_valid, rejected_text
from crabtk.types import Record, Rejected

BLANK = " \t\r\n\ufeff"
"""What may stand around a value; the last is a byte order mark, which joined files carry in the middle."""


def read_lines(pieces: Iterable[str], file: str) -> Iterator[Record | Rejected]:
    """Yield each line's value or why there is none, with the line's number; blank lines are passed over."""
    for number, line in enumerate(lines(pieces), start=1):
        content = line.strip(BLANK)
        if content:
            yield read_value(content, file, number)


def read_value(text: str, file: str, row: int) -> Record | Rejected:
    """Decode a text that should be one JSON value."""
    try:
        value, end, fault = parse(text)
    except BrokenJsonError as error:
        # Where the bytes were wrong to begin with, that is the cause and the syntax only follows from it.
        return rejected_text(file, row, str(error) if is_valid(text) else WRONG_ENCODING, text)
    if fault is None and end < len(text):
        fault = f"more text follows the JSON value at character {end + 1}; write one value a line"
    return Record(value, file, row) if fault is None else rejected_text(file, row, fault, text)


def lines(pieces: Iterable[str]) -> Iterator[str]:
    """Yield lines without their line feed, however the pieces are cut."""
    held: list[str] = []
    for piece in pieces:
        first, *others = piece.split("\n")
        held.append(first)
        for other in others:
            yield "".join(held)
            held = [other]
    yield "".join(held)
