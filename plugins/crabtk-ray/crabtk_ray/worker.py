"""What an actor runs: one inner backend, kept busy by a thread of its own."""

from __future__ import annotations

import importlib
import threading
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, cast

from crabtk.errors import BackendError, CrabtkError
from crabtk.inference.identity import model_identity
from crabtk.plugins import build, load
from crabtk.protocols import Backend, StreamingBackend
from crabtk.types import Completion, Request

OPTIONS = "engines.*.options.options"
"""The settings key that holds the inner backend's options, for messages."""

_WAIT_SECONDS = 1.0
"""How long a call waits for something to report; a shorter one lets the driver and the cluster talk in vain."""

Numbered = list[tuple[int, Request]]


@dataclass(frozen=True)
class Task:
    """What every actor is to open.

    Attributes:
        backend: Name of the inner backend.
        model: Folder or hub name.
        options: Of the inner backend.
        fingerprint: Of its plugin where the run is: distribution, version and source code.
        node: Where the run is, by Ray's number.
    """

    backend: str
    model: str
    revision: str | None
    options: Mapping[str, Any]
    fingerprint: str
    node: str


@dataclass(frozen=True)
class Opened:
    """How opening went.

    Attributes:
        failure: Why it failed; None if it did not.
        model: Identity of a model that lies on another machine than the run.
    """

    failure: str | None = None
    model: str | None = None


@dataclass(frozen=True)
class Report:
    """What happened since the last one.

    Attributes:
        answers: Completions by number.
        wants: Another block would be begun at once, or as soon as the present one ends.
        failure: What the inner backend died of; it answers nothing any more.
    """

    answers: list[tuple[int, Completion]]
    wants: bool
    failure: str | None = None


class Worker:
    """Holds one inner backend. Ray makes an actor of it; its methods are called one at a time."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._backend: Backend | None = None
        self._session: Session | None = None

    def open(self) -> Opened:
        """Open the inner backend."""
        try:
            elsewhere = self._check_model() if _node() != self._task.node else None
            self._backend = self._made().__enter__()
        except Exception as error:  # across processes an error is its words
            return Opened(worded(error))
        return Opened(model=elsewhere)

    def exchange(self, block: Numbered | None, *, more: bool) -> Report:
        """Take a block, and report as soon as there is an answer, a wish for another block, or a failure.

        Args:
            block: None if there is none now.
            more: There may be another one soon; else the engine finishes what it has.
        """
        if self._session is None:
            if self._backend is None:
                return Report([], False, "it is not open")
            self._session = Session(self._backend)
        return self._session.exchange(block, more=more)

    def cancel(self) -> None:
        """Leave what is unfinished; a batch that the engine has begun is waited for."""
        if self._session is not None:
            session, self._session = self._session, None
            session.cancel()

    def close(self) -> None:
        """Give back memory and processes of the inner backend."""
        self.cancel()
        if self._backend is not None:
            backend, self._backend = self._backend, None
            backend.__exit__(None, None, None)

    def _check_model(self) -> str | None:
        if self._task.model.startswith(("/", "~")) and not Path(self._task.model).expanduser().exists():
            raise BackendError(
                f"there is no model at {self._task.model} on this machine: keep it on a disk that all machines of the "
                "cluster see at the same path, or give a hub name"
            )
        return model_identity(self._task.model, self._task.revision)

    def _made(self) -> Backend:
        plugin = load().find("backend", self._task.backend)
        if plugin.fingerprint != self._task.fingerprint:
            raise BackendError(
                f"{plugin.distribution} is {plugin.fingerprint} here and {self._task.fingerprint} where the run is: "
                "install the same version on all machines of the cluster"
            )
        given = {"model": self._task.model}
        if self._task.revision is not None:
            given["revision"] = self._task.revision
        return cast(Backend, build(plugin, self._task.options, OPTIONS, **given))


def _node() -> str:
    return str(importlib.import_module("ray").get_runtime_context().get_node_id())


class Session:
    """The blocks of one call of ``stream``: a thread hands them to the inner backend and collects its answers."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._changed = threading.Condition()
        self._waiting: deque[Numbered] = deque()
        self._more = True
        self._cancelled = False
        self._answers: list[tuple[int, Completion]] = []
        self._failure: str | None = None
        self._thread = threading.Thread(target=self._run, name="crabtk-engine", daemon=True)
        self._thread.start()

    def exchange(self, block: Numbered | None, *, more: bool) -> Report:
        """See ``Worker.exchange``."""
        with self._changed:
            if block is not None:
                self._waiting.append(block)
            self._more = more
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._answers or self._failure or self._wants(), _WAIT_SECONDS)
            answers, self._answers = self._answers, []
            return Report(answers, self._wants(), self._failure)

    def cancel(self) -> None:
        """End the thread, after the batch that the engine has begun."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()
        self._thread.join()

    def _wants(self) -> bool:
        return self._more and not self._waiting

    def _run(self) -> None:
        try:
            while self._wait_for_block():
                with closing(self._answered()) as answers:
                    for answer in answers:
                        with self._changed:
                            self._answers.append(answer)
                            self._changed.notify_all()
                        if self._cancelled:
                            return
        except BaseException as error:  # whatever it was, the driver must not wait for ever
            with self._changed:
                self._failure = worded(error)
                self._changed.notify_all()

    def _wait_for_block(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._cancelled)
            return not self._cancelled

    def _next_block(self) -> Numbered | None:
        """Wait for a block; return None when the engine shall finish what it has."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._more or self._cancelled)
            if self._cancelled or not self._waiting:
                return None
            block = self._waiting.popleft()
            self._changed.notify_all()
            return block

    def _answered(self) -> Generator[tuple[int, Completion], None, None]:
        if isinstance(self._backend, StreamingBackend):
            yield from self._streamed(self._backend)
            return
        while (block := self._next_block()) is not None:
            completions = self._backend.generate([request for _, request in block])
            yield from zip((number for number, _ in block), completions, strict=True)

    def _streamed(self, backend: StreamingBackend) -> Generator[tuple[int, Completion], None, None]:
        numbers: dict[int, int] = {}

        def feed() -> Iterator[Request]:
            places = count()
            while (block := self._next_block()) is not None:
                for number, request in block:
                    numbers[next(places)] = number
                    yield request

        with closing(backend.stream(feed())) as answers:
            for place, completion in answers:
                yield numbers.pop(place), completion
        if numbers:
            raise BackendError(f"it left {len(numbers)} requests without a completion")


def worded(error: BaseException) -> str:
    """Return what an error says; with its kind, unless it was worded for the user."""
    return str(error) if isinstance(error, CrabtkError) else f"{type(error).__name__}: {error}"
