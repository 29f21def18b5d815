"""An actor's side, without Ray: the inner backend is kept busy, and ends when it shall."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest

from crabtk.protocols import Backend
from crabtk.testing.fakes import EchoBackend, ScriptedBackend, StreamingScriptedBackend
from crabtk.types import Completion, Message, Request
from crabtk_ray.worker import Numbered, Report, Session


def block(*numbers: int) -> Numbered:
    return [(number, Request((Message("user", f"text {number}"),))) for number in numbers]


def collected(session: Session, first: Report, count: int, *, more: bool) -> dict[int, str]:
    answers = list(first.answers)
    end = time.monotonic() + 10
    while len(answers) < count:
        assert time.monotonic() < end, f"only {answers} of {count} answers came"
        report = session.exchange(None, more=more)
        assert report.failure is None
        answers += report.answers
    return {number: completion.text for number, completion in answers}


@pytest.fixture(params=[EchoBackend, StreamingScriptedBackend])
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    session = Session(request.param())
    yield session
    session.cancel()


def test_answers_have_the_numbers_of_their_requests(session: Session) -> None:
    session.exchange(block(7, 8, 9), more=True)
    first = session.exchange(block(20, 21), more=False)
    assert set(collected(session, first, 2, more=False).items()) <= {(n, f"text {n}") for n in (7, 8, 9, 20, 21)}


def test_an_engine_that_waits_for_requests_is_let_go_when_there_are_no_more(session: Session) -> None:
    """Four fit into the engine, which takes no step while it waits for the others, unless it is told."""
    first = session.exchange(block(1, 2), more=False)
    assert collected(session, first, 2, more=False) == {1: "text 1", 2: "text 2"}
    # What a dead actor had may come later.
    first = session.exchange(block(3), more=False)
    assert collected(session, first, 1, more=False) == {3: "text 3"}


def test_a_block_is_one_batch() -> None:
    backend = ScriptedBackend()
    session = Session(backend)
    session.exchange(block(1, 2), more=True)
    first = session.exchange(block(3), more=False)
    end = time.monotonic() + 10
    while len(backend.calls) < 2 and time.monotonic() < end:
        first = session.exchange(None, more=False)
    session.cancel()
    assert first.failure is None
    assert [len(batch) for batch in backend.calls] == [2, 1]


class Broken(ScriptedBackend):
    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        raise ArithmeticError("divided by nothing")


class Short(ScriptedBackend):
    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        return super().generate(requests)[1:]


@pytest.mark.parametrize(("backend", "says"), [(Broken(), "ArithmeticError: divided"), (Short(), "shorter")])
def test_an_engine_that_fails_says_so(backend: Backend, says: str) -> None:
    session = Session(backend)
    reports = [session.exchange(block(1, 2), more=False), session.exchange(None, more=False)]
    assert any(says in (report.failure or "") for report in reports)
    session.cancel()


def test_cancelling_ends_the_thread() -> None:
    session = Session(StreamingScriptedBackend())
    session.exchange(block(*range(3)), more=True)
    session.cancel()
    assert not session._thread.is_alive()
