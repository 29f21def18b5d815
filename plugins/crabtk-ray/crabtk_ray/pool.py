"""The actors of one open backend: started, asked, replaced when they die, ended."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crabtk.errors import BackendError
from crabtk.inference.identity import model_identity
from crabtk_ray.blocks import Block
from crabtk_ray.cluster import Cluster
from crabtk_ray.worker import Opened, Report, Task, Worker

_CLOSE_SECONDS = 15.0
_SILENT_BEFORE_DOUBT = 10
_LOOKED_EVERY_SECONDS = 1.0
_DEATHS_IN_A_ROW = 6
"""Of one place's actors with no answer in between: twice as many as condemn a block, which may be to blame."""
_FAILED_OPENINGS_IN_A_ROW = 2


@dataclass(frozen=True)
class Size:
    """How many actors there are, and what Ray sets aside for each."""

    actors: int
    num_gpus: float
    num_cpus: float
    runtime_env: dict[str, Any] | None
    start_timeout: float


@dataclass(frozen=True)
class Death:
    """Why an actor is gone."""

    cause: str


class Member:
    """A place in the pool: an actor, and another one when it dies.

    Attributes:
        blocks: What the actor has not answered, by number of the request.
        wants: The actor asked for another block.
        gone: Actors of this place died too often; there is none any more.
    """

    def __init__(self) -> None:
        self.actor: Any = None
        self.call: Any = None
        self.opening_ends: float | None = None
        self.blocks: dict[int, Block] = {}
        self.wants = False
        self.gone = False
        self.deaths = 0
        self.failed_openings = 0

    @property
    def free(self) -> bool:
        """No call is under way."""
        return not self.gone and self.call is None

    def exchange(self, block: Block | None, *, more: bool) -> None:
        """Hand a block over and ask for what is answered."""
        if block is not None:
            self.blocks.update(dict.fromkeys(block.requests, block))
        numbered = None if block is None else list(block.requests.items())
        self.call = self.actor.exchange.remote(numbered, more=more)


