"""Answering requests: from the response cache where it can, else by the engine."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import chain
from types import TracebackType
from typing import Self

from crabtk.errors import BackendError, CrabtkError
from crabtk.inference.cache import ResponseCache, request_key
from crabtk.inference.refusals import is_refusal
from crabtk.inference.usage import Usage
from crabtk.protocols import Backend, StreamingBackend
from crabtk.types import Completion, Request

Progress = Callable[[int, int], None]
"""Called with the requests answered so far and all requests."""

_LOOKED_UP_AT_ONCE = 512
_STORED_AT_ONCE = 64
_STORED_AFTER_SECONDS = 0.5
_REPORTED_EVERY_SECONDS = 0.1


class Client:
    """Answers requests with one engine; a context manager that closes the engine if it was opened.

    Args:
        open_backend: Makes the backend; called, and the backend entered, at the first request that the cache cannot
            answer.
        cache: Holds the completions; stays open.
        identity: What the answers depend on besides the request; see ``engine_identity``.
        batch_size: Requests of one batch, at least 1; a backend that takes requests one by one knows no batches.
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

        Equal requests are asked once. Completions with finish reason ``error`` are not stored. Free text that
        declines the task gets the finish reason ``refusal``.

        A backend that takes requests one by one gets those that the cache cannot answer, in their order, and each
        answer is stored within half a second. Another one gets batches, cut at fixed places whatever the cache
        holds, and a batch is stored as soon as it returns: a run that is killed loses one batch at most, and forms the
        same batches when it goes on.
        """
        work = _Work(self._identity, requests, progress or self._progress)
        misses = self._misses(work)
        first = next(misses, None)
        if first is not None:
            backend = self._opened()
            if isinstance(backend, StreamingBackend):
                self._stream(backend, chain((first,), misses), work)
            else:
                # The misses are looked up anew, batch by batch.
                self._batches(backend, work)
        work.report(always=True)
        return [work.known[key] for key in work.keys]

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
        except CrabtkError as closing_error:
            if error is None:
                raise
            # What went wrong first is what the user must read.
            error.add_note(str(closing_error))

    def _misses(self, work: _Work) -> Iterator[tuple[str, Request]]:
        """Look requests up as they are needed; yield those that the engine must answer, each once."""
        asked: set[str] = set()
        for start in range(0, len(work.keys), _LOOKED_UP_AT_ONCE):
            keys = work.keys[start : start + _LOOKED_UP_AT_ONCE]
            found = self._cache.get_many({key for key in keys if key not in work.known and key not in asked})
            for key, request in zip(keys, work.requests[start:], strict=False):
                if key in found:
                    self._note(work, key, found.pop(key), fresh=False)
                elif key not in work.known and key not in asked:
                    asked.add(key)
                    yield key, request

    def _stream(self, backend: StreamingBackend, misses: Iterator[tuple[str, Request]], work: _Work) -> None:
        waiting: dict[int, str] = {}

        def feed() -> Iterator[Request]:
            for number, (key, request) in enumerate(misses):
                waiting[number] = key
                yield request

        unstored: dict[str, Completion] = {}
        stored_at = time.monotonic()
        try:
            with self._errors_named(backend, "failed"), closing(backend.stream(feed())) as answers:
                for number, completion in answers:
                    key = waiting.pop(number, None)
                    if key is None:
                        raise BackendError(f"{self._named(backend)} answered request {number}, which was not open")
                    unstored[key] = completion
                    self.usage += Usage(calls=1)
                    self._note(work, key, completion, fresh=True)
                    now = time.monotonic()
                    if len(unstored) >= _STORED_AT_ONCE or now - stored_at > _STORED_AFTER_SECONDS:
                        self._store(unstored)
                        unstored, stored_at = {}, now
                    work.report()
        finally:
            # Whatever ends it: what was paid for is kept.
            self._store(unstored)
        if waiting or next(misses, None) is not None:
            raise BackendError(
                f"{self._named(backend)} left {len(waiting) or 'some'} requests without a completion: stream must "
                "answer each request, with finish reason error where it cannot"
            )

    def _batches(self, backend: Backend, work: _Work) -> None:
        for start in range(0, len(work.keys), self._batch_size):
            end = start + self._batch_size
            keys = [key for key in work.keys[start:end] if key not in work.known]
            found = self._cache.get_many(keys)
            for key, completion in found.items():
                self._note(work, key, completion, fresh=False)
            pairs = zip(work.keys[start:end], work.requests[start:end], strict=True)
            missing = {key: request for key, request in pairs if key not in work.known}
            if missing:
                self.usage += Usage(calls=1)
                fresh = self._generate(backend, missing)
                self._store(fresh)
                for key, completion in fresh.items():
                    self._note(work, key, completion, fresh=True)
            work.report(always=True)

    def _generate(self, backend: Backend, missing: Mapping[str, Request]) -> dict[str, Completion]:
        with self._errors_named(backend, "failed"):
            completions = list(backend.generate(list(missing.values())))
        if len(completions) != len(missing):
            raise BackendError(
                f"{self._named(backend)} returned {len(completions)} completions for {len(missing)} requests: "
                "generate must answer each request, with finish reason error where it cannot"
            )
        return dict(zip(missing, completions, strict=True))

    def _store(self, completions: Mapping[str, Completion]) -> None:
        answered = {key: c for key, c in completions.items() if c.finish_reason != "error"}
        self._cache.put_many(answered, self._identity)

    def _note(self, work: _Work, key: str, completion: Completion, *, fresh: bool) -> None:
        """Take an answer into the result and its cost into the usage."""
        answer = _classified(work.request(key), completion)
        times = work.know(key, answer)
        self.usage += Usage(
            requests=times,
            cached=times - fresh,
            prompt_tokens=fresh * completion.prompt_tokens,
            cached_tokens=fresh * completion.cached_tokens,
            generated_tokens=fresh * completion.generated_tokens,
            refusals=times * (answer.finish_reason == "refusal"),
            truncated=times * (answer.finish_reason == "length"),
            errors=times * (answer.finish_reason == "error"),
            retries=fresh * completion.retries,
            cost=fresh * (completion.cost or 0.0),
        )

    def _opened(self) -> Backend:
        if self._backend is None:
            with self._errors_named(None, "cannot be made"):
                backend = self._open_backend()
            with self._errors_named(backend, "cannot be opened"):
                self._backend = backend.__enter__()
        return self._backend

    @contextmanager
    def _errors_named(self, backend: Backend | StreamingBackend | None, what: str) -> Iterator[None]:
        try:
            yield
        except CrabtkError:
            # Worded for the user already, by a plugin that knows better what to do.
            raise
        except Exception as error:
            raise BackendError(f"{self._named(backend)} {what}: {type(error).__name__}: {error}") from error

    def _named(self, backend: Backend | StreamingBackend | None) -> str:
        name = f'Backend "{backend.name}"' if backend is not None else "The backend"
        return f'{name} with model "{self._model}"' if self._model else name


class _Work:
    """The requests of one call and what is known of their answers."""

    def __init__(self, identity: str, requests: Sequence[Request], progress: Progress | None) -> None:
        self.requests = requests
        self.keys = [request_key(identity, request) for request in requests]
        self.known: dict[str, Completion] = {}
        self._times = Counter(self.keys)
        self._by_key = dict(zip(self.keys, requests, strict=True))
        self._progress = progress
        self._done = 0
        self._reported = (0, 0.0)

    def request(self, key: str) -> Request:
        """Return a request of this key; all are equal."""
        return self._by_key[key]

    def know(self, key: str, answer: Completion) -> int:
        """Take an answer; return how many requests it answers."""
        self.known[key] = answer
        self._done += self._times[key]
        return self._times[key]

    def report(self, *, always: bool = False) -> None:
        """Say how far the work is, not more often than anybody can read."""
        now = time.monotonic()
        said, at = self._reported
        if self._progress is not None and said != self._done and (always or now - at > _REPORTED_EVERY_SECONDS):
            self._reported = (self._done, now)
            self._progress(self._done, len(self.keys))


def _classified(request: Request, completion: Completion) -> Completion:
    # On the way out, not into the cache: a better heuristic then holds for stored answers, too.
    free = request.json_schema is None and request.regex is None and not request.choices
    if free and completion.finish_reason == "stop" and is_refusal(completion.text):
        return replace(completion, finish_reason="refusal")
    return completion
