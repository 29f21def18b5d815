"""What the commands share: rows to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import click

from crabtk.readers.sources import SAMPLES
from crabtk.settings import Source
from crabtk.types import Rejected

_SHOWN = 5


class Refused:
    """Rows that could not be handled: the first are shown, all are counted, and written to a file if one is named."""

    def __init__(self, file: Path | None) -> None:
        """Take the file for the ledger, or None."""
        self.count = 0
        self._stream = file.open("w", encoding="utf-8", newline="\n") if file else None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say how many there were."""
        if self._stream:
            self._stream.close()
        if self.count > _SHOWN:
            click.echo(f"… and {self.count - _SHOWN} more rows refused (--ledger FILE keeps them all)", err=True)

    def add(self, row: Rejected) -> None:
        """Take one."""
        self.count += 1
        if self.count <= _SHOWN:
            place = f"{row.file}, row {row.row}" if row.row else f"{row.file} {row.key}"
            click.echo(f"Refused: {place}: {row.reason}", err=True)
        if self._stream:
            names = ("stage", "file", "row", "key", "reason", "raw")
            self._stream.write(json_line({name: getattr(row, name) for name in names}) + "\n")


def json_line(value: Mapping[str, Any]) -> str:
    """Return a mapping as one line of JSON."""
    return json.dumps(value, ensure_ascii=False)


def source_of(path: str, format_: str) -> Source:
    """Return a source for a path on the command line."""
    special = path.startswith("hf:") or path == SAMPLES
    return Source(path=path if special else str(Path(path).absolute()), format=format_)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int | None], None] | None]:
    """Show a live line on standard error; None where nobody is watching."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
