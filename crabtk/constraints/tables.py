"""Markdown tables."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import nearness
from crabtk.text import ParsedText
from crabtk.types import Params
from crabtk.wording import Count, Field


class TableColumns(ConstraintType):
    """A Markdown table with that many columns; other tables may stand beside it."""

    name = "table:columns"
    fields: ClassVar[Mapping[str, Field]] = {"columns": Count()}
    wordings = (
        "Include a Markdown table with exactly {columns} {columns|column|columns}.",
        "Your response must contain a table in Markdown that has precisely {columns} {columns|column|columns}.",
        "Required: a Markdown table. Number of columns: {columns}.",
        "Could you add a Markdown table of {columns} {columns|column|columns}, no more and no fewer?",
        "Somewhere in the response, a table written in Markdown should have {columns} "
        "{columns|column|columns}, neither fewer nor more.",
        "I will import a Markdown table from your response into a sheet that is exactly {columns} "
        "{columns|column|columns} wide.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        columns = {table.columns for table in text.tables if table.rows}
        return {"columns": columns.pop()} if len(columns) == 1 and 2 <= min(columns) <= 12 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        n = params["columns"]
        return max((nearness(table.columns, n, n) for table in text.tables), default=0.0)


TYPES: tuple[ConstraintType, ...] = (TableColumns(),)
