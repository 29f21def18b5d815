"""The child's side of the two pipes to its parent: reports go out by one, the other tells that the parent lives."""

from __future__ import annotations

import json
import os
import select
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

_PARENT_GONE = 3
_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Channel:
    """Sends JSON lines to the parent."""

    stream: IO[str]

    @classmethod
    def on_stdout(cls) -> Self:
        """Take standard output for reports alone; what libraries print goes to standard error, the log."""
        stream = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        os.dup2(2, 1)
        return cls(stream)

    @classmethod
    def silent(cls) -> Self:
        """Report nothing, for one of several processes; standard output is closed to libraries all the same."""
        os.dup2(2, 1)
        return cls(Path(os.devnull).open("w", encoding="utf-8"))

    def send(self, **message: Any) -> None:
        """Send one message: ``progress``, ``outcome`` or ``error``."""
        self.stream.write(json.dumps(message) + "\n")


def exit_with_parent(parent: int) -> None:
    """End this process, whatever it does, within about a second of its parent's end.

    Standard input is a pipe that the parent never writes to: it ends when the parent does, even by SIGKILL.
    A process that the parent forked may hold the pipe open, so the parent's id is watched too.
    """

    def watch() -> None:
        while os.getppid() == parent:
            readable, _, _ = select.select([0], [], [], _POLL_SECONDS)
            if readable and not os.read(0, 1):
                break
        os._exit(_PARENT_GONE)

    threading.Thread(target=watch, daemon=True, name="exit-with-parent").start()
