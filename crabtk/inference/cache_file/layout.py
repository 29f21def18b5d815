"""The layout of a response cache's file, and how a file of an earlier format becomes one of the current format."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from crabtk.inference.cache_file.rows import PUT, Row, current_day, encode, known_fields, pack
from crabtk.types import Completion

FORMAT = 2
"""Kept as SQLite's ``user_version``; 1 had one JSON value for each key."""

PAGE_BYTES = 16_384
"""An answer of some kilobytes fits into a page with others: twice as quick to write as with pages of 4 kB."""

_TABLES = """
CREATE TABLE engines (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE);
CREATE TABLE completions (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    engine INTEGER REFERENCES engines (id),  -- null: not known
    made INTEGER NOT NULL,                   -- days since 1970
    finish_reason TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    generated_tokens INTEGER NOT NULL,
    cost REAL,
    others BLOB,                             -- JSON of the fields that have no column, if any is set
    checksum INTEGER NOT NULL,
    text BLOB NOT NULL
);
CREATE TABLE uses (completion INTEGER PRIMARY KEY, day INTEGER NOT NULL);
CREATE TABLE lookups (day INTEGER PRIMARY KEY, hits INTEGER NOT NULL, misses INTEGER NOT NULL)
"""
"""When an entry was last read stands apart from it: one more day rewrites a dozen bytes, not the page of a text."""

_CHUNK = 1_000
_COMPLETION_FIELDS = tuple(Completion.__dataclass_fields__)


def make_tables(database: sqlite3.Connection) -> None:
    """Lay out an empty file; inside a transaction."""
    for statement in _TABLES.split(";"):
        database.execute(statement)
    _set_format(database)


def migrate(database: sqlite3.Connection) -> None:
    """Turn format 1 into the current one; inside a transaction, so that a kill leaves format 1 as it was.

    Unreadable entries are dropped, as they always counted as absent. Format 1 knew no engine (only within the digest)
    and no days: the engine stays unknown, and entries count as made today, lest the first pruning take them.
    """
    database.execute("ALTER TABLE completions RENAME TO format_1")
    make_tables(database)
    while chunk := database.execute("SELECT rowid, key, value, checksum FROM format_1 LIMIT ?", (_CHUNK,)).fetchall():
        database.executemany(PUT, _rows(chunk))
        # At once, so that the new rows take the place of the old ones and the file need not double.
        database.executemany("DELETE FROM format_1 WHERE rowid = ?", [row[:1] for row in chunk])
    database.execute("DROP TABLE format_1")


def _rows(chunk: list[Row]) -> Iterator[Row]:
    for _, key, value, checksum in chunk:
        completion = _decode_format_1(key, value, checksum)
        if completion is not None:
            yield encode(pack(key), completion, None, current_day())


def _decode_format_1(key: Any, value: Any, checksum: Any) -> Completion | None:
    try:
        if checksum != hashlib.sha256(key.encode() + b"\0" + value).hexdigest()[:16]:
            return None
        return Completion(**known_fields(json.loads(value), _COMPLETION_FIELDS))
    except (TypeError, ValueError, AttributeError):
        return None


def _set_format(database: sqlite3.Connection) -> None:
    database.execute(f"PRAGMA user_version={FORMAT}")
