"""A server of our own on the loopback interface: it answers well, or badly on purpose."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crabtk.types import Completion, Message, Request, Sampling
from crabtk_openai import OpenAIBackend

KEY = "sk-test-0123456789abcdefWXYZ"


@dataclass
class Asked:
    """One request that the server got."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    number: int

    @property
    def prompt(self) -> str:
        return str(self.body["messages"][-1]["content"])


@dataclass
class Answer:
    """What the server does: waits, then sends, of the body no more than ``cut`` bytes; None sends nothing at all."""

    status: int = 200
    body: bytes | None = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    cut: int | None = None
    success: bool = False


Behaviour = Callable[[Asked], Answer]
ServerMaker = Callable[..., "Server"]


def chat(text: str, **fields: Any) -> Answer:
    """A good answer."""
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop", **fields}
    return Answer(body=json.dumps({"choices": [choice], "usage": usage}).encode(), success=True)


def refused(status: int, message: str, **headers: str) -> Answer:
    """An answer with an error."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps({"error": {"message": message}}).encode(), named)


class Server:
    """Speaks HTTP/1.1 over asyncio streams in a thread; keeps count."""

    def __init__(self, behave: Behaviour, port: int = 0, models: Any = None) -> None:
        self.behave = behave
        self.models = {"data": [{"id": "m", "owned_by": "us"}]} if models is None else models
        self.port = port
        self.asked: list[Asked] = []
        self.succeeded: Counter[str] = Counter()
        self.success_times: list[float] = []
        self.in_flight = 0
        self.most_in_flight: list[tuple[float, int]] = []
        self.connections = 0
        self._numbers: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Server:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=500)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.connections -= 1
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        if method == "GET":
            answer = Answer(body=json.dumps(self.models).encode()) if path == "/v1/models" else Answer(404, b"{}")
            return await self._send(writer, answer)
        body = json.loads(raw)
        key = json.dumps(body.get("messages"))
        self._numbers[key] += 1
        asked = Asked(path, headers, body, self._numbers[key])
        self.asked.append(asked)
        self.in_flight += 1
        self.most_in_flight.append((time.monotonic(), self.in_flight))
        try:
            answer = self.behave(asked)
            going = await self._wait(reader, answer.seconds) and await self._send(writer, answer)
        finally:
            self.in_flight -= 1
        if answer.success and answer.cut is None:
            self.succeeded[asked.prompt] += 1
            self.success_times.append(time.monotonic())
        return going

    async def _wait(self, reader: asyncio.StreamReader, seconds: float) -> bool:
        """Wait; end early, with False, when the client hangs up."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if reader.at_eof():
                return False
            await asyncio.sleep(min(left, 0.05))
        return True

    async def _send(self, writer: asyncio.StreamWriter, answer: Answer) -> bool:
        if answer.body is None:
            return False
        named = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        head = f"HTTP/1.1 {answer.status} X\r\nContent-Length: {len(answer.body)}\r\n{named}\r\n"
        writer.write(head.encode() + answer.body[: answer.cut])
        await writer.drain()
        return answer.cut is None


def ask(prompt: str, **fields: Any) -> Request:
    return Request((Message("user", prompt),), **fields)


def ask_many(number: int) -> list[Request]:
    return [ask(f"request {n}", sampling=Sampling(seed=n)) for n in range(number)]


def echo(asked: Asked) -> Answer:
    """Answer with the prompt."""
    return chat(asked.prompt)


def one(server: Server, request: Request, **options: Any) -> Completion:
    """Return what the backend makes of one request to a server."""
    with OpenAIBackend("m", base_url=server.url, **options) as backend:
        return backend.generate([request])[0]
