"""Answering requests: from the response cache where it can, else by the engine, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self

from crabtk.errors import BackendError, CrabtkError
from crabtk.inference.cache import ResponseCache, request_key
from crabtk.inference.refusals import is_refusal
from crabtk.inference.usage import Usage
from crabtk.protocols import Backend
from crabtk.types import Completion, Request

Progress = Callable[[int, int], None]
"""Called with the requests answered so far and all requests, after each batch."""


class Client:
    """Answers requests with one engine; a context manager that closes the engine if it was opened.

    Args:
        open_backend: Makes the backend; called, and the backend entered, at the first request that the cache cannot
            answer.
        cache: Holds the completions; stays open.
        identity: What the answers depend on besides the request; see ``engine_identity``.
        batch_size: Requests of one batch, at least 1.
        model: The model's name, for messages.
        progress: For calls of ``complete`` that bring none.

    Raises:
        BackendError: From ``complete``: the engine cannot be opened, raised an error or broke its contract.
    """

    def __init__(
        self,
        open_backend: Callable[[], Backend],
        cache: ResponseCache,
        identity: str,
        batch_size: int,
        *,
        model: str = "",
        progress: Progress | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        self.usage = Usage()
        self._open_backend = open_backend
        self._cache = cache
        self._identity = identity
        self._batch_size = batch_size
        self._model = model
        self._progress = progress
        self._backend: Backend | None = None

    def complete(self, requests: Sequence[Request], progress: Progress | None = None) -> list[Completion]:
        """Answer each request: same length, same order.

        Batches are cut at fixed places, whatever the cache holds, and what the engine answers is stored as soon as
        its batch returns: a run that is killed loses one batch at most, and forms the same batches when it goes on.
        Equal requests of a batch are asked once. Completions with finish reason ``error`` are not stored. Free text
        that declines the task gets the finish reason ``refusal``.
        """
        report = progress or self._progress
        completions: list[Completion] = []
        for start in range(0, len(requests), self._batch_size):
            completions += self._complete_batch(requests[start : start + self._batch_size])
            if report is not None:
                report(len(completions), len(requests))
        return completions

    def close(self) -> None:
        """Close the engine if it is open; the next miss opens it again."""
        self.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._backend is None:
            return
        backend, self._backend = self._backend, None
        try:
            with self._errors_named(backend, "cannot be closed"):
                backend.__exit__(kind, error, trace)
        except CrabtkError as closing:
            if error is None:
                raise
            # What went wrong first is what the user must read.
            error.add_note(str(closing))

    def _complete_batch(self, requests: Sequence[Request]) -> list[Completion]:
        keys = [request_key(self._identity, request) for request in requests]
        known = self._cache.get_many(keys)
        missing = {key: request for key, request in zip(keys, requests, strict=True) if key not in known}
        fresh = self._generate(missing) if missing else {}
        self._cache.put_many({key: c for key, c in fresh.items() if c.finish_reason != "error"})
        known.update(fresh)
        answers = [_classified(request, known[key]) for key, request in zip(keys, requests, strict=True)]
        self.usage += _usage_of(answers, fresh)
        return answers

    def _generate(self, missing: Mapping[str, Request]) -> dict[str, Completion]:
        backend = self._opened()
        with self._errors_named(backend, "failed"):
            completions = list(backend.generate(list(missing.values())))
        if len(completions) != len(missing):
            raise BackendError(
                f"{self._named(backend)} returned {len(completions)} completions for {len(missing)} requests: "
                "generate must answer each request, with finish reason error where it cannot"
            )
        return dict(zip(missing, completions, strict=True))

    def _opened(self) -> Backend:
        if self._backend is None:
            with self._errors_named(None, "cannot be made"):
                backend = self._open_backend()
            with self._errors_named(backend, "cannot be opened"):
                self._backend = backend.__enter__()
        return self._backend

    @contextmanager
    def _errors_named(self, backend: Backend | None, what: str) -> Iterator[None]:
        try:
            yield
        except CrabtkError:
            # Worded for the user already, by a plugin that knows better what to do.
            raise
        except Exception as error:
            raise BackendError(f"{self._named(backend)} {what}: {type(error).__name__}: {error}") from error

    def _named(self, backend: Backend | None) -> str:
        name = f'Backend "{backend.name}"' if backend is not None else "The backend"
        return f'{name} with model "{self._model}"' if self._model else name


def _classified(request: Request, completion: Completion) -> Completion:
    # On the way out, not into the cache: a better heuristic then holds for stored answers, too.
    free = request.json_schema is None and request.regex is None and not request.choices
    if free and completion.finish_reason == "stop" and is_refusal(completion.text):
        return replace(completion, finish_reason="refusal")
    return completion


def _usage_of(answers: Sequence[Completion], fresh: Mapping[str, Completion]) -> Usage:
    reasons = [answer.finish_reason for answer in answers]
    return Usage(
        requests=len(answers),
        cached=len(answers) - len(fresh),
        calls=1 if fresh else 0,
        prompt_tokens=sum(c.prompt_tokens for c in fresh.values()),
        cached_tokens=sum(c.cached_tokens for c in fresh.values()),
        generated_tokens=sum(c.generated_tokens for c in fresh.values()),
        refusals=reasons.count("refusal"),
        truncated=reasons.count("length"),
        errors=reasons.count("error"),
    )
