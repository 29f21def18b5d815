"""The calls that answer one request, each made again until it succeeds or is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from crabtk.errors import BackendError
from crabtk_openai.addresses import Address
from crabtk_openai.backoff import backoff
from crabtk_openai.failures import Failure, Misdirected, Retriable, Unanswerable
from crabtk_openai.servers import Server, ServerPool, Slot
from crabtk_openai.wire import Wire

_PAUSE_JITTER_SECONDS = 0.25

T = TypeVar("T")


class Caller:
    """What all requests of one stream share.

    Args:
        max_retries: Of one call.
        model: Its name, for messages.
        served: Names that the servers know; empty where they do not tell.
    """

    def __init__(self, pool: ServerPool, wire: Wire, max_retries: int, model: str, served: tuple[str, ...]) -> None:
        self.pool = pool
        self.wire = wire
        self.max_retries = max_retries
        self.waiting = 0
        """Calls that wait before they are made again."""
        self.end: BackendError | None = None
        """Why nothing will succeed any more; calls that wait for their turn are then not made."""
        self._model = model
        self._served = served

    def misdirected(self, server: Server, failure: Misdirected) -> BackendError:
        """Word what nobody but the user can mend."""
        known = f"; the server has: {', '.join(self._served)}" if self._served else ""
        return BackendError(
            f'The server at {server.address} refused the first requests for model "{self._model}": {failure}. Check '
            f"the model's name, base_url and the rights of the key{known}"
        )


class Calls:
    """The calls of one request.

    Attributes:
        retries: Calls made again so far.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.retries = 0

    async def api(self, path: str, body: Mapping[str, Any], read: Callable[[dict[str, Any]], T]) -> T:
        """Post to a path of OpenAI's protocol; return what ``read`` makes of the answer.

        An answer that ``read`` cannot use (it raises KeyError, IndexError, TypeError, ValueError or AttributeError)
        counts as broken, and the call is made again.

        Raises:
            Unanswerable: The server refuses the request.
            Retriable: It failed too often.
            BackendError: Nothing will succeed any more.
        """
        return await self._post(lambda address: address.api + path, body, read)

    async def native(self, path: str, body: Mapping[str, Any], read: Callable[[dict[str, Any]], T]) -> T:
        """Post to a path of the server's own; otherwise as ``api``."""
        return await self._post(lambda address: address.native + path, body, read)

    async def _post(
        self, url: Callable[[Address], str], body: Mapping[str, Any], read: Callable[[dict[str, Any]], T]
    ) -> T:
        caller, last = self._caller, None
        for attempt in range(1, caller.max_retries + 2):
            slot = await caller.pool.acquire(avoid=last)
            last = slot.server
            if caller.end is not None:
                caller.pool.release(slot)
                raise caller.end
            try:
                return await self._try(slot, url(slot.server.address), body, read)
            except Retriable as failure:
                if attempt > caller.max_retries:
                    raise Retriable(f"no answer in {attempt} attempts (option max_retries); last: {failure}") from None
                self.retries += 1
                await self._wait(attempt, failure)
        raise AssertionError("the last attempt returns or raises")

    async def _try(self, slot: Slot, url: str, body: Mapping[str, Any], read: Callable[[dict[str, Any]], T]) -> T:
        pool = self._caller.pool
        try:
            reply = await self._caller.wire.post(url, body)
            try:
                result = read(reply)
            except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
                said = f"{type(error).__name__}: {error}"[:200]
                raise Retriable(f"the answer is not of OpenAI's form ({said})") from None
            pool.note_answer(slot, success=True)
            return result
        except Misdirected as failure:
            if not pool.has_succeeded:
                self._caller.end = self._caller.misdirected(slot.server, failure)
                raise self._caller.end from None
            pool.note_answer(slot, success=False)
            raise
        except Unanswerable:
            pool.note_answer(slot, success=False)
            raise
        except Retriable as failure:
            pool.note_failure(slot, failure)
            raise
        except BackendError as error:
            self._caller.end = error
            raise
        finally:
            pool.release(slot)

    async def _wait(self, attempt: int, failure: Failure) -> None:
        """Wait before the next attempt; where the server named a pause, the pool sees to that."""
        paused = isinstance(failure, Retriable) and failure.pause is not None
        delay = min(backoff(attempt), _PAUSE_JITTER_SECONDS) if paused else backoff(attempt)
        self._caller.waiting += 1
        try:
            await asyncio.sleep(delay)
        finally:
            self._caller.waiting -= 1
