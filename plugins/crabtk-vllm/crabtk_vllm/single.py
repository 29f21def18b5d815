"""One copy of a model, run step by step in the caller's thread: the cheapest way to vLLM's engine."""

from __future__ import annotations

import gc
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any

from vllm import LLM, SamplingParams
from vllm.v1.engine.exceptions import EngineDeadError

from crabtk_vllm.outcome import Outcome


class Single:
    """An engine whose ``data_parallel_size`` is 1; every call is made by one thread.

    Args:
        arguments: Of ``vllm.LLM``.

    Attributes:
        llm: vLLM's own object.
        tokenizer: Of the model.
        config: vLLM's configuration.
    """

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.llm: Any = LLM(**arguments)
        self._engine: Any = self.llm.llm_engine
        self.tokenizer: Any = self._engine.get_tokenizer()
        self.config: Any = self._engine.vllm_config
        _watch(self._engine.engine_core)

    def add_request(self, name: str, prompt: Any, params: SamplingParams) -> None:
        """Hand in a request; raises what vLLM says against it."""
        self._engine.add_request(name, prompt, params)

    def step(self) -> list[Outcome]:
        """Wait for the engine's next step; return what it finished, which may be nothing."""
        return [(output.request_id, output) for output in self._engine.step() if output.finished]

    def abort_request(self, names: Sequence[str]) -> None:
        """Cancel requests."""
        self._engine.abort_request(list(names))

    def shutdown(self, timeout: float) -> None:
        """End the engine's processes, by force after ``timeout`` seconds."""
        engine = self._engine
        del self._engine, self.llm
        engine.engine_core.shutdown(timeout=timeout)
        with suppress(AttributeError):  # an older vLLM's renderer has nothing to end
            engine.renderer.shutdown()
        del engine
        gc.collect()


def _watch(core: Any) -> None:
    """Let a wait for outputs end when a process of the engine was killed: vLLM's own goes on for ever."""
    manager = getattr(getattr(core, "resources", None), "engine_manager", None)
    outputs = getattr(core, "outputs_queue", None)
    if manager is None or outputs is None:
        return
    sentinels = [process.sentinel for process in manager.processes]

    def report() -> None:
        wait(sentinels)
        outputs.put_nowait(EngineDeadError())

    threading.Thread(target=report, name="crabtk-vllm-watch", daemon=True).start()
