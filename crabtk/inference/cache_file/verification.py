"""Reading every entry of a response cache, to find what is unreadable before a run does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from crabtk.inference.cache_file.connection import CacheFile
from crabtk.inference.cache_file.rows import SELECT, decode, unpack
from crabtk.inference.cache_file.walk import walk

Progress = Callable[[int, int | None], None]

_ONE = SELECT + "WHERE id = ?"
_REPORTED_EVERY = 1_000


@dataclass(slots=True)
class Verification:
    """What was found.

    Attributes:
        entries: Entries that were read.
        unreadable: Keys of those that count as absent; the spelling of a damaged key is anybody's guess.
        deleted: How many of these are gone now.
        problems: What SQLite says of the file itself, as a whole; empty if it is sound.
    """

    entries: int = 0
    unreadable: list[str] = field(default_factory=list)
    deleted: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is left to be done."""
        return not self.problems and self.deleted == len(self.unreadable)


def verify(file: CacheFile, *, repair: bool = False, progress: Progress | None = None) -> Verification:
    """Check the file as SQLite does and each entry against its checksum.

    Args:
        file: May be in use.
        repair: Delete the entries that are unreadable, and make damaged indexes anew.
        progress: Called with the entries read so far and all entries.

    Raises:
        StoreError: The file cannot be used.
    """
    found = Verification()
    with file.errors_named():
        found.problems = _problems(file)
        unreadable = _read_all(file, found, progress)
        if repair:
            found.deleted = sum(_deleted(file, entry) for entry in unreadable)
            if found.problems:
                found.problems = _reindexed(file)
    return found


def _read_all(file: CacheFile, found: Verification, progress: Progress | None) -> list[int]:
    unreadable = []
    try:
        total = file.number("SELECT count(*) FROM completions")
        for row in walk(file):
            found.entries += 1
            if decode(row) is None:
                found.unreadable.append(unpack(row[0]) if isinstance(row[0], bytes | str) else str(row[0]))
                unreadable.append(row[11])
            if progress is not None and found.entries % _REPORTED_EVERY == 0:
                progress(found.entries, total)
    except sqlite3.DatabaseError as error:
        if not found.problems:
            raise
        # Known already; what lies behind the damage cannot be reached.
        found.problems.append(f"reading stopped after {found.entries} entries: {error}")
    return unreadable


def _deleted(file: CacheFile, entry: int) -> bool:
    """Delete an entry unless it was written anew meanwhile; tell whether it is unreadable no longer."""
    with file.transaction():
        row = file.database.execute(_ONE, (entry,)).fetchone()
        if row is not None and decode(row) is None:
            file.database.execute("DELETE FROM completions WHERE id = ?", (entry,))
            file.database.execute("DELETE FROM uses WHERE completion = ?", (entry,))
    return True


def _problems(file: CacheFile) -> list[str]:
    try:
        said = [str(line) for (line,) in file.database.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if said == ["ok"] else said


def _reindexed(file: CacheFile) -> list[str]:
    try:
        with file.transaction():
            file.database.execute("REINDEX")
    except sqlite3.DatabaseError as error:
        return [*_problems(file), f"the indexes cannot be made anew: {error}"]
    return _problems(file)
