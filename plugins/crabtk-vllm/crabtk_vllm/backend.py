"""The backend ``vllm``: options, opening and closing. vLLM is imported on opening."""

from __future__ import annotations

import importlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from crabtk.errors import BackendError
from crabtk.types import Completion, Request
from crabtk_vllm.environment import prepare

if TYPE_CHECKING:
    from crabtk_vllm.engine import Engine


class VllmBackend:
    """Runs a model with vLLM, whose engine lives in processes of its own below this one.

    What is None is left to vLLM.

    Args:
        model: Folder or hub name of a model with a chat template.
        revision: Of a hub model.
        dtype: Such as ``bfloat16``.
        max_model_len: Tokens of a prompt and its answer together, at most; None is what the model was made for.
        gpu_memory_utilization: Share of each GPU's memory to use.
        tensor_parallel_size: GPUs that share each layer.
        data_parallel_size: Copies of the model, each on devices of its own; requests are spread over them.
        pipeline_parallel_size: Groups of GPUs that share the layers.
        enforce_eager: Compile nothing: quicker to start, slower to answer; None is yes on a CPU only.
        quantization: Method by which weights are held in fewer bits.
        trust_remote_code: Run code that the model's repository brings.
        max_num_seqs: Requests that the engine works on at a time.
        kv_cache_gib: GiB for keys and values, on each device; on a CPU, None is a quarter of the free memory, 8 at
            most, and VLLM_CPU_KVCACHE_SPACE takes precedence.
        template_options: Passed to the chat template, for example ``{"enable_thinking": False}``.
        engine: Any other of vLLM's engine arguments by its name; checked on opening.
    """

    name: ClassVar[str] = "vllm"
    runtime_options: ClassVar[frozenset[str]] = frozenset(
        {
            "gpu_memory_utilization",
            "tensor_parallel_size",
            "data_parallel_size",
            "pipeline_parallel_size",
            "enforce_eager",
            "max_num_seqs",
            "kv_cache_gib",
        }
    )

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        dtype: str | None = None,
        max_model_len: int | None = None,
        gpu_memory_utilization: float | None = None,
        tensor_parallel_size: int = 1,
        data_parallel_size: int = 1,
        pipeline_parallel_size: int = 1,
        enforce_eager: bool | None = None,
        quantization: str | None = None,
        trust_remote_code: bool = False,
        max_num_seqs: int | None = None,
        kv_cache_gib: float | None = None,
        template_options: dict[str, Any] | None = None,
        engine: dict[str, Any] | None = None,
    ) -> None:
        self._named: dict[str, Any] = {
            "model": model,
            "revision": revision,
            "dtype": dtype,
            "max_model_len": max_model_len,
            "gpu_memory_utilization": gpu_memory_utilization,
            "tensor_parallel_size": tensor_parallel_size,
            "data_parallel_size": data_parallel_size,
            "pipeline_parallel_size": pipeline_parallel_size,
            "enforce_eager": enforce_eager,
            "quantization": quantization,
            "trust_remote_code": trust_remote_code,
            "max_num_seqs": max_num_seqs,
            "kv_cache_memory_bytes": None if kv_cache_gib is None else int(kv_cache_gib * 2**30),
        }
        self._template_options = template_options or {}
        self._others = engine or {}
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        prepare()
        _require_vllm()
        from crabtk_vllm.arguments import engine_arguments
        from crabtk_vllm.engine import Engine

        self._engine = Engine(engine_arguments(self._named, self._others), self._template_options)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._engine is not None:
            engine, self._engine = self._engine, None
            engine.close()

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer each request: same length, same order; what cannot be answered has finish reason error."""
        with closing(self.stream(iter(requests))) as answers:
            completions = dict(answers)
        return [completions[number] for number in range(len(requests))]

    def stream(self, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
        """Yield each request's number, counted from 0, with its completion as soon as that is ready.

        Takes requests in the caller's thread, as many ahead as keep the engine full: about twice ``max_num_seqs``.

        Raises:
            BackendError: The engine died.
        """
        if self._engine is None:
            raise BackendError('Backend "vllm" is not open: use it in a with statement')
        from crabtk_vllm.streaming import stream

        return stream(self._engine, requests)


def _require_vllm() -> None:
    try:
        importlib.import_module("vllm")
    except ModuleNotFoundError as error:
        if error.name != "vllm":
            raise
        raise BackendError(
            'Backend "vllm" needs the package vllm: pip install "crabtk-vllm[engine]" where there is a GPU; '
            "for a CPU see the README of crabtk-vllm"
        ) from error
