"""What is handed to whom when actors die: the real stream over actors that end at once, in a set order."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crabtk.types import Completion, Message, Request
from crabtk_ray.pool import Death, Member, Pool
from crabtk_ray.streaming import stream
from crabtk_ray.worker import Numbered, Report


class Actor:
    """Answers the block in work once it has as many as it may have; "die" kills it with all of them.

    What it answered last is lost on the way, as it is when a process ends before its report has left.
    """

    def __init__(self, room: int) -> None:
        self.held: list[Numbered] = []
        self.room = room
        self.exchange = SimpleNamespace(remote=self._exchange)

    def _exchange(self, block: Numbered | None, *, more: bool) -> Report | Death:
        if block is not None:
            self.held.append(block)
        if more and len(self.held) < self.room:
            return Report([], wants=True)
        answers = [(number, Completion(request.messages[-1].content)) for number, request in self.held.pop(0)]
        if any(answer.text == "die" for _, answer in answers):
            return Death("a deadly request")
        if self.held and any(request.messages[-1].content == "die" for _, request in self.held[0]):
            return Death("a deadly request, before the last report had left")
        return Report(answers, wants=more)


class Scripted:
    """A pool whose calls have ended as soon as they are waited for."""

    def __init__(self, actors: int, room: int = 2) -> None:
        self.members = [Member() for _ in range(actors)]
        self.room = room
        self.lives = 100
        self.most_deaths_in_a_row = 0

    def living(self) -> list[Member]:
        for member in self.members:
            member.actor = member.actor or Actor(self.room)
        return self.members

    def finished(self) -> Iterator[tuple[Member, Report | Death]]:
        for member in self.members:
            outcome, member.call = member.call, None
            if isinstance(outcome, Death):
                self.lives -= 1
                assert self.lives, "actors die for ever"
                member.actor = None
                member.wants = False
                member.deaths += 1
                self.most_deaths_in_a_row = max(self.most_deaths_in_a_row, member.deaths)
            elif outcome is not None and outcome.answers:
                member.deaths = 0
            if outcome is not None:
                yield member, outcome

    def cancel(self) -> None:
        """There is nothing to cancel."""


def answered(pool: Scripted, texts: list[str], size: int = 1) -> dict[int, Completion]:
    requests = (Request((Message("user", text),)) for text in texts)
    return dict(stream(cast(Pool, pool), requests, size))


@pytest.mark.parametrize("actors", [1, 2, 3])
@pytest.mark.parametrize("deadly", [{3}, {0, 5}, {0, 1, 2}, {4, 6, 8, 10}, {28, 29}])
@pytest.mark.parametrize("room", [1, 2, 4])
def test_only_the_deadly_is_condemned(actors: int, deadly: set[int], room: int) -> None:
    texts = ["die" if number in deadly else str(number) for number in range(30)]
    pool = Scripted(actors, room)
    answers = answered(pool, texts)
    assert sorted(answers) == list(range(30))
    assert {number for number, answer in answers.items() if answer.finish_reason == "error"} == deadly
    assert all(answers[number].text == texts[number] for number in range(30) if number not in deadly)
    assert all(answers[number].retries <= 1 for number in range(30) if number not in deadly), "it stood alone then"
    assert all("3 actors died" in (answers[number].error or "") for number in deadly)


@pytest.mark.parametrize("number", [3, 4])
def test_several_deadly_ones_do_not_exhaust_a_place_while_there_is_other_work(number: int) -> None:
    """Six deaths in a row give an actor's place up."""
    texts = [*["die"] * number, *(str(place) for place in range(50))]
    pool = Scripted(1, room=number)
    assert len(answered(pool, texts)) == len(texts)
    assert pool.most_deaths_in_a_row < 6


def test_what_was_reported_is_handed_on_before_a_request_that_cannot_be_read() -> None:
    def failing() -> Iterator[Request]:
        for number in range(20):
            yield Request((Message("user", str(number)),))
        raise OSError("no space left")

    class Counting(Scripted):
        reported = 0

        def finished(self) -> Iterator[tuple[Member, Report | Death]]:
            for member, outcome in super().finished():
                self.reported += len(cast(Any, outcome).answers)
                yield member, outcome

    pool = Counting(2)
    taken = []
    with pytest.raises(OSError, match="no space left"):
        for number, _ in stream(cast(Pool, pool), failing(), 1):
            taken.append(number)
    assert len(taken) == pool.reported > 10