class Pool:
    """The actors of one open backend."""

    def __init__(self, cluster: Cluster, task: Task, size: Size) -> None:
        self._cluster = cluster
        self._ray = cluster.ray
        self._task = task
        self._size = size
        self._class = self._ray.remote(Worker).options(
            num_cpus=size.num_cpus, num_gpus=size.num_gpus, runtime_env=size.runtime_env, max_restarts=0
        )
        self._members = [Member() for _ in range(size.actors)]
        self.last_death = ""
        self._silent = 0

    def open(self) -> None:
        """Start all actors and wait until each has loaded its model.

        Raises:
            BackendError: One failed, or they were not ready in time.
        """
        for member in self._members:
            self._start(member)
        while any(member.call is not None for member in self._members):
            for _, outcome in self.finished():
                if isinstance(outcome, Death):
                    raise BackendError(f'Backend "{self._task.backend}" cannot be opened by Ray: {outcome.cause}')

    def living(self) -> list[Member]:
        """Return the places that have an actor, or will have one; those whose actor died get another one here.

        Raises:
            BackendError: There is none.
        """
        living = [member for member in self._members if not member.gone]
        for member in living:
            if member.actor is None:
                self._start(member)
        if not living:
            raise BackendError(
                f"All {len(self._members)} actors died, and so did those that took their places; the last one: "
                f"{self.last_death}. What was answered is kept. Look at the logs of Ray's session and at the memory "
                "of the machines"
            )
        return living

    def finished(self) -> Iterator[tuple[Member, Report | Death]]:
        """Wait for calls to end, a second at most.

        Yields what actors report, and deaths, of which the place's blocks are the caller's to take back.

        Raises:
            BackendError: Ray itself is dead.
        """
        members = {member.call: member for member in self._members if member.call is not None}
        self._ray.wait(list(members), num_returns=1, timeout=_LOOKED_EVERY_SECONDS)
        ready, _ = self._ray.wait(list(members), num_returns=len(members), timeout=0)
        self._silent = 0 if ready else self._silent + 1
        if self._silent % _SILENT_BEFORE_DOUBT == _SILENT_BEFORE_DOUBT - 1:
            self._cluster.check()
        for call in ready:
            member = members[call]
            opening = member.opening_ends is not None
            member.call = member.opening_ends = None
            outcome = self._opened(call) if opening else self._reported(call)
            if isinstance(outcome, Opened):
                member.failed_openings = 0
            elif isinstance(outcome, Report):
                yield member, outcome
                member.deaths = 0 if outcome.answers else member.deaths
                if outcome.failure is not None:
                    yield from self._died(member, Death(outcome.failure), opening=False)
            else:
                yield from self._died(member, outcome, opening=opening)
        for member in self._members:
            if member.opening_ends is not None and time.monotonic() > member.opening_ends:
                yield from self._died(member, Death(self._not_started()), opening=True)

    def cancel(self) -> None:
        """Have all actors leave what is unfinished, and return at once."""
        for member in self._members:
            if member.opening_ends is None and member.actor is not None and not member.gone:
                member.actor.cancel.remote()
                member.call = None
            member.blocks.clear()
            member.wants = False

    def close(self) -> None:
        """End all actors; those that do not end in time are killed."""
        try:
            opened = [m for m in self._members if m.actor is not None and m.opening_ends is None and not m.gone]
            calls = [member.actor.close.remote() for member in opened]
            if calls:
                self._ray.wait(calls, num_returns=len(calls), timeout=_CLOSE_SECONDS)
        finally:
            for member in self._members:
                self._end(member)

    def _start(self, member: Member) -> None:
        member.actor = self._class.remote(self._task)
        member.opening_ends = time.monotonic() + self._size.start_timeout
        member.call = member.actor.open.remote()

    def _end(self, member: Member) -> None:
        member.call = member.opening_ends = None
        if member.actor is not None:
            actor, member.actor = member.actor, None
            self._ray.kill(actor)

    def _died(self, member: Member, death: Death, *, opening: bool) -> Iterable[tuple[Member, Death]]:
        self.last_death = death.cause
        self._end(member)
        member.wants = False
        if opening:
            member.failed_openings += 1
        else:
            member.deaths += 1
        member.gone = member.deaths >= _DEATHS_IN_A_ROW or member.failed_openings >= _FAILED_OPENINGS_IN_A_ROW
        yield member, death

    def _reported(self, call: Any) -> Report | Death:
        try:
            report: Report = self._ray.get(call)
        except self._ray.exceptions.RayError as error:
            return Death(_short(error))
        return report

    def _opened(self, call: Any) -> Opened | Death:
        try:
            opened: Opened = self._ray.get(call)
        except self._ray.exceptions.RayError as error:
            return Death(_short(error))
        if opened.failure is not None:
            return Death(opened.failure)
        if opened.model is not None and opened.model != self._model:
            return Death(
                f"the model at {self._task.model} is another one there than here: keep it on a disk that all machines "
                "of the cluster see"
            )
        return opened

    @cached_property
    def _model(self) -> str:
        return model_identity(self._task.model, self._task.revision)

    def _not_started(self) -> str:
        size, has = self._size, self._cluster.resources()
        return (
            f"it was not ready after {size.start_timeout:g} s (option start_timeout). {size.actors} actors need "
            f"{needs(size)}; the cluster has {has.get('GPU', 0):g} GPUs and {has.get('CPU', 0):g} CPUs, of which other "
            "jobs may hold some (`ray status`)"
        )


def needs(size: Size) -> str:
    """Return in words what all actors need together."""
    return f"{size.actors * size.num_gpus:g} GPUs and {size.actors * size.num_cpus:g} CPUs"


def _short(error: Exception) -> str:
    # Ray's errors are reports of many lines, with what happened in the last ones.
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[-2:])[-500:] if lines else type(error).__name__
