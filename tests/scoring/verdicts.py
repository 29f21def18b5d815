"""Grades written short, for tests that work figures by hand."""

from __future__ import annotations

import polars as pl

from crabtk import schemas

Row = tuple[str, str, str, str, bool]


def table(rows: list[Row], clusters: dict[str, str] | None = None) -> pl.DataFrame:
    """Write grades; each item is a cluster of its own, but those that are named."""
    full = [(*row, None, None, "code", (clusters or {}).get(row[2], row[2])) for row in rows]
    return pl.DataFrame(full, schema=schemas.columns(schemas.Grades), orient="row")


def responses(model: str, verdicts: dict[str, str], benchmark: str = "held_out") -> list[Row]:
    """Write each prompt's verdicts as letters: the type ``f:LETTER`` holds where it is a capital."""
    return [
        (model, benchmark, item, f"f:{letter.lower()}", letter.isupper())
        for item, letters in verdicts.items()
        for letter in letters
    ]
