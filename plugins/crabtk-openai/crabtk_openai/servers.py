"""The servers of one run: which of them takes the next call, and how each of them is."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from crabtk.errors import BackendError
from crabtk_openai.addresses import Address
from crabtk_openai.concurrency import AdaptiveLimit
from crabtk_openai.failures import Failure, Retriable

_DOWN_AFTER = 3
"""Attempts in a row that found no connection."""
_PROBES_EVERY = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before each look at a server that is down; the last is repeated."""


@dataclass(eq=False)
class Server:
    """One server.

    Attributes:
        resumes_at: It wants to be left alone until then (clock of ``time.monotonic``).
        down: Nothing listens there; it gets no calls until it answers a probe.
    """

    address: Address
    limit: AdaptiveLimit
    in_flight: int = 0
    resumes_at: float = 0.0
    down: bool = False
    unreachable_in_a_row: int = 0

    def free(self, now: float) -> int:
        """Return how many more calls it takes now."""
        if self.down or now < self.resumes_at:
            return 0
        return max(0, self.limit.value - self.in_flight)


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to make one call."""

    server: Server
    epoch: int
    begun: float


class ServerPool:
    """Spreads calls over servers.

    Args:
        servers: All speak the same dialect and serve the same model.
        probe: Asks a server that is down whether it is back, and where its paths begin; raises ``Failure`` if not.
        give_up_after: Seconds without any success, from the first failure on, after which nothing more is tried.
    """

    def __init__(
        self, servers: Sequence[Server], probe: Callable[[Address], Awaitable[Address]], give_up_after: float
    ) -> None:
        self._servers = servers
        self._probe = probe
        self._give_up_after = give_up_after
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._watches: dict[Server, asyncio.Task[None]] = {}
        self._failing_since: float | None = None
        self._gave_up: BackendError | None = None
        self.has_succeeded = False

    def room(self) -> int:
        """Return how many calls the servers take at once, all together."""
        return sum(server.limit.value for server in self._servers if not server.down)

    async def close(self) -> None:
        """Stop looking after servers that are down."""
        watches = list(self._watches.values())
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)

    def mark_down(self, server: Server) -> None:
        """Leave a server out until it answers a probe."""
        if not server.down:
            server.down = True
            self._watches[server] = asyncio.create_task(self._watch(server))

    async def acquire(self, avoid: Server | None = None) -> Slot:
        """Wait until a server takes a call; where there is a choice, not the one to be avoided.

        Raises:
            BackendError: No server has answered for too long.
        """
        while True:
            if self._gave_up is not None:
                raise self._gave_up
            server = self._best(avoid)
            if server is not None:
                server.in_flight += 1
                return Slot(server, server.limit.started(server.in_flight), time.monotonic())
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                # The turn may have come already: the next one in the line must not miss it.
                self._wake()
                raise

    def release(self, slot: Slot) -> None:
        """Hand a slot back, after its outcome was noted."""
        slot.server.in_flight -= 1
        self._wake()

    def note_answer(self, slot: Slot, *, success: bool) -> None:
        """Note that a server answered; a success also tells how quick it is."""
        slot.server.unreachable_in_a_row = 0
        self._failing_since = None
        if success:
            self.has_succeeded = True
            slot.server.limit.succeeded(time.monotonic() - slot.begun)

    def note_failure(self, slot: Slot, failure: Retriable) -> None:
        """Note that a call must be made again.

        Raises:
            BackendError: No server has answered for too long.
        """
        server, now = slot.server, time.monotonic()
        if failure.crowded:
            server.limit.crowded(slot.epoch)
        if failure.pause is not None:
            server.resumes_at = max(server.resumes_at, now + failure.pause)
            asyncio.get_running_loop().call_later(failure.pause + 0.001, self._wake)
        server.unreachable_in_a_row = server.unreachable_in_a_row + 1 if failure.unreachable else 0
        if server.unreachable_in_a_row >= _DOWN_AFTER:
            self.mark_down(server)
        self._note_trouble(server, failure)

    def _note_trouble(self, server: Server, failure: Failure) -> None:
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        resumes_at = min(max(now, server.resumes_at) for server in self._servers)
        silent = resumes_at - self._failing_since
        if silent >= self._give_up_after:
            others = f" (nor do the {len(self._servers) - 1} others)" if len(self._servers) > 1 else ""
            self._gave_up = BackendError(
                f"The server at {server.address} is not answering{others}: no success in {silent:.0f} s, pauses that "
                f"it asked for included (option give_up_after). Last: {failure}. What was answered is kept; run again "
                "when the server is well"
            )
            self._wake(everybody=True)
            raise self._gave_up

    def _best(self, avoid: Server | None) -> Server | None:
        now = time.monotonic()
        free = [server for server in self._servers if server.free(now)]
        return min(free, key=lambda s: (s is avoid, s.in_flight / s.limit.value), default=None)

    def _wake(self, *, everybody: bool = False) -> None:
        now = time.monotonic()
        turns = len(self._waiting) if everybody else sum(server.free(now) for server in self._servers)
        while turns > 0 and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                turns -= 1

    async def _watch(self, server: Server) -> None:
        number = 0
        while server.down:
            await asyncio.sleep(_PROBES_EVERY[min(number, len(_PROBES_EVERY) - 1)])
            number += 1
            try:
                server.address = await self._probe(server.address)
            except Failure as failure:
                try:
                    self._note_trouble(server, failure)
                except BackendError:
                    return
            except BackendError as error:
                self._gave_up = error
                self._wake(everybody=True)
                return
            else:
                server.down = False
        server.unreachable_in_a_row = 0
        self._watches.pop(server, None)
        self._wake()
