"""An open SGLang engine, answering what comes over a connection; runs in the engine's own process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

import sglang

from crabtk.errors import BackendError
from crabtk.inference.chat import ChatTemplate
from crabtk.inference.unanswerable import UnanswerableError
from crabtk.types import Completion, Request
from crabtk_sglang.answers import Limits, Output, Part, Questions
from crabtk_sglang.arguments import server_arguments
from crabtk_sglang.messages import Answered, Asked, Cancelled, Opening

_WIDTH_WHERE_UNKNOWN = 256


@dataclass(frozen=True, slots=True)
class OpenEngine:
    """SGLang's engine, what it turns requests into, and how many it works on at a time."""

    engine: Any
    questions: Questions
    width: int

    def close(self) -> None:
        """End its processes."""
        self.engine.shutdown()


def open_engine(opening: Opening) -> OpenEngine:
    """Start SGLang.

    Raises:
        BackendError: An argument is wrong, or the model has no chat template. SGLang raises errors of its own besides.
    """
    engine = sglang.Engine(**server_arguments(opening.named, opening.others))
    manager = engine.tokenizer_manager
    model = opening.named["model_path"]
    if not hasattr(manager.tokenizer, "chat_template"):
        raise BackendError(
            f"SGLang reads {model} with a tokenizer that has no chat template of Hugging Face's kind: "
            'set engine = { tokenizer_mode = "auto" }'
        )
    template = ChatTemplate(manager.tokenizer, model, opening.template_options)
    told = engine.get_server_info()
    # SGLang refuses prompts as long as its own limit.
    limits = Limits(context=int(manager.context_len), prompt=int(told["max_req_input_len"]) - 1)
    copies = told.get("internal_states") or []
    width = sum(int(copy.get("effective_max_running_requests_per_dp", 0)) for copy in copies)
    return OpenEngine(engine, Questions(template, manager.tokenizer, limits), width or _WIDTH_WHERE_UNKNOWN)


class Service:
    """Answers what comes over a connection, each request in a task of its own.

    Args:
        engine: Open; its loop is that of the calling thread.
        connection: To the process that opened it.
        lost: Called when that process is gone.
    """

    def __init__(self, engine: OpenEngine, connection: Connection, lost: Callable[[], None]) -> None:
        self._engine = engine
        self._connection = connection
        self._lost = lost
        self._loop: asyncio.AbstractEventLoop = engine.engine.loop
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._answers: SimpleQueue[Answered] = SimpleQueue()

    def run(self) -> None:
        """Serve until the other side closes the engine."""
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        closed = asyncio.Event()
        # In threads of their own: a full connection would stop the engine's loop, and both sides could wait for ever.
        threading.Thread(target=self._receive, args=(closed,), name="crabtk-receive", daemon=True).start()
        threading.Thread(target=self._send, name="crabtk-send", daemon=True).start()
        await closed.wait()
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _receive(self, closed: asyncio.Event) -> None:
        while True:
            try:
                message = self._connection.recv()
            except (EOFError, OSError):
                self._lost()
                return
            if isinstance(message, Asked):
                self._loop.call_soon_threadsafe(self._take, message)
            elif isinstance(message, Cancelled):
                self._loop.call_soon_threadsafe(self._cancel, message)
            else:
                self._loop.call_soon_threadsafe(closed.set)
                return

    def _send(self) -> None:
        while True:
            answer = self._answers.get()
            try:
                self._connection.send(answer)
            except OSError:
                self._lost()
                return

    def _take(self, asked: Asked) -> None:
        task = self._loop.create_task(self._answer(asked))
        self._tasks[asked.number] = task
        task.add_done_callback(lambda _: self._tasks.pop(asked.number))

    def _cancel(self, cancelled: Cancelled) -> None:
        for number in cancelled.numbers:
            if number in self._tasks:
                self._tasks[number].cancel()

    async def _answer(self, asked: Asked) -> None:
        try:
            completion = await self._completion(asked.request)
        except UnanswerableError as error:
            completion = _refused(str(error))
        except Exception as error:  # no request may stay without an answer, nor end the others
            completion = _refused(f"{type(error).__name__}: {error}")
        self._answers.put(Answered(asked.number, completion))

    async def _completion(self, request: Request) -> Completion:
        try:
            question = self._engine.questions.question(request)
            async with asyncio.TaskGroup() as group:
                parts = [group.create_task(self._output(part)) for part in question.parts]
        except* UnanswerableError as errors:
            raise _first(errors) from None
        return question.complete([part.result() for part in parts])

    async def _output(self, part: Part) -> Output:
        try:
            output: Output = await self._engine.engine.async_generate(
                input_ids=part.prompt,
                sampling_params=part.sampling,
                return_logprob=part.scored is not None,
                # Log-probabilities of the answer alone: those of the prompt would have it read anew.
                logprob_start_len=-1,
                token_ids_logprob=part.scored,
            )
        except Exception as error:  # SGLang's, its web framework's, and its grammar libraries' have no common base
            raise UnanswerableError(f"SGLang does not take the request: {error}") from error
        return output


def _first(errors: BaseExceptionGroup[UnanswerableError]) -> UnanswerableError:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _refused(reason: str) -> Completion:
    return Completion(text="", finish_reason="error", error=reason)
