"""An open file of a response cache: locks, transactions, and errors that say what to do."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crabtk.errors import StoreError
from crabtk.inference.cache_file.layout import FORMAT, PAGE_BYTES, make_tables, migrate

BUSY_SECONDS = 60.0
_LOG_BYTES = 64 * 2**20
_NOT_DAMAGE = ("locked", "busy", "readonly", "unable to open", "full", "disk i/o")


class CacheFile:
    """One connection to the file; of the current format once it is open.

    Args:
        path: The file; made, with its folder, if absent.

    Raises:
        StoreError: The file is damaged, of another format, or cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.errors_named():
            path.parent.mkdir(parents=True, exist_ok=True)
            new = not path.exists() or path.stat().st_size == 0
            # Autocommit: transactions are opened explicitly, where they are needed.
            self.database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            # One entry that is no UTF-8 any more must not make the others unreadable.
            self.database.text_factory = _lenient
            try:
                self._prepare(new)
            except BaseException:
                self.database.close()
                raise

    def number(self, query: str, *values: Any) -> int:
        """Return the number that a query asks for; 0 if it says null."""
        return int(self.database.execute(query, values).fetchone()[0] or 0)

    def wait(self, seconds: float) -> None:
        """Say how long to wait, from now on, for a lock that another process holds."""
        self.database.execute(f"PRAGMA busy_timeout={round(seconds * 1000)}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all or, after a crash, nothing; the lock is taken at the start."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.database.execute("COMMIT")
        except BaseException:
            # A full disk has rolled back already.
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            raise

    @contextmanager
    def errors_named(self) -> Iterator[None]:
        """Turn errors of SQLite and of the file system into a StoreError that names the file and the remedy."""
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

    def close(self) -> None:
        """Close the file; the last process to do so folds the write-ahead log into it."""
        with self.errors_named():
            self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self, new: bool) -> None:
        if new:
            # These must come before the first page is written, and would take the write lock of an old file.
            self.database.execute(f"PRAGMA page_size={PAGE_BYTES}")
            self.database.execute("PRAGMA auto_vacuum=INCREMENTAL")
        self._use_write_ahead_log()
        self.database.execute("PRAGMA synchronous=NORMAL")
        self.database.execute(f"PRAGMA journal_size_limit={_LOG_BYTES}")
        if self.number("PRAGMA user_version") != FORMAT and self._made_current():
            # Nobody else can use the new format yet, so nobody waits. If it fails, the file is larger, not worse.
            with suppress(sqlite3.OperationalError):
                self.database.execute("PRAGMA auto_vacuum=INCREMENTAL")
                self.database.execute("VACUUM")

    def _made_current(self) -> bool:
        """Lay out a new file or migrate an old one; tell whether there was something to migrate."""
        with self.transaction():
            # Asked again under the lock: another process may have been here meanwhile.
            found = self.number("PRAGMA user_version")
            tables = {name for (name,) in self.database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if found == 1 and "completions" in tables:
                migrate(self.database)
                return True
            if found != FORMAT:
                if found or tables:
                    raise StoreError(
                        f"{self.path} is not a response cache of format {FORMAT} (its format is {found}): "
                        "move it away or choose another runtime.store"
                    )
                make_tables(self.database)
        return False

    def _use_write_ahead_log(self) -> None:
        # SQLite does not always honour the busy timeout when two processes switch a new file to WAL at once.
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self.database.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def _lenient(text: bytes) -> str:
    return text.decode(errors="replace")
