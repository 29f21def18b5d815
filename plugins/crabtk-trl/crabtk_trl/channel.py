"""The child's side of the two pipes to its parent: reports go out by one, the other tells that the parent lives."""

from __future__ import annotations

import json
import os
import select
import threading
from dataclasses import dataclass
from typing import IO, Any, Self

_PARENT_GONE = 3
_POLL_SECONDS = 1.0
_ROOM = select.PIPE_BUF - 64  # bytes; beside the text stand its key and the line's end


@dataclass(frozen=True, slots=True)
class Channel:
    """Sends JSON lines to the parent.

    Attributes:
        stream: Where to.
        only_errors: Send nothing else: one of several processes reports, but each may fail.
    """

    stream: IO[str]
    only_errors: bool = False

    @classmethod
    def on_stdout(cls) -> Self:
        """Take standard output for reports alone; what libraries print goes to standard error, the log."""
        return cls(_stdout())

    @classmethod
    def for_errors(cls) -> Self:
        """Take standard output likewise, but report errors alone."""
        return cls(_stdout(), only_errors=True)

    def send(self, **message: Any) -> None:
        """Send one message: ``progress``, ``outcome`` or ``error``; of an error as much as keeps apart from others."""
        if "error" in message:
            message["error"] = _short(message["error"])
        elif self.only_errors:
            return
        self.stream.write(json.dumps(message) + "\n")


def _stdout() -> IO[str]:
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return stream


def _short(text: str) -> str:
    """Cut a text to what a pipe takes in one piece as JSON: longer writes of two processes may mix."""
    while len(json.dumps(text)) > _ROOM:
        text = f"{text[: len(text) * 9 // 10]}…"
    return text


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
