"""Keeping an engine full: requests go in as others come out."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from vllm import RequestOutput

from crabtk.errors import BackendError
from crabtk.inference.unanswerable import UnanswerableError
from crabtk.types import Completion, Request
from crabtk_vllm.answers import Question, Questions
from crabtk_vllm.engine import Engine

_AHEAD = 2
"""Requests that the engine holds for each that it works on, so that none of its places stays empty for a step."""


def stream(engine: Engine, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
    """Yield each request's number with its completion as soon as that is ready; see ``VllmBackend.stream``."""
    questions = Questions(engine.template, engine.tokenizer, engine.positions)
    return _Stream(engine, questions).answers(enumerate(requests))


class _Stream:
    """The open requests of one call, and the parts of them that are with the engine."""

    def __init__(self, engine: Engine, questions: Questions) -> None:
        self._engine = engine
        self._questions = questions
        self._open: dict[int, Question] = {}
        self._parts: dict[str, tuple[int, int]] = {}

    def answers(self, requests: Iterator[tuple[int, Request]]) -> Generator[tuple[int, Completion], None, None]:
        most = _AHEAD * self._engine.width
        ended = False
        try:
            while True:
                while not ended and len(self._parts) < most:
                    taken = next(requests, None)
                    if taken is None:
                        ended = True
                    elif (completion := self._ask(*taken)) is not None:
                        yield taken[0], completion
                if not self._parts:
                    return
                for name, outcome in self._engine.finished():
                    number, place = self._parts.pop(name, (-1, -1))
                    if number in self._open and (completion := self._take(number, place, outcome)) is not None:
                        yield number, completion
        finally:
            self._engine.abort(list(self._parts))

    def _ask(self, number: int, request: Request) -> Completion | None:
        """Hand a request in; return its completion if it has one without the engine."""
        try:
            question = self._questions.question(request)
            for place, part in enumerate(question.parts):
                self._parts[self._engine.add(part.prompt, part.params)] = number, place
        except BackendError:
            raise
        except Exception as error:  # vLLM's errors and those of its grammar libraries have no common base
            return self._refuse(number, error)
        self._open[number] = question
        return self._complete(number)

    def _take(self, number: int, place: int, outcome: RequestOutput | Exception) -> Completion | None:
        """Take what became of a part; return the completion of its request if that is now there."""
        if isinstance(outcome, Exception):
            del self._open[number]
            return self._refuse(number, outcome)
        self._open[number].outputs[place] = outcome
        return self._complete(number)

    def _complete(self, number: int) -> Completion | None:
        completion = self._open[number].completion()
        if completion is not None:
            del self._open[number]
        return completion

    def _refuse(self, number: int, error: Exception) -> Completion:
        names = [name for name, (asked, _) in self._parts.items() if asked == number]
        self._engine.abort(names)
        for name in names:
            del self._parts[name]
        says = str(error) if isinstance(error, UnanswerableError) else f"vLLM does not take the request: {error}"
        return Completion(text="", finish_reason="error", error=says)
