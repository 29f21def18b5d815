"""Backends with a process of their own, of which some end badly; runs in other processes import this module."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from crabtk.types import Completion, Request


class Tidy:
    """Has a child that ends when nobody writes to it any more, and answers by it."""

    name = "tidy"
    child = "import sys; [print(line, end='', flush=True) for line in sys.stdin]"

    def __init__(self, model: str) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-c", self.child]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            return  # what it was never told is not worth a word

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer each request after a while."""
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        completions = []
        for request in requests:
            time.sleep(0.02)
            self._process.stdin.write(request.messages[-1].content + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            if not line:
                raise OSError("the child died")
            completions.append(Completion(line.strip(), prompt_tokens=1, generated_tokens=1))
        return completions


class LeavesItsChild(Tidy):
    """Its child does not notice that it is alone."""

    child = "import sys, time; sys.stdin.readline(); print('once', flush=True); time.sleep(600)"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the child."""

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer without the child."""
        time.sleep(0.02)
        return [Completion("yes") for _ in requests]


class Deaf(Tidy):
    """Does not hear Ctrl-C."""

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, lambda *_: None)
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        signal.signal(signal.SIGINT, self._before)


class Forgets(Tidy):
    """Gives errors once another was opened before it in the same process."""

    opened = 0

    def __enter__(self) -> Self:
        type(self).opened += 1
        return super().__enter__()

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer, or say that it was opened before."""
        if self.opened > 1:
            return [Completion("", finish_reason="error", error="opened twice") for _ in requests]
        return super().generate(requests)
