"""One exchange with a server, and what its outcome means."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import httpx

from crabtk.errors import BackendError
from crabtk_openai.api_key import ApiKey
from crabtk_openai.backoff import asked_pause
from crabtk_openai.failures import Misdirected, Retriable, Unanswerable

_MESSAGE_LIMIT = 500
_GET_SECONDS = 30.0
"""A server that says what it has need not think."""
_LONGEST_PIECE_SECONDS = 2.0
_CROWDED = (408, 425, 429, 503, 504, 529)
_RETRIABLE = (409, *_CROWDED)
_MISDIRECTED = (301, 302, 303, 307, 308, 403, 404, 405)
_NEVER_BETTER = (501, 505)

T = TypeVar("T")


class Wire:
    """Sends JSON and reads JSON.

    Args:
        key: Goes with each request.
        headers: Go with each request.
        timeout: Seconds of one exchange, from connecting to the last byte.
        connect_timeout: Seconds to connect.
        connections: The most at once.
    """

    def __init__(
        self, key: ApiKey, headers: Mapping[str, str], timeout: float, connect_timeout: float, connections: int
    ) -> None:
        self._key = key
        self._timeout = timeout
        self._client = httpx.AsyncClient(
            headers={**headers, **key.headers()},
            # The whole exchange has its own limit; a server that thinks for long is no broken connection.
            timeout=httpx.Timeout(None, connect=connect_timeout),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=connections),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def get(self, url: str) -> dict[str, Any]:
        """Ask for a JSON object; errors as those of ``post``."""
        return await self._exchange(self._client.build_request("GET", url), min(self._timeout, _GET_SECONDS))

    async def post(self, url: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a JSON object and return the one that answers it.

        Raises:
            Unanswerable, Retriable: See there.
            BackendError: The key is wrong, or the account has nothing left.
        """
        headers = {"Content-Type": "application/json"}
        content = json.dumps(dict(body)).encode()
        request = self._client.build_request("POST", url, content=content, headers=headers)
        return await self._exchange(request, self._timeout)

    async def _exchange(self, request: httpx.Request, timeout: float) -> dict[str, Any]:
        # "from None": the client's errors hold the request and with it the key.
        try:
            response = await _within(timeout, self._client.send(request))
        except TimeoutError:
            raise Retriable(f"no answer within {timeout:g} s (option timeout)", crowded=True) from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            message = f"no connection: {self._shown(str(error) or type(error).__name__)}"
            raise Retriable(message, crowded=True, unreachable=True) from None
        except httpx.DecodingError:
            raise Retriable("the answer's encoding is broken") from None
        except httpx.TransportError as error:
            message = f"the connection broke: {self._shown(str(error) or type(error).__name__)}"
            raise Retriable(message, crowded=True) from None
        if response.status_code == httpx.codes.OK:
            return self._read(response)
        raise self._judged(response)

    def _read(self, response: httpx.Response) -> dict[str, Any]:
        try:
            value = json.loads(self._key.scrub_body(response.content))
        except (ValueError, RecursionError):
            raise Retriable("the answer is not JSON") from None
        if not isinstance(value, dict):
            raise Retriable(f"the answer is not a JSON object but {type(value).__name__}")
        return value

    def _judged(self, response: httpx.Response) -> Exception:
        status = response.status_code
        said, code = self._message(response)
        message = f"HTTP {status}: {said}"
        if status == 401:
            held = "is not accepted" if self._key else "is not set"
            return BackendError(
                f"{_host(response)} asks for a key, and the environment variable {self._key.variable} {held}: {message}"
            )
        if status == 402 or "insufficient_quota" in code:
            return BackendError(f"The account at {_host(response)} has nothing left to pay with: {message}")
        if status in _RETRIABLE or (status >= 500 and status not in _NEVER_BETTER):
            return Retriable(message, crowded=status in _CROWDED, pause=asked_pause(response.headers))
        if status in _MISDIRECTED:
            return Misdirected(message, status)
        return Unanswerable(message, status)

    def _message(self, response: httpx.Response) -> tuple[str, str]:
        """Return a server's own words, and its code for them."""
        target = response.headers.get("location")
        if target is not None and response.is_redirect:
            return f"it redirects to {self._shown(target)}; if that is the server, give its base_url", ""
        try:
            error = json.loads(response.content)
            error = error.get("error", error)
            code = " ".join(str(error.get(name)) for name in ("code", "type")) if isinstance(error, dict) else ""
            for name in ("message", "detail", "msg"):
                error = error.get(name, error) if isinstance(error, dict) else error
            said = error if isinstance(error, str) else json.dumps(error, ensure_ascii=False)
        except (ValueError, AttributeError, RecursionError):
            said, code = response.content[: 8 * _MESSAGE_LIMIT].decode("utf-8", "replace"), ""
        return self._shown(said) or "no message", code

    def _shown(self, text: str) -> str:
        text = " ".join(self._key.scrub(text).split())
        return text if len(text) <= _MESSAGE_LIMIT else text[:_MESSAGE_LIMIT] + " …"


async def _within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Wait for work, but for so many seconds only.

    Time in which this process did not run counts for nothing: after a stall the answers lie there, and giving them up
    would pay for each of them again.
    """
    task = asyncio.ensure_future(work)
    piece = min(seconds / 4, _LONGEST_PIECE_SECONDS)
    left = seconds
    try:
        while left > 0:
            done, _ = await asyncio.wait({task}, timeout=min(piece, left))
            if done:
                return task.result()
            left -= piece
        raise TimeoutError
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _host(response: httpx.Response) -> str:
    url = response.request.url
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
