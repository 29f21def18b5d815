"""Making a response cache smaller: least recently used entries first, and the file with them."""

from __future__ import annotations

import json
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass

from crabtk.errors import StoreError
from crabtk.inference.cache_file.connection import BUSY_SECONDS, CacheFile
from crabtk.inference.cache_file.rows import current_day

Progress = Callable[[int, int | None], None]

UNKNOWN_ENGINE = "unknown"
"""Names, for ``Choice.engine``, the entries whose engine is not known."""

_AT_ONCE = 1_000
_PAGES_AT_ONCE = 256
_PAUSE_SECONDS = 0.01
_LAST_WAIT_SECONDS = 2.0

# 150 bytes is about what a row takes besides its text: small columns, and its key in two trees.
_TOTAL = "SELECT sum(length(text) + coalesce(length(others), 0) + 150) FROM completions"
_CANDIDATES = """
SELECT id, max(made, coalesce(day, made)) AS used, length(text) + coalesce(length(others), 0) + 150
FROM completions LEFT JOIN uses ON completion = id
WHERE used < :before AND (:engines IS NULL OR coalesce(engine, 0) IN (SELECT value FROM json_each(:engines)))
ORDER BY used, id
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries may go; together the conditions narrow.

    Attributes:
        unused_days: Only those last made or read more than so many days ago.
        engine: Only those of engines whose identity contains this, in any letter case.
        down_to_bytes: Only as many, least recently used first, as it takes to bring the file to this size.
    """

    unused_days: int | None = None
    engine: str | None = None
    down_to_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Pruned:
    """Entries deleted, and bytes of the file before and after; estimates if nothing was really deleted."""

    entries: int
    bytes_before: int
    bytes_after: int


def prune(file: CacheFile, choice: Choice, *, dry_run: bool = False, progress: Progress | None = None) -> Pruned:
    """Delete entries and give their space back, in small steps between which other processes write.

    Args:
        file: May be in use; what another process looks up afterwards and misses is asked for anew.
        choice: Which entries.
        dry_run: Delete nothing, and estimate.
        progress: Called with the entries deleted so far and all that are to go.

    Raises:
        StoreError: No engine is meant, or the file cannot be used.
    """
    with file.errors_named():
        engines = None if choice.engine is None else _engines(file, choice.engine)
        before = _file_bytes(file)
        entries, freed = _chosen(file, choice, engines)
        if dry_run:
            return Pruned(len(entries), before, max(0, _used_bytes(file) - freed))
        deleted = 0
        while entries:
            _delete(file, entries, deleted, progress)
            deleted += len(entries)
            # The estimate may have been too low, since pages are freed whole or not at all.
            entries = _chosen(file, choice, engines)[0] if choice.down_to_bytes is not None else entries[:0]
        # Those of the entries deleted, and of any that a run noted after another pruning had taken the entry.
        file.database.execute("DELETE FROM uses WHERE completion NOT IN (SELECT id FROM completions)")
        _give_space_back(file)
        return Pruned(deleted, before, _file_bytes(file))


def _engines(file: CacheFile, name: str) -> str:
    """Return the numbers of the engines that a name means, as JSON; 0 stands for those not known."""
    identities = file.database.execute("SELECT id, identity FROM engines").fetchall()
    numbers = [number for number, identity in identities if name.lower() in identity.lower()]
    if name == UNKNOWN_ENGINE:
        numbers.append(0)
    if not numbers:
        raise StoreError(
            f'No engine in {file.path} has "{name}" in its identity: `crabtk cache stats --json` shows them all; '
            f'"{UNKNOWN_ENGINE}" means the entries of which it is not known'
        )
    return json.dumps(numbers)


def _chosen(file: CacheFile, choice: Choice, engines: str | None) -> tuple[array[int], int]:
    """Return the ids of the entries that are to go, least recently used first, and about the bytes that they free."""
    entries = array("q")
    used_bytes = _used_bytes(file)
    excess = None if choice.down_to_bytes is None else used_bytes - choice.down_to_bytes
    # Pages are never quite full: what rows take is scaled to what the file takes.
    scale = used_bytes / max(1, file.number(_TOTAL))
    before = current_day() + 1 if choice.unused_days is None else current_day() - choice.unused_days
    freed = 0.0
    for entry, _, size in file.database.execute(_CANDIDATES, {"before": before, "engines": engines}):
        if excess is not None and freed >= excess:
            break
        entries.append(entry)
        freed += size * scale
    return entries, round(freed)


def _delete(file: CacheFile, entries: array[int], deleted: int, progress: Progress | None) -> None:
    for start in range(0, len(entries), _AT_ONCE):
        some = [(entry,) for entry in entries[start : start + _AT_ONCE]]
        with file.transaction():
            file.database.executemany("DELETE FROM completions WHERE id = ?", some)
        if progress is not None:
            progress(deleted + start + len(some), deleted + len(entries))
        time.sleep(_PAUSE_SECONDS)  # so that a run that waits for the lock gets it


def _give_space_back(file: CacheFile) -> None:
    if file.number("PRAGMA auto_vacuum") == 2:
        free = file.number("PRAGMA freelist_count")
        while free:
            # As a script, since it frees one page with each row that is fetched, and `execute` fetches but one.
            file.database.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
            before, free = free, file.number("PRAGMA freelist_count")
            if free >= before:
                break
            time.sleep(_PAUSE_SECONDS)
    else:
        file.database.execute("PRAGMA auto_vacuum=INCREMENTAL")
        file.database.execute("VACUUM")
    # The file shrinks when the log is folded in; if a reader is in the way, the next one to close does it.
    file.wait(_LAST_WAIT_SECONDS)
    file.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    file.wait(BUSY_SECONDS)


def _file_bytes(file: CacheFile) -> int:
    return file.number("PRAGMA page_count") * file.number("PRAGMA page_size")


def _used_bytes(file: CacheFile) -> int:
    return _file_bytes(file) - file.number("PRAGMA freelist_count") * file.number("PRAGMA page_size")
