"""Grades written short, for tests that work figures by hand."""

from __future__ import annotations

import polars as pl

from crabtk import schemas

Row = tuple[str, str, str, str, bool]


def table(rows: list[Row]) -> pl.DataFrame:
    full = [(*row, None, None, "code") for row in rows]
    return pl.DataFrame(full, schema=schemas.columns(schemas.Grades), orient="row")


def responses(model: str, verdicts: dict[str, str], benchmark: str = "held_out") -> list[Row]:
    """Write each prompt's verdicts as letters: the type ``f:LETTER`` holds where it is a capital."""
    return [
        (model, benchmark, item, f"f:{letter.lower()}", letter.isupper())
        for item, letters in verdicts.items()
        for letter in letters
    ]
