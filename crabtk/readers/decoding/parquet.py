"""Parquet files, a slice at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from crabtk.readers.decoding.streams import DamagedFileError
from crabtk.types import Record

_ROWS = 10_000


def read_parquet(path: Path, file: str) -> Iterator[Record]:
    """Yield each row as a mapping from column to value, with its position from 1.

    Raises:
        DamagedFileError: The file is no Parquet file, or is damaged.
    """
    try:
        table = pl.scan_parquet(path, glob=False)
        start = 0
        while rows := table.slice(start, _ROWS).collect().rows(named=True):
            yield from (Record(row, file, start + place) for place, row in enumerate(rows, start=1))
            start += len(rows)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, UnicodeDecodeError) as error:
        cause = str(error).strip().partition("\n")[0]
        raise DamagedFileError(f"no readable Parquet file ({cause}): fetch or write it again") from error
