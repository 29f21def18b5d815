"""The response cache: every completion under the digest of the engine and the request that it answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from crabtk.canonical import digest
from crabtk.inference.cache_file.connection import CacheFile
from crabtk.inference.cache_file.notes import Notes
from crabtk.inference.cache_file.rows import PUT, SELECT, Key, current_day, decode, encode, pack
from crabtk.types import Completion, Request

_AT_ONCE = (1, 8, 64, 512)
# A handful of statements, so that SQLite prepares each once; what is left of the last one is filled with nulls.
_FIND = {size: SELECT + f"WHERE key IN ({','.join('?' * size)})" for size in _AT_ONCE}


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Size of a cache: completions, and bytes of the database without its write-ahead log."""

    entries: int
    bytes: int


def request_key(identity: str, request: Request) -> str:
    """Return the cache key of a request to the engine that ``identity`` names (see ``engine_identity``)."""
    # As text: the order of a schema's properties is the order in which they are written.
    schema = None if request.json_schema is None else json.dumps(dict(request.json_schema))
    return digest(
        {
            "engine": identity,
            "messages": [[message.role, message.content] for message in request.messages],
            "sampling": asdict(request.sampling),
            "json_schema": schema,
            "regex": request.regex,
            "choices": request.choices,
        }
    )


class ResponseCache:
    """Completions by key in one SQLite file that several processes may use at once.

    The file must lie on a local disk: its write-ahead log needs shared memory. An entry that does not match its
    checksum counts as absent and is overwritten. A field that ``Completion`` got after an entry was written has its
    default. A file of an earlier format is brought to the current one, with all that it holds.

    Args:
        path: The file; made, with its folder, if absent.

    Raises:
        StoreError: The file is damaged, of another format, or cannot be opened. So do all methods.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._file = CacheFile(self.path)
        self._database = self._file.database
        self._notes = Notes(self._file)
        self._engines: dict[str, int] = {}

    def get_many(self, keys: Iterable[str]) -> dict[str, Completion]:
        """Return the completions that are stored, by key; absent and unreadable ones are left out."""
        missing = {pack(key): key for key in keys}
        found: dict[str, Completion] = {}
        stale: list[int] = []
        today = current_day()
        with self._file.errors_named():
            for query, values in _queries(list(missing)):
                for row in self._database.execute(query, values):
                    completion = decode(row)
                    if completion is not None:
                        found[missing.pop(row[0])] = completion
                        if row[2] < today and (row[12] is None or row[12] < today):
                            stale.append(row[11])
        self._notes.found(len(found), stale)
        if missing:
            self._notes.missed(set(missing))
        self._notes.write_if_due()
        return found

    def put_many(self, completions: Mapping[str, Completion], engine: str | None = None) -> None:
        """Store completions in one transaction: all of them or, after a crash, none.

        Args:
            completions: By key.
            engine: Identity of what answered (see ``engine_identity``), to tell entries apart by; None if not known.
        """
        if not completions:
            return
        with self._file.errors_named():
            number = None if engine is None else self._engine_number(engine)
            today = current_day()
            rows = [encode(pack(key), completion, number, today) for key, completion in completions.items()]
            with self._file.transaction():
                self._database.executemany(PUT, rows)
        self._notes.stored(row[0] for row in rows)
        self._notes.write_if_due()

    def stats(self) -> CacheStats:
        """Return the number of entries and the size of the file."""
        with self._file.errors_named():
            return CacheStats(
                entries=self._file.number("SELECT count(*) FROM completions"),
                bytes=self._file.number("PRAGMA page_count") * self._file.number("PRAGMA page_size"),
            )

    def close(self) -> None:
        """Note what was used and close the file; the last process to do so folds the write-ahead log into it."""
        self._notes.write()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _engine_number(self, identity: str) -> int:
        if identity not in self._engines:
            # Engines are never deleted, so that a number that a process remembers stays true.
            self._database.execute("INSERT OR IGNORE INTO engines (identity) VALUES (?)", (identity,))
            self._engines[identity] = self._file.number("SELECT id FROM engines WHERE identity = ?", identity)
        return self._engines[identity]


def _queries(keys: list[Key]) -> Iterator[tuple[str, Sequence[Key | None]]]:
    for start in range(0, len(keys), _AT_ONCE[-1]):
        some = keys[start : start + _AT_ONCE[-1]]
        size = next(size for size in _AT_ONCE if size >= len(some))
        yield _FIND[size], [*some, *[None] * (size - len(some))]
