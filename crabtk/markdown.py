"""The lines of a Markdown text, each told by what a reader sees: heading, list item, table row or code.

Only what chat models write is known: ATX headings, list items, fenced code, pipe tables and rules. Every
decision looks at one line and at most its neighbour, so that any text is read in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["blank", "text", "heading", "bullet", "number", "row", "divider", "rule", "fence", "code"]

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")
_BULLET = re.compile(r"([-*+•])[ \t]+(\S.*)")
_NUMBER = re.compile(r"([0-9]{1,3}[.)])[ \t]+(\S.*)")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*")
_CELL_END = re.compile(r"(?<!\\)\|")
_FENCES = frozenset("`~")
_RULE_MARKS = frozenset("-*_=")
_DIVIDER_MARKS = frozenset("|:- \t")


class Line(NamedTuple):
    """One line.

    Attributes:
        kind: What a reader takes it for.
        text: Its content without indentation and marker.
        indent: Leading white-space characters.
        mark: The marker: ``##``, ``-``, ``1.``, or a fence's language; else empty.
    """

    kind: Kind
    text: str = ""
    indent: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A fenced code block; ``language`` is the first word after the fence in lower case, or empty."""

    language: str
    content: str


@dataclass(frozen=True, slots=True)
class Table:
    """A pipe table: number of columns and of body rows (without header and divider)."""

    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Item:
    """A list item: its marker as written (``-``, ``3.``), its first line and its indentation."""

    mark: str
    text: str
    indent: int


@dataclass(frozen=True, slots=True)
class Heading:
    """An ATX heading of level 1 to 6."""

    level: int
    text: str


_BLANK = Line("blank")


def normal_lines(raw: str) -> list[str]:
    """Split a text at line ends of every system, Unicode's included."""
    # The expression costs more than all the rest, and most texts know one end of line.
    plain = raw.isascii() and "\r" not in raw and "\v" not in raw and "\f" not in raw
    return (raw if plain else _LINE_ENDS.sub("\n", raw)).split("\n")


def scan(lines: Sequence[str]) -> list[Line]:
    """Tell what each line is; one result per line."""
    found: list[Line] = []
    fence = ""
    columns = 0
    for number, line in enumerate(lines):
        bare = line.strip()
        if fence:
            closing = bare.startswith(fence) and not bare.strip(fence[0])
            found.append(Line("fence" if closing else "code", line))
            fence = "" if closing else fence
            continue
        if not bare:
            columns = 0
            found.append(_BLANK)
            continue
        opening = _FENCE.fullmatch(bare) if bare[0] in _FENCES else None
        if opening:
            fence, columns = opening[1], 0
            found.append(Line("fence", "", 0, opening[2].lower()))
            continue
        if not columns and "|" in bare and number + 1 < len(lines):
            columns = _table_columns(bare, lines[number + 1])
        if columns and "|" in bare:
            found.append(Line("divider" if _is_divider(bare) else "row", bare))
            continue
        columns = 0
        found.append(_plain_line(bare, len(line) - len(line.lstrip())))
    return found


def cells(row: str) -> list[str]:
    """Split a table row into its cells."""
    inner = row[1:] if row.startswith("|") else row
    inner = inner[:-1] if inner.endswith("|") else inner
    return [cell.strip() for cell in _CELL_END.split(inner)]


def tables(lines: Sequence[Line]) -> list[Table]:
    """Collect the tables: a run of rows whose second line is the divider."""
    found: list[Table] = []
    rows = columns = 0
    for line in (*lines, _BLANK):
        if line.kind == "row":
            columns = columns or len(cells(line.text))
            rows += 1
        elif line.kind != "divider" and rows:
            found.append(Table(columns, rows - 1))
            rows = columns = 0
    return found


def code_blocks(lines: Sequence[Line]) -> list[Code]:
    """Collect the fenced blocks; one that is never closed runs to the end."""
    found: list[Code] = []
    language: str | None = None
    content: list[str] = []
    for line in lines:
        if line.kind == "code":
            content.append(line.text)
        elif line.kind == "fence":
            if language is None:
                language, content = line.mark, []
            else:
                found.append(Code(language, "\n".join(content)))
                language = None
    if language is not None:
        found.append(Code(language, "\n".join(content)))
    return found


def _plain_line(bare: str, indent: int) -> Line:
    """Tell a line outside code and tables."""
    if bare[0].isalpha():
        return Line("text", bare, indent)
    if _is_rule(bare):
        return Line("rule", bare, indent)
    if heading := _HEADING.fullmatch(bare):
        text = heading[2].rstrip("#").rstrip()
        return Line("heading", text, indent, heading[1]) if text else Line("rule", bare, indent)
    if bullet := _BULLET.fullmatch(bare):
        return Line("bullet", bullet[2], indent, bullet[1])
    if number := _NUMBER.fullmatch(bare):
        return Line("number", number[2], indent, number[1])
    return Line("text", bare, indent)


def _is_rule(bare: str) -> bool:
    return bare[0] in _RULE_MARKS and bare.count(bare[0]) >= 3 and not bare.strip(bare[0] + " \t")


def _is_divider(bare: str) -> bool:
    return "-" in bare and _DIVIDER_MARKS.issuperset(bare)


def _table_columns(header: str, below: str) -> int:
    """Return the number of columns if the two lines begin a table, else 0."""
    below = below.strip()
    if "|" not in below or not _is_divider(below) or _is_divider(header):
        return 0
    columns = len(cells(header))
    return columns if columns == len(cells(below)) else 0
