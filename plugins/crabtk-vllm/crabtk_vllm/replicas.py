"""Several copies of a model behind the calls of one engine: vLLM spreads requests over copies only in asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from vllm import AsyncEngineArgs, SamplingParams
from vllm.config import StructuredOutputsConfig
from vllm.usage.usage_lib import UsageContext
from vllm.v1.engine.async_llm import AsyncLLM

from crabtk_vllm.outcome import Outcome


class Replicas:
    """An engine whose ``data_parallel_size`` is above 1; every call is made by one thread.

    Args:
        arguments: Of ``vllm.AsyncEngineArgs``.

    Attributes:
        llm: vLLM's own object.
        tokenizer: Of the model.
        config: vLLM's configuration.
    """

    def __init__(self, arguments: dict[str, Any]) -> None:
        structured = arguments["structured_outputs_config"]
        if isinstance(structured, dict):
            arguments = {**arguments, "structured_outputs_config": StructuredOutputsConfig(**structured)}
        # Made in the caller's thread, which is the one that Ctrl-C reaches; run in another.
        self.llm: Any = AsyncLLM.from_engine_args(AsyncEngineArgs(**arguments), usage_context=UsageContext.LLM_CLASS)
        self.tokenizer: Any = self.llm.renderer.get_tokenizer()
        self.config: Any = self.llm.vllm_config
        self._outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self._open: dict[str, asyncio.Task[None]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="crabtk-vllm-replicas", daemon=True)
        self._thread.start()

    def add_request(self, name: str, prompt: Any, params: SamplingParams) -> None:
        """Hand in a request; what vLLM says against it comes as its outcome."""
        self._loop.call_soon_threadsafe(self._start, name, prompt, params)

    def step(self) -> list[Outcome]:
        """Wait until a request has an outcome; return those that there are."""
        outcomes = [self._outcomes.get()]
        with suppress(Empty):
            while True:
                outcomes.append(self._outcomes.get_nowait())
        return outcomes

    def abort_request(self, names: Sequence[str]) -> None:
        """Cancel requests and wait until they are."""
        asyncio.run_coroutine_threadsafe(self._cancel(names), self._loop).result()

    def shutdown(self, timeout: float) -> None:
        """End the engine's processes, by force after ``timeout`` seconds, and the thread."""
        self.abort_request(list(self._open))
        self.llm.shutdown(timeout=timeout)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _start(self, name: str, prompt: Any, params: SamplingParams) -> None:
        self._open[name] = self._loop.create_task(self._answer(name, prompt, params))

    async def _answer(self, name: str, prompt: Any, params: SamplingParams) -> None:
        try:
            async for output in self.llm.generate(prompt, params, name):
                if output.finished:
                    self._outcomes.put((name, output))
        except Exception as error:  # whatever it is, somebody waits for this request
            self._outcomes.put((name, error))
        finally:
            self._open.pop(name, None)

    async def _cancel(self, names: Sequence[str]) -> None:
        tasks = [self._open[name] for name in names if name in self._open]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
