"""An open vLLM engine: requests in, outputs out."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from multiprocessing.connection import wait
from typing import Any

from vllm import LLM, RequestOutput, SamplingParams
from vllm.v1.engine.exceptions import EngineDeadError

from crabtk.errors import BackendError
from crabtk.inference.chat import ChatTemplate
from crabtk_vllm.answers import UnanswerableError
from crabtk_vllm.interruption import interruptible
from crabtk_vllm.orphans import marked

_TIME_TO_END_SECONDS = 30.0


class Engine:
    """vLLM's engine with its processes; every call is made by one thread.

    Args:
        arguments: Of ``vllm.LLM``.
        template_options: Passed to the chat template.

    Attributes:
        tokenizer: Of the model.
        template: Renders its prompts.
        positions: Tokens of a prompt and its answer together, at most.
        width: Requests that it works on at a time.

    Raises:
        BackendError: vLLM cannot start the engine, or the tokenizer has no chat template.
    """

    def __init__(self, arguments: dict[str, Any], template_options: dict[str, Any]) -> None:
        model = arguments["model"]
        self._numbers = count()
        with ExitStack() as stack:
            stack.enter_context(marked())
            with interruptible(), _opening(model):
                self._engine: Any = LLM(**arguments).llm_engine
            stack.callback(self._shut_down)
            _watch(self._engine.engine_core)
            self.tokenizer: Any = self._engine.get_tokenizer()
            if not hasattr(self.tokenizer, "chat_template"):
                raise BackendError(
                    f"vLLM reads {model} with a tokenizer that has no chat template of Hugging Face's kind: "
                    'set engine = { tokenizer_mode = "hf" }'
                )
            self.template = ChatTemplate(self.tokenizer, model, template_options)
            self.positions = int(self._engine.model_config.max_model_len)
            self.width = int(self._engine.vllm_config.scheduler_config.max_num_seqs)
            self._closing = stack.pop_all()

    def add(self, prompt: Sequence[int], params: SamplingParams) -> str:
        """Hand in a request and return its name, which its output will bear.

        Args:
            prompt: Tokens.
            params: The engine keeps them.

        Raises:
            UnanswerableError: vLLM does not take it.
            BackendError: The engine died.
        """
        # Never used again: outputs of cancelled requests may still be under way.
        name = str(next(self._numbers))
        with _alive():
            try:
                self._engine.add_request(name, {"type": "token", "prompt_token_ids": list(prompt)}, params)
            except EngineDeadError:
                raise
            except Exception as error:  # those of vLLM and of its grammar libraries have no common base
                raise UnanswerableError(f"vLLM does not take the request: {error}") from error
        return name

    def finished(self) -> list[RequestOutput]:
        """Wait for the engine's next step and return what it finished, which may be nothing.

        Raises:
            BackendError: The engine died.
        """
        with _alive():
            return [output for output in self._engine.step() if output.finished]

    def abort(self, names: Sequence[str]) -> None:
        """Cancel requests; a dead engine has none."""
        with suppress(EngineDeadError):
            self._engine.abort_request(list(names))

    def close(self) -> None:
        """End the engine's processes."""
        self._closing.close()

    def _shut_down(self) -> None:
        engine = self._engine
        del self._engine
        # vLLM's own limit of 5 s is too short for a busy machine, and what is killed may leave memory taken.
        engine.engine_core.shutdown(timeout=_TIME_TO_END_SECONDS)
        with suppress(AttributeError):
            engine.renderer.shutdown()
        del engine
        gc.collect()


@contextmanager
def _opening(model: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise BackendError(
            f"vLLM cannot start {model}: {type(error).__name__}: {error}. What vLLM wrote above says more; "
            "VLLM_LOGGING_LEVEL=INFO has it write all"
        ) from error


@contextmanager
def _alive() -> Iterator[None]:
    try:
        yield
    except EngineDeadError as error:
        raise BackendError(
            "vLLM's engine died; what it had answered is kept, and the same command goes on from there. What vLLM "
            "wrote above says why; where it wrote nothing, its process was killed, as the system does when memory "
            "runs out: lower kv_cache_gib, gpu_memory_utilization, max_num_seqs or max_model_len"
        ) from error


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
