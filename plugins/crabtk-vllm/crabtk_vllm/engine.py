"""An open vLLM engine: requests in, outcomes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from typing import Any

from vllm import SamplingParams
from vllm.v1.engine.exceptions import EngineDeadError

from crabtk.errors import BackendError
from crabtk.inference.chat import ChatTemplate
from crabtk_vllm.interruption import interruptible
from crabtk_vllm.orphans import marked
from crabtk_vllm.outcome import Outcome
from crabtk_vllm.replicas import Replicas
from crabtk_vllm.single import Single

_TIME_TO_END_SECONDS = 30.0
"""vLLM's own limit of 5 s is too short for a busy machine, and what is killed may leave memory taken."""


class Engine:
    """vLLM's engine with its processes; every call is made by one thread.

    Args:
        arguments: vLLM's engine arguments.
        template_options: Passed to the chat template.

    Attributes:
        llm: vLLM's own object.
        tokenizer: Of the model.
        template: Renders its prompts.
        positions: Tokens of a prompt and its answer together, at most.
        width: Requests that it works on at a time.

    Raises:
        BackendError: vLLM cannot start the engine, or the tokenizer has no chat template.
    """

    def __init__(self, arguments: dict[str, Any], template_options: dict[str, Any]) -> None:
        model = arguments["model"]
        several = arguments.get("data_parallel_size", 1) > 1
        self._numbers = count()
        with ExitStack() as stack:
            stack.enter_context(marked())
            with interruptible(), _opening(model):
                self._engine: Single | Replicas = Replicas(arguments) if several else Single(arguments)
            stack.callback(self._engine.shutdown, _TIME_TO_END_SECONDS)
            self.llm: Any = self._engine.llm
            self.tokenizer: Any = self._engine.tokenizer
            if not hasattr(self.tokenizer, "chat_template"):
                raise BackendError(
                    f"vLLM reads {model} with a tokenizer that has no chat template of Hugging Face's kind: "
                    'set engine = { tokenizer_mode = "hf" }'
                )
            self.template = ChatTemplate(self.tokenizer, model, template_options)
            config = self._engine.config
            self.positions = int(config.model_config.max_model_len)
            self.width = int(config.scheduler_config.max_num_seqs * config.parallel_config.data_parallel_size)
            self._closing = stack.pop_all()

    def add(self, prompt: Sequence[int], params: SamplingParams) -> str:
        """Hand in a request and return its name, which its outcome will bear.

        Args:
            prompt: Tokens.
            params: The engine keeps them.

        Raises:
            Exception: Whatever vLLM says against the request.
            BackendError: The engine died.
        """
        # Never used again: outputs of cancelled requests may still be under way.
        name = str(next(self._numbers))
        with _alive():
            self._engine.add_request(name, {"type": "token", "prompt_token_ids": list(prompt)}, params)
        return name

    def finished(self) -> list[Outcome]:
        """Wait for the engine and return what it finished, which may be nothing.

        Raises:
            BackendError: The engine died.
        """
        with _alive():
            outcomes = self._engine.step()
            for _, outcome in outcomes:
                if isinstance(outcome, EngineDeadError):
                    raise outcome
        return outcomes

    def abort(self, names: Sequence[str]) -> None:
        """Cancel requests; a dead engine has none."""
        with suppress(EngineDeadError):
            self._engine.abort_request(names)

    def close(self) -> None:
        """End the engine's processes and give back its memory."""
        self.llm = None
        self._closing.close()


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
