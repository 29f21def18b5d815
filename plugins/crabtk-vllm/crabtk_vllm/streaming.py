"""Keeping an engine full: requests go in as others come out."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from enum import Enum

from crabtk.types import Completion, Request
from crabtk_vllm.answers import Question, Questions, UnanswerableError
from crabtk_vllm.engine import Engine

_AHEAD = 2
"""Requests that the engine holds for each that it works on, so that none of its places stays empty for a step."""


def stream(engine: Engine, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
    """Yield each request's number with its completion as soon as that is ready; see ``VllmBackend.stream``."""
    questions = Questions(engine.template, engine.tokenizer, engine.positions)
    return _Stream(engine, questions).answers(enumerate(requests))


class _End(Enum):
    REACHED = 0


class _Stream:
    """The open requests of one call."""

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
                    taken = next(requests, _End.REACHED)
                    if taken is _End.REACHED:
                        ended = True
                    elif (completion := self._ask(*taken)) is not None:
                        yield taken[0], completion
                if not self._parts:
                    return
                for output in self._engine.finished():
                    number, place = self._parts.pop(output.request_id, (-1, -1))
                    if number in self._open:
                        self._open[number].outputs[place] = output
                        if (completion := self._open[number].completion()) is not None:
                            del self._open[number]
                            yield number, completion
        finally:
            if self._parts:
                self._engine.abort(list(self._parts))

    def _ask(self, number: int, request: Request) -> Completion | None:
        """Hand a request in; return its completion if it has one without the engine."""
        names: list[str] = []
        try:
            question = self._questions.question(request)
            for place, part in enumerate(question.parts):
                name = self._engine.add(part.prompt, part.params)
                names.append(name)
                self._parts[name] = (number, place)
        except UnanswerableError as error:
            self._engine.abort(names)
            for name in names:
                del self._parts[name]
            return Completion(text="", finish_reason="error", error=str(error))
        self._open[number] = question
        completion = question.completion()
        if completion is not None:
            del self._open[number]
        return completion
