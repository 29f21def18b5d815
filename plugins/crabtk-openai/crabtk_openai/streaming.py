"""Answering a stream of requests: the calls run in a thread of their own, the caller's takes and yields."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from crabtk.errors import BackendError
from crabtk.types import Completion, Request
from crabtk_openai.calls import Caller, Calls
from crabtk_openai.dialects import ChatDialect
from crabtk_openai.event_loop import EventLoopThread
from crabtk_openai.failures import Failure
from crabtk_openai.prices import Prices
from crabtk_openai.servers import ServerPool
from crabtk_openai.structure import check_answer, check_request
from crabtk_openai.wire import Wire

_AHEAD = 4
_WAITING_AT_MOST = 256
"""So many requests may wait to be asked again while others take their places."""

_Answer = tuple[int, Completion]


@dataclass(frozen=True)
class Engine:
    """What answers requests; belongs to one event loop."""

    wire: Wire
    pool: ServerPool
    caller: Caller
    dialect: ChatDialect
    prices: Prices

    def room(self) -> int:
        """Return how many requests should be open: a few more than the servers take at once."""
        room = self.pool.room()
        return room + room // 2 + min(self.caller.waiting, _WAITING_AT_MOST) + _AHEAD

    async def answer(self, request: Request) -> Completion:
        """Answer one request.

        Raises:
            BackendError: Nothing will succeed any more.
        """
        calls = Calls(self.caller)
        try:
            check_request(request)
            completion = check_answer(request, await self.dialect.answer(calls, request))
        except Failure as failure:
            return Completion(text="", finish_reason="error", error=str(failure), retries=calls.retries)
        return replace(completion, retries=calls.retries, cost=self.prices.cost(completion))

    async def close(self) -> None:
        """Close all connections."""
        await self.pool.close()
        await self.wire.close()


def answer_stream(
    thread: EventLoopThread, engine: Engine, requests: Iterator[Request]
) -> Generator[_Answer, None, None]:
    """Yield each request's number and completion, in any order.

    Raises:
        BackendError: Nothing will succeed any more; what was answered before has been yielded.
    """
    finished: queue.SimpleQueue[_Answer | BaseException] = queue.SimpleQueue()

    async def work(number: int, request: Request) -> None:
        try:
            finished.put((number, await engine.answer(request)))
        except BaseException as error:
            # Whatever it is: the caller's thread waits for one entry per request.
            finished.put(error)
            if isinstance(error, asyncio.CancelledError):
                raise

    numbered = enumerate(requests)
    more, unfinished = True, 0
    while True:
        while more and unfinished < engine.room():
            entry = next(numbered, None)
            if entry is None:
                more = False
            else:
                thread.start(work(*entry))
                unfinished += 1
        if not unfinished:
            return
        outcome = finished.get()
        if isinstance(outcome, BackendError):
            # Without the other thread's frames, which hold the client and its key.
            raise BackendError(str(outcome)) from None
        if isinstance(outcome, BaseException):
            raise outcome
        unfinished -= 1
        yield outcome
