"""Backends that answer with the number of their process, and die of what they are told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from crabtk.hookspecs import hookimpl
from crabtk.protocols import Backend
from crabtk.types import Completion, Request


class Batches:
    """Answers a batch at a time.

    Args:
        model: Ignored.
        folder: Gets a file for each opening and each batch.
        seconds: Of a batch, or of a request.
        fail: Fail to open.
    """

    name = "mortal"

    def __init__(self, model: str, folder: str = "", seconds: float = 0.0, fail: bool = False) -> None:
        self._folder = folder
        self._seconds = seconds
        self._fail = fail

    def __enter__(self) -> Self:
        self._note("opened", "")
        if self._fail:
            raise OSError("there is no accelerator")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._note("closed", "")

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer each request."""
        self._note("batch", "\n".join(request.messages[-1].content for request in requests))
        time.sleep(self._seconds)
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Completion:
        text = request.messages[-1].content
        if text == "die":
            os._exit(1)
        if text.startswith("die once") and self._first(text):
            os._exit(1)
        if text == "fail once" and self._first(text):
            raise ArithmeticError("divided by nothing")
        return Completion(text=str(os.getpid()), prompt_tokens=1, generated_tokens=1)

    def _first(self, text: str) -> bool:
        mark = Path(self._folder, text.replace(" ", "-"))
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _note(self, what: str, text: str) -> None:
        if self._folder:
            Path(self._folder, f"{what}-{os.getpid()}-{time.monotonic_ns()}").write_text(text)


class Stream(Batches):
    """Holds eight requests at a time, works on nothing while it waits for one, and answers the newest first."""

    name = "mortal-stream"

    def stream(self, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
        """Answer each request."""
        held: list[tuple[int, Request]] = []
        numbered = enumerate(requests)
        while True:
            held += islice(numbered, 8 - len(held))
            if not held:
                return
            time.sleep(self._seconds)
            number, request = held.pop()
            yield number, self._answer(request)


@hookimpl
def register_backends(register: Callable[[type[Backend]], None]) -> None:
    """Register both."""
    register(Batches)
    register(Stream)
