"""The response cache against bare SQLite: python benchmarks/response_cache.py [ENTRIES].

Both sides keep the same answers of 5 kB under the same keys, in batches of 512, each in a file of its own in the
temporary folder, with the same pages and pragmas. The bare side has keys and texts and nothing else: no checksum, no
days, no objects. They take turns, and each figure is the best of three rounds, since other work on the machine only
slows one down. Prints entries a second and the ratios.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import string
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from crabtk.inference.cache import ResponseCache
from crabtk.inference.cache_file.connection import CacheFile
from crabtk.inference.identity import engine_identity
from crabtk.types import Completion

BATCH = 512
ROUNDS = 3
TEXT_BYTES = 5_000
ENGINE = engine_identity("fake", "", "hub:owner/model@main", {})
FIND = f"SELECT key, text FROM completions WHERE key IN ({','.join('?' * BATCH)})"

Puts = Callable[[dict[str, str]], None]
Gets = Callable[[list[str]], int]


def main() -> None:
    """Measure both sides in turns and print the best round of each."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    best: dict[str, float] = {}
    for round_ in range(ROUNDS):
        for side in (bare, cached) if round_ % 2 else (cached, bare):
            with tempfile.TemporaryDirectory() as folder:
                for what, seconds in side(Path(folder), entries):
                    name = f"{side.__name__} {what}"
                    best[name] = max(best.get(name, 0.0), entries / seconds)
    print(f"{entries:,} answers of {TEXT_BYTES:,} bytes in batches of {BATCH}; SQLite {sqlite3.sqlite_version}")
    for what in ("put", "get"):
        ours, theirs = best[f"cached {what}"], best[f"bare {what}"]
        print(f"{what}: {ours:>9,.0f}/s   bare sqlite3: {theirs:>9,.0f}/s   ratio {ours / theirs:.2f}")


def cached(folder: Path, entries: int) -> Iterator[tuple[str, float]]:
    """Time the response cache: objects in, objects out, checksums made and verified."""
    with ResponseCache(folder / "responses.sqlite") as cache:

        def put(texts: dict[str, str]) -> None:
            cache.put_many(
                {
                    key: Completion(text, prompt_tokens=900, cached_tokens=300, generated_tokens=1_100)
                    for key, text in texts.items()
                },
                ENGINE,
            )

        yield from timed(entries, put, lambda keys: len(cache.get_many(keys)))


def bare(folder: Path, entries: int) -> Iterator[tuple[str, float]]:
    """Time SQLite with the same pragmas."""
    path = folder / "bare.sqlite"
    with CacheFile(path) as file:  # opened by the cache's own code, so that pages and pragmas are the same
        database = file.database
        for table in ("completions", "engines", "uses", "lookups"):
            database.execute(f"DROP TABLE {table}")
        database.execute("CREATE TABLE completions (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, text BLOB)")

        def put(texts: dict[str, str]) -> None:
            rows = [(bytes.fromhex(key), text.encode()) for key, text in texts.items()]
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT OR REPLACE INTO completions (key, text) VALUES (?, ?)", rows)
            database.execute("COMMIT")

        def get(keys: list[str]) -> int:
            values: list[Any] = [bytes.fromhex(key) for key in keys]
            found = database.execute(FIND, values + [None] * (BATCH - len(values)))
            return len({key.hex(): text.decode() for key, text in found})

        yield from timed(entries, put, get)


def timed(entries: int, put: Puts, get: Gets) -> Iterator[tuple[str, float]]:
    """Put all in order and get all in another; yield what was done and its seconds, making of texts not counted."""
    keys = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(entries)]
    seconds = 0.0
    for start in range(0, entries, BATCH):
        texts = {key: text(key) for key in keys[start : start + BATCH]}
        begun = time.perf_counter()
        put(texts)
        seconds += time.perf_counter() - begun
    yield "put", seconds
    random.Random(0).shuffle(keys)
    begun = time.perf_counter()
    found = sum(get(keys[start : start + BATCH]) for start in range(0, entries, BATCH))
    yield "get", time.perf_counter() - begun
    if found != entries:
        sys.exit(f"only {found} of {entries} were found")


def text(key: str) -> str:
    """Return a text of printable ASCII that differs from key to key."""
    return (key + string.ascii_letters * (TEXT_BYTES // len(string.ascii_letters) + 1))[:TEXT_BYTES]


if __name__ == "__main__":
    main()
