"""CSV as a reader takes it: a header and rows under one delimiter, bare or in a single code fence."""

from __future__ import annotations

import re
from typing import NamedTuple

from crabtk.text import WORD, ParsedText

_MOST_NAME = 6
_IN_QUOTES = re.compile(r'"[^"]*"')
_SIGNS = {"comma": ",", "tab": "\t", "semicolon": ";"}
_FIELDS = {
    sign: re.compile(rf' *+(?:"([^"]*+(?:""[^"]*+)*+)" *|([^"\n{sign}][^\n{sign}]*+|))(?=[\n{sign}]|\Z)')
    for sign in _SIGNS.values()
}
"""A field in double quotes, or one that does not begin with a quote."""


class Cell(NamedTuple):
    """A field without its quotes, and whether it had them."""

    value: str
    quoted: bool


Rows = tuple[tuple[Cell, ...], ...]


def read_csv(text: ParsedText, delimiter: str) -> Rows:
    """Return the rows under a delimiter; none if the response is no CSV in it.

    CSV has a header and a row, two columns or more, and as many fields in each row; blank lines at its ends
    and spaces around fields do not matter.
    """
    by_sign = text.part(_by_delimiter)
    return by_sign.get(delimiter, ())


def _by_delimiter(text: ParsedText) -> dict[str, Rows]:
    return {name: _rows(text.part(_content), sign) for name, sign in _SIGNS.items()}


def _content(text: ParsedText) -> str:
    """Return the response, or what its sole fenced block holds."""
    block = text.code_blocks[0].content if len(text.code_blocks) == 1 and not text.prose_lines else None
    return "\n".join(text.lines).strip("\n") if block is None else block.strip("\n")


def _rows(content: str, sign: str) -> Rows:
    rows: list[tuple[Cell, ...]] = []
    row: list[Cell] = []
    position = 0
    while match := _FIELDS[sign].match(content, position):
        quoted = match[1] is not None
        row.append(Cell(match[1].replace('""', '"') if quoted else match[2].strip(), quoted))
        position = match.end() + 1
        if content[match.end() : position] == sign:
            continue
        rows.append(tuple(row))
        row = []
        if len(rows[0]) < 2 or len(rows[-1]) != len(rows[0]):
            return ()
        if position > len(content):
            return tuple(rows) if len(rows) > 1 and WORD.search(content) else ()
    return ()


def likely_delimiter(text: ParsedText) -> str | None:
    """Return the delimiter under which the response is surely meant as CSV.

    Lines of verse with a comma in each have as many fields too, but a space after the comma.
    """
    found = [(name, rows) for name, rows in text.part(_by_delimiter).items() if rows]
    if len(found) != 1 or any(line.kind not in ("text", "code", "fence", "blank") for line in text.marked_lines):
        return None
    name, rows = found[0]
    names = [cell.value for cell in rows[0]]
    named = all(name and len(name.split()) <= _MOST_NAME and not name.endswith((".", "!", "?", ":")) for name in names)
    return (
        name if named and len(rows) > 2 and f"{_SIGNS[name]} " not in _IN_QUOTES.sub("", text.part(_content)) else None
    )
