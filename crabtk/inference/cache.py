"""The response cache: every completion under the digest of the engine and the request that it answers."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crabtk.canonical import digest
from crabtk.errors import StoreError
from crabtk.types import Completion, Request

FORMAT = 1
"""Layout of the file, kept as SQLite's ``user_version``."""

_BUSY_SECONDS = 60.0
_TABLE = "CREATE TABLE IF NOT EXISTS completions (key TEXT PRIMARY KEY, value BLOB NOT NULL, checksum TEXT NOT NULL)"
_FIND = "SELECT key, value, checksum FROM completions WHERE key IN (SELECT value FROM json_each(?))"
_NOT_DAMAGE = ("locked", "busy", "readonly", "unable to open", "full", "disk i/o")


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
    checksum, or was written by a version with other fields, counts as absent and is overwritten.

    Args:
        path: The file; made, with its folder, if absent.

    Raises:
        StoreError: The file is damaged, of another format, or cannot be opened. So do all methods.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        with self._errors_named():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Autocommit: transactions are opened explicitly, where they are needed.
            self._database = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._database.close()
                raise

    def get_many(self, keys: Iterable[str]) -> dict[str, Completion]:
        """Return the completions that are stored, by key; absent and unreadable ones are left out."""
        found: dict[str, Completion] = {}
        with self._errors_named():
            for key, value, checksum in self._database.execute(_FIND, (json.dumps(list(keys)),)):
                completion = _decode(key, value, checksum)
                if completion is not None:
                    found[key] = completion
        return found

    def put_many(self, completions: Mapping[str, Completion]) -> None:
        """Store completions in one transaction: all of them or, after a crash, none."""
        rows = [(key, *_encode(key, completion)) for key, completion in completions.items()]
        if not rows:
            return
        with self._errors_named(), self._transaction():
            self._database.executemany("INSERT OR REPLACE INTO completions VALUES (?, ?, ?)", rows)

    def stats(self) -> CacheStats:
        """Return the number of entries and the size of the file."""
        with self._errors_named():
            return CacheStats(
                entries=self._number("SELECT count(*) FROM completions"),
                bytes=self._number("PRAGMA page_count") * self._number("PRAGMA page_size"),
            )

    def close(self) -> None:
        """Close the file; the last process to do so folds the write-ahead log into it."""
        with self._errors_named():
            self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self) -> None:
        self._use_write_ahead_log()
        self._database.execute("PRAGMA synchronous=NORMAL")
        found = self._number("PRAGMA user_version")
        if found == FORMAT:
            return
        with self._transaction():
            # Asked again under the lock: another process may have made the table meanwhile.
            found = self._number("PRAGMA user_version")
            tables = self._number("SELECT count(*) FROM sqlite_master")
            if found != FORMAT and (found or tables):
                raise StoreError(
                    f"{self.path} is not a response cache of format {FORMAT} (its format is {found}): "
                    "move it away or choose another runtime.store"
                )
            self._database.execute(_TABLE)
            self._database.execute(f"PRAGMA user_version={FORMAT}")

    def _use_write_ahead_log(self) -> None:
        # SQLite does not always honour the busy timeout when two processes switch a new file to WAL at once.
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                self._database.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _number(self, query: str) -> int:
        return int(self._database.execute(query).fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, OSError) or any(word in str(error).lower() for word in _NOT_DAMAGE):
                remedy = "check that its folder is writable, has space left and is not held by a stopped process"
                raise StoreError(f"The response cache {self.path} cannot be used ({error}): {remedy}") from error
            remedy = f'delete it with "rm {self.path}*" and run again; answers already given are asked for anew'
            raise StoreError(f"The response cache {self.path} is damaged ({error}): {remedy}") from error


def _encode(key: str, completion: Completion) -> tuple[bytes, str]:
    fields = {name: getattr(completion, name) for name in Completion.__dataclass_fields__}
    if completion.choice_logprobs is not None:
        fields["choice_logprobs"] = dict(completion.choice_logprobs)
    # NaN and infinities are let through: a choice may have a log-probability of -inf.
    value = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    return value, _checksum(key, value)


def _decode(key: Any, value: Any, checksum: Any) -> Completion | None:
    try:
        if checksum != _checksum(key, value):
            return None
        return Completion(**json.loads(value))
    except (TypeError, ValueError, AttributeError):
        return None


def _checksum(key: str, value: bytes) -> str:
    return hashlib.sha256(key.encode() + b"\0" + value).hexdigest()[:16]
