"""JSON lists and pretty-printed objects, one element at a time and past broken ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crabtk.readers.decoding.json_lines import BLANK
from crabtk.readers.decoding.strict_json import WRONG_ENCODING, BrokenJsonError, Parsed, parse
from crabtk.readers.rejection import is_valid, rejected_text
from crabtk.types import RAW_LIMIT, Record, Rejected

_BETWEEN = BLANK + ","
_FIRST_KEY = re.compile(r'\{\s*("(?:[^"\\]|\\.){1,200}")\s*:')
_NEAR = 16
_LONGEST_ELEMENT = 1 << 26


def read_list(pieces: Iterable[str], file: str) -> Iterator[Record | Rejected]:
    """Yield each element of a JSON list, or each of one or more objects that stand in a row.

    A broken element is left out up to the next one that begins with the same key; where none follows, the
    rest of the file is one rejected row. Commas that are missing or too many are put up with.

    Yields:
        Elements with their position in the list, from 1.
    """
    yield from _Elements(iter(pieces), file)


class _Elements:
    """A window on the text that moves from element to element."""

    def __init__(self, pieces: Iterator[str], file: str) -> None:
        self._pieces = pieces
        self._file = file
        self._text = ""
        self._at = 0
        self._key: str | None = None
        self._is_list = False

    def __iter__(self) -> Iterator[Record | Rejected]:
        self._is_list = self._next_character(BLANK) == "["
        self._at += self._is_list
        row = 0
        while character := self._next_character(_BETWEEN):
            if self._is_list and character == "]":
                self._at += 1
                yield from self._after_the_list(row + 1)
                return
            row += 1
            yield self._element(row)
        if self._is_list:
            yield rejected_text(self._file, row + 1, "the list is not closed: the file seems cut off here", "")

    def _element(self, row: int) -> Record | Rejected:
        try:
            value, end, fault = self._parsed()
        except BrokenJsonError as error:
            return self._skip(row, str(error))
        text, self._at = self._text[self._at : end], end
        if self._key is None:
            self._key = _first_key(text)
        return Record(value, self._file, row) if fault is None else rejected_text(self._file, row, fault, text)

    def _parsed(self) -> Parsed:
        """Parse the element at hand, reading on for as long as it may only be incomplete."""
        while True:
            try:
                parsed = parse(self._text, self._at)
            except BrokenJsonError as error:
                if not self._may_be_incomplete(error) or not self._more():
                    raise
                continue
            # A number at the very end may have further digits.
            if parsed.end < len(self._text) or self._text[-1] in '}]"' or not self._more():
                return parsed

    def _may_be_incomplete(self, error: BrokenJsonError) -> bool:
        if len(self._text) - self._at > _LONGEST_ELEMENT:
            return False
        return "Unterminated string" in str(error) or error.position >= len(self._text.rstrip()) - _NEAR

    def _skip(self, row: int, reason: str) -> Rejected:
        """Leave the element at hand out and go to the next one that begins like its fellows."""
        start = self._start_of_next()
        raw = ""
        left_out = 0
        begin = self._at + 1
        while True:
            found = start.search(self._text, begin) if start else None
            kept = found.start() if found else max(self._at, len(self._text) - RAW_LIMIT)
            passed = self._text[self._at : kept]
            raw += passed[: RAW_LIMIT - len(raw)]
            left_out += _size(passed)
            self._at = kept
            if found:
                return self._broken(row, reason, raw)
            if not self._more():
                break
            begin = self._at
        rest = self._text[self._at :]
        self._at = len(self._text)
        self._is_list = False
        left_out += _size(rest)
        reason += f"; no further element could be made out, so the remaining {left_out} bytes are left out"
        return self._broken(row, reason, raw + rest)

    def _start_of_next(self) -> re.Pattern[str] | None:
        key = self._key or _first_key(self._text[self._at : self._at + RAW_LIMIT])
        before = r"(?<=[,}])\s*" if self._is_list else r"(?<=\n)"
        return re.compile(rf"{before}(?=\{{\s*{re.escape(key)}\s*:)") if key else None

    def _broken(self, row: int, reason: str, raw: str) -> Rejected:
        return rejected_text(self._file, row, reason if is_valid(raw) else WRONG_ENCODING, raw)

    def _after_the_list(self, row: int) -> Iterator[Rejected]:
        if self._next_character(BLANK):
            raw = self._text[self._at : self._at + RAW_LIMIT]
            size = _size(self._text[self._at :]) + sum(map(_size, self._pieces))
            yield rejected_text(self._file, row, f"{size} bytes follow the end of the list and are left out", raw)

    def _next_character(self, passed_over: str) -> str:
        """Move to the next character that is not passed over and return it; empty at the end of the file."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in passed_over:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read on, by at least as much as is held, so that a long element is parsed few times."""
        held = self._text[self._at :]
        fresh: list[str] = []
        size = 0
        for piece in self._pieces:
            fresh.append(piece)
            size += len(piece)
            if size and size >= len(held):
                break
        if size:
            self._text = held + "".join(fresh)
            self._at = 0
        return size > 0


def _first_key(text: str) -> str | None:
    found = _FIRST_KEY.match(text)
    return found[1] if found else None


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
