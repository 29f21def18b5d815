"""What a response cache holds, by engine, and how often it had the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crabtk.inference.cache_file.connection import CacheFile

_EPOCH = date(1970, 1, 1)

# Lengths are read from the rows' heads; the answers themselves are not.
_ENGINES = """
SELECT identity, count(*), sum(length(text) + coalesce(length(others), 0)), sum(generated_tokens), sum(cost),
    min(made), max(max(made, coalesce(day, made)))
FROM completions LEFT JOIN engines ON engines.id = engine LEFT JOIN uses ON completion = completions.id
GROUP BY engine ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class EngineShare:
    """The entries of one engine.

    Attributes:
        identity: See ``engine_identity``; None for entries of which it is not known.
        entries: Their number.
        bytes: Of texts and log-probabilities, without what SQLite adds.
        generated_tokens: Tokens that the engine wrote for them.
        cost: What they cost, in the currency of the backend's prices; None where no price is known.
        first_made: Day of the oldest; UTC, as all days. None if the file says nonsense.
        last_used: Day on which one of them was last made or read.
    """

    identity: str | None
    entries: int
    bytes: int
    generated_tokens: int
    cost: float | None
    first_made: date | None
    last_used: date | None


@dataclass(frozen=True, slots=True)
class DayOfLookups:
    """How often the cache had the answer on one day, and how often not."""

    day: date
    hits: int
    misses: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A response cache at a glance.

    Attributes:
        entries: Their number, unreadable ones included.
        bytes: Of the file, without its write-ahead log.
        free_bytes: Of these, room for new entries.
        engines: Those with most entries first.
        days: Days on which the cache was asked, oldest first.
    """

    entries: int
    bytes: int
    free_bytes: int
    engines: tuple[EngineShare, ...]
    days: tuple[DayOfLookups, ...]


def summarise(file: CacheFile) -> Summary:
    """Return what a file holds.

    Raises:
        StoreError: The file is damaged or cannot be read.
    """
    with file.errors_named():
        page = file.number("PRAGMA page_size")
        shares = tuple(_share(row) for row in file.database.execute(_ENGINES))
        days = file.database.execute("SELECT day, hits, misses FROM lookups ORDER BY day").fetchall()
        return Summary(
            entries=sum(share.entries for share in shares),
            bytes=file.number("PRAGMA page_count") * page,
            free_bytes=file.number("PRAGMA freelist_count") * page,
            engines=shares,
            days=tuple(DayOfLookups(_EPOCH + timedelta(day), hits, misses) for day, hits, misses in days),
        )


def as_date(day: Any) -> date | None:
    """Return the date of a day in the file; None if an entry is damaged and its day is none."""
    try:
        return _EPOCH + timedelta(day)
    except (TypeError, OverflowError):
        return None


def _share(row: Sequence[Any]) -> EngineShare:
    identity, entries, size, tokens, cost, made, used = row
    return EngineShare(identity, entries, int(size or 0), int(tokens or 0), cost, as_date(made), as_date(used))
