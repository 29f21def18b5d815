"""The ledger of rejected rows as a table."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from crabtk.schemas import Ledger, columns
from crabtk.types import RAW_LIMIT, Rejected

SCHEMA = columns(Ledger)


def ledger(rows: Iterable[Rejected]) -> pl.DataFrame:
    """Return rejected rows as a table of schema ``Ledger``, in order; text that no table can hold is replaced."""
    written = [(r.stage, r.file, r.row, r.key, printable(r.reason), printable(r.raw)) for r in rows]
    return pl.DataFrame(written, schema=SCHEMA, orient="row")


def printable(text: str) -> str:
    """Cut to ``RAW_LIMIT`` and replace lone surrogates."""
    return storable(text[:RAW_LIMIT])


def storable(text: str) -> str:
    """Replace lone surrogates, which no table can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
