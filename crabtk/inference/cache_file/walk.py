"""Going through all entries of a response cache while others write to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crabtk.errors import StoreError
from crabtk.inference.cache_file.connection import CacheFile
from crabtk.inference.cache_file.rows import SELECT, Row

_AT_ONCE = 256
_NEXT = SELECT + "WHERE id > ? ORDER BY id LIMIT ?"
_ID = 11


def open_existing(path: Path) -> CacheFile:
    """Open a file that is there; StoreError if none is."""
    if not path.is_file():
        raise StoreError(
            f"There is no response cache at {path}: the first run that asks a model makes one. "
            "Name the folder of another store with --store."
        )
    return CacheFile(path)


def walk(file: CacheFile) -> Iterator[Row]:
    """Yield the rows for ``decode``, in the order in which they came into the file.

    Read in pieces, so that the write-ahead log can be folded in meanwhile: what others write is seen if it comes later
    in the file, and not otherwise.
    """
    last = -1
    while rows := file.database.execute(_NEXT, (last, _AT_ONCE)).fetchall():
        yield from rows
        last = rows[-1][_ID]
