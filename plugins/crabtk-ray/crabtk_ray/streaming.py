"""Keeping all actors busy, from the run's own thread."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

from crabtk.types import Completion, Request
from crabtk_ray.blocks import Block, blocks
from crabtk_ray.pool import Death, Member, Pool
from crabtk_ray.worker import Report

_DEATHS_OF_A_BLOCK = 3

Answers = list[tuple[int, Completion]]


def stream(pool: Pool, requests: Iterator[Request], block_size: int) -> Generator[tuple[int, Completion], None, None]:
    """Yield each request's number with its completion as soon as that is there; see ``RayBackend.stream``."""
    return _Stream(pool, blocks(requests, block_size)).answers()


class _Stream:
    """The blocks of one call."""

    def __init__(self, pool: Pool, waiting: Iterator[Block]) -> None:
        self._pool = pool
        self._waiting = waiting
        self._ended = False
        self._again: list[Block] = []

    def answers(self) -> Generator[tuple[int, Completion], None, None]:
        try:
            while self._hand_out():
                answers: Answers = []
                for member, outcome in self._pool.finished():
                    answers += self._taken(member, outcome)
                try:
                    # First, since whoever takes the answers may take his time.
                    self._hand_out()
                finally:
                    yield from answers
        finally:
            self._pool.cancel()

    def _hand_out(self) -> bool:
        """Give each actor that waits its next block; tell whether anything is left to do."""
        members = self._pool.living()
        # Suspects are for who has nothing else. Where nobody is about to be that, new blocks wait until somebody is.
        drain = bool(self._again) and all(member.blocks and not _has_suspect(member) for member in members)
        for member in members:
            if member.free:
                block = self._next_for(member, drain=drain)
                if block is not None or member.blocks:
                    more = not (self._ended or drain or _has_suspect(member) or (block is not None and block.deaths))
                    member.exchange(block, more=more)
        return bool(self._again) or not self._ended or any(member.blocks for member in members)

    def _next_for(self, member: Member, *, drain: bool) -> Block | None:
        """Return a suspect if the actor has nothing else, else a new block if it may have one."""
        if member.blocks:
            return self._new() if member.wants and not drain and not _has_suspect(member) else None
        suspect = min(self._again, key=lambda block: block.deaths, default=None)
        # A place is given up after some deaths in a row: what already killed alone waits for an answer in between.
        if suspect is None or (suspect.deaths > 1 and member.deaths > 1):
            block = self._new()
            if block is not None or suspect is None:
                return block
        self._again.remove(suspect)
        return suspect

    def _new(self) -> Block | None:
        block = None if self._ended else next(self._waiting, None)
        self._ended = block is None
        return block

    def _taken(self, member: Member, outcome: Report | Death) -> Answers:
        if isinstance(outcome, Death):
            return self._lost(member, outcome)
        member.wants = outcome.wants
        return [(number, self._answer(member, number, completion)) for number, completion in outcome.answers]

    def _answer(self, member: Member, number: int, completion: Completion) -> Completion:
        block = member.blocks.pop(number)
        del block.requests[number]
        return replace(completion, retries=completion.retries + block.deaths) if block.deaths else completion

    def _lost(self, member: Member, death: Death) -> Answers:
        """Take a dead actor's blocks back; those that several died of are answered with an error.

        Which of them it died of cannot be known, and what it had answered may be lost on the way: from now on each is
        a suspect and stands alone, so that none is condemned for another one's deed.
        """
        lost = list(dict.fromkeys(member.blocks.values()))
        member.blocks.clear()
        answers: Answers = []
        for block in lost:
            block.deaths += 1
            if block.deaths < _DEATHS_OF_A_BLOCK:
                self._again.append(block)
                continue
            message = f"{block.deaths} actors died that had this request; the last one: {death.cause}"
            error = Completion(text="", finish_reason="error", error=message, retries=block.deaths - 1)
            answers += [(number, error) for number in block.requests]
        return answers


def _has_suspect(member: Member) -> bool:
    return any(block.deaths for block in member.blocks.values())
