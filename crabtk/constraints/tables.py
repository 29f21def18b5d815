"""Markdown tables."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from typing_extensions import override

from crabtk import markdown
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, exact_or_at_least
from crabtk.constraints.numbers import nearness, share
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, QuotedList

_MOST_COLUMNS = 12
_MOST_HEADER = 160
_EMPHASIS = "*_` "
_TABLE_NEEDED = Limit("tables", low=1)


class _Grid(NamedTuple):
    """A table's cells; ``plain`` where every reader sees the same rows and columns."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    plain: bool


class TableColumns(ConstraintType):
    """A Markdown table with that many columns; other tables may stand beside it."""

    name = "table:columns"
    fields: ClassVar[Mapping[str, Field]] = {"columns": Count()}
    wordings = (
        "Markdown table, {columns} {columns|column|columns} exactly.",
        "Include a Markdown table with exactly {columns} {columns|column|columns}.",
        "Your response must contain a table in Markdown that has precisely {columns} {columns|column|columns}.",
        "Required: a Markdown table. Number of columns: {columns}.",
        "Could you add a Markdown table of {columns} {columns|column|columns}, no more and no fewer?",
        "Somewhere in the response, a table written in Markdown should have {columns} "
        "{columns|column|columns}, neither fewer nor more.",
        "I will import a Markdown table from your response into a sheet that is exactly {columns} "
        "{columns|column|columns} wide.",
        "Set out the material in a Markdown table whose header row has exactly {columns} {columns|cell|cells}.",
        "At least one Markdown table in the response must be exactly {columns} {columns|column|columns} wide.",
        "For easy comparison, lay out a table in Markdown and give it {columns} {columns|column|columns}, "
        "not one more or less.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.tables:
            return None
        columns = {table.columns for table in text.tables if table.rows}
        # A row of more cells than the header makes the table wider to some and is cut off to others.
        if len(columns) != 1 or not 2 <= min(columns) <= _MOST_COLUMNS or not text.part(_plain):
            return None
        return {"columns": columns.pop()}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        n = params["columns"]
        return max((nearness(table.columns, n, n) for table in text.tables), default=0.0) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("table:header", "markdown:absent")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (_TABLE_NEEDED,)


class TableRows(CountedType):
    """Number of rows below the header over all Markdown tables together; there must be a table."""

    name = "table:rows"
    wordings = (
        "Markdown table required; data rows in all tables together: {relation} {n}.",
        "Give a Markdown table. Rows, headers not counted, over all tables: {relation} {n}.",
        "Tabulate this in Markdown: {relation} {n} {n|row|rows} of data over all tables, the header left aside.",
        "Your response must contain a Markdown table, and its tables together must have {relation.firm} {n} body "
        "{n|row|rows}.",
        "Present the matter in a Markdown table with {relation} {n} {n|row|rows} below the header (in total, should "
        "there be several tables).",
        "{relation.limit} number of rows in your Markdown tables, header rows not counted: {n}; there must be a table.",
        "Could you make a Markdown table whose rows below the header number {n}{relation.tail}? Count all tables "
        "together.",
        "At the centre of the answer I want a Markdown table, and the number of its body rows (of all tables, if "
        "there are several) {relation.must} {n}.",
        "The response needs a table in Markdown; {relation} {n} {n|row|rows} must stand below a header, counted over "
        "all tables.",
        "I copy the Markdown table into a form, so include one; besides header rows, there must be {relation} {n} "
        "table {n|row|rows} in all.",
        "When you have drawn your Markdown table, count the rows below the header, over all tables if there are "
        "several: what I need is {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        rows = self.count(text, {})
        return exact_or_at_least(rows, rng, most_exact=20) if rows > 1 and text.part(_plain) else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return sum(len(grid.rows) for grid in text.part(_grids))

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return super().score(text, params) if text.tables else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type == "markdown:absent"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (_TABLE_NEEDED,)


class Tables(CountedType):
    """Number of Markdown tables: a header row, a divider of dashes, and rows between pipes, outside code."""

    name = "table:count"
    wordings = (
        "Markdown tables: {relation} {n}.",
        "Use {relation} {n} Markdown {n|table|tables}.",
        "Your response must contain {relation.firm} {n} {n|table|tables} in Markdown.",
        "{relation.limit} number of Markdown tables in the whole response: {n}.",
        "{relation.cap} {n} {n|table|tables} should be set in Markdown, with a header row.",
        "Could you give me {n} Markdown {n|table|tables}{relation.tail}?",
        "The number of tables written in Markdown {relation.must} {n}.",
        "I load each Markdown table into a sheet of its own, and there should be {relation} {n} of them.",
        "Wherever it helps, set things side by side in a Markdown table, so that the response has {relation} {n} "
        "{n|table|tables} in the end.",
        "When you are done, count the tables in Markdown: what I asked for is {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.tables or not text.part(_plain):
            return None
        return exact_or_at_least(len(text.tables), rng)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.tables)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type == "markdown:absent"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("tables", params["relation"], params["n"]),)


class TableHeader(ConstraintType):
    """A Markdown table whose header row reads these cells in order, letter case included; emphasis marks aside."""

    name = "table:header"
    fields: ClassVar[Mapping[str, Field]] = {"cells": QuotedList()}
    wordings = (
        "Include a Markdown table whose header row reads {cells}.",
        "Your response must contain a Markdown table with the column headings {cells}, in this order and complete.",
        "Header row of a Markdown table, from left to right: {cells}.",
        "Could you lay this out in a Markdown table and head its columns {cells}, in that order and with no other "
        "column?",
        "Name the columns of a Markdown table {cells}, from left to right, and add no further column.",
        "A Markdown table is needed, and the cells of its header must be {cells} in exactly this order.",
        "My import script looks for a Markdown table whose columns are called {cells}, in that order and with nothing "
        "before or after them.",
        "Set up a table in Markdown; its first row, the header, consists of {cells}.",
        "Columns of a Markdown table in your response, in order and complete: {cells}.",
        "The response should have a Markdown table headed {cells}, read from left to right, and not one column more.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        grids = text.part(_grids)
        headers = [list(grid.header) for grid in grids if grid.plain and _can_be_quoted(grid.header)]
        return {"cells": rng.choice(headers)} if headers else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        cells = [_bare(str(cell)) for cell in params["cells"]]
        return max((_likeness([_bare(cell) for cell in grid.header], cells) for grid in text.part(_grids)), default=0.0)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("table:columns", "markdown:absent")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (_TABLE_NEEDED,)

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return tuple(params["cells"])


def _grids(text: ParsedText) -> tuple[_Grid, ...]:
    """Read the cells of each table, in the order of ``text.tables``."""
    if not text.tables:
        return ()
    found: list[_Grid] = []
    run: list[int] = []
    for number, line in enumerate(text.marked_lines):
        if line.kind in ("row", "divider"):
            run.append(number)
        elif run:
            found.append(_grid(text, run))
            run = []
    return (*found, _grid(text, run)) if run else tuple(found)


def _grid(text: ParsedText, run: list[int]) -> _Grid:
    lines = text.marked_lines
    rows = [tuple(markdown.cells(lines[number].text)) for number in run if lines[number].kind == "row"]
    # Text that touches a table is one more row to some readers, and an indented table is code to others.
    edges = (run[0] - 1, run[-1] + 1)
    apart = all(not 0 <= edge < len(lines) or lines[edge].kind in ("blank", "heading") for edge in edges)
    flush = all(not text.lines[number][:1].isspace() for number in run)
    even = len(rows) == len(run) - 1 and len({len(row) for row in rows}) == 1
    filled = all(any(row) for row in rows)
    return _Grid(rows[0], tuple(rows[1:]), apart and flush and even and filled)


def _plain(text: ParsedText) -> bool:
    """Tell whether no reader finds other tables than ``text.tables``, or other rows in them."""
    shown_as_code = any("|" in block.content and "--" in block.content for block in text.code_blocks)
    return all(grid.plain for grid in text.part(_grids)) and not shown_as_code and "<table" not in text.raw


def _can_be_quoted(header: Sequence[str]) -> bool:
    cells = [cell for cell in header if cell and '"' not in cell and cell == _bare(cell) and "\\" not in cell]
    return 2 <= len(cells) == len(header) <= _MOST_COLUMNS and sum(map(len, cells)) <= _MOST_HEADER


def _bare(cell: str) -> str:
    return cell.strip(_EMPHASIS)


def _likeness(header: list[str], cells: list[str]) -> float:
    alike = sum(one == other for one, other in zip(header, cells, strict=False))
    return share(alike, max(len(header), len(cells)))


TYPES: tuple[ConstraintType, ...] = (TableColumns(), TableRows(), Tables(), TableHeader())
