"""What is noted of reading: hits and misses of the day, and which entries were used; kept back to be written rarely."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable

from crabtk.inference.cache_file.connection import BUSY_SECONDS, CacheFile
from crabtk.inference.cache_file.rows import Key, current_day

_EVERY_SECONDS = 5.0
_LAST_WAIT_SECONDS = 2.0

_COUNT = """
INSERT INTO lookups VALUES (?, ?, ?)
ON CONFLICT (day) DO UPDATE SET hits = hits + excluded.hits, misses = misses + excluded.misses
"""
_USE = """
INSERT INTO uses VALUES (?, ?)
ON CONFLICT (completion) DO UPDATE SET day = excluded.day WHERE day < excluded.day
"""


class Notes:
    """Statistics of one connection; none of them is worth an error or a wait."""

    def __init__(self, file: CacheFile) -> None:
        self._file = file
        self._hits = 0
        self._misses = 0
        self._used: set[int] = set()
        self._missing: set[Key] = set()
        self._written = time.monotonic()

    def found(self, hits: int, stale: Iterable[int]) -> None:
        """Count hits; ``stale`` are the ids of those whose day of last use lies back."""
        self._hits += hits
        self._used.update(stale)

    def missed(self, keys: set[Key]) -> None:
        """Count misses: a key that is looked up again before its answer is stored counts once."""
        self._misses += len(keys - self._missing)
        self._missing |= keys

    def stored(self, keys: Iterable[Key]) -> None:
        """Forget that these were missing."""
        if self._missing:
            self._missing.difference_update(keys)

    def write_if_due(self) -> None:
        """Write if some seconds have passed and nobody holds the lock."""
        now = time.monotonic()
        if now - self._written > _EVERY_SECONDS:
            self._written = now
            self.write(0)

    def write(self, wait: float = _LAST_WAIT_SECONDS) -> None:
        """Write what was noted; what cannot be written within ``wait`` seconds is kept for the next time."""
        if not (self._hits or self._misses or self._used):
            return
        try:
            self._file.wait(wait)
            with self._file.transaction():
                today = current_day()
                self._file.database.execute(_COUNT, (today, self._hits, self._misses))
                self._file.database.executemany(_USE, [(entry, today) for entry in sorted(self._used)])
        except sqlite3.DatabaseError:
            # Locked, full or damaged: if it matters, the next get or put says so.
            return
        finally:
            self._file.wait(BUSY_SECONDS)
        self._hits = self._misses = 0
        self._used.clear()
