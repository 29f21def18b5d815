"""The backend ``sglang``: options, opening and closing. SGLang is imported in a process of its own only."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from importlib.util import find_spec
from types import TracebackType
from typing import Any, ClassVar, Self

from crabtk.errors import BackendError
from crabtk.types import Completion, Request
from crabtk_sglang.messages import Opening
from crabtk_sglang.process import EngineProcess
from crabtk_sglang.streaming import stream


class SglangBackend:
    """Runs a model with SGLang's offline engine, which lives in a process of its own below this one.

    What is None is left to SGLang.

    Args:
        model: Folder or hub name of a model with a chat template.
        revision: Of a hub model.
        dtype: Such as ``bfloat16``.
        context_length: Tokens of a prompt and its answer together, at most; None is what the model was made for.
        mem_fraction_static: Share of each GPU's memory for weights, keys and values.
        tp_size: GPUs that share each layer.
        dp_size: Copies of the model, each on devices of its own; requests are spread over them.
        trust_remote_code: Run code that the model's repository brings.
        max_running_requests: Requests that the engine works on at a time.
        quantization: Method by which weights are held in fewer bits.
        template_options: Passed to the chat template, for example ``{"enable_thinking": False}``.
        engine: Any other of SGLang's server arguments by its name (``ServerArgs``); checked on opening.
    """

    name: ClassVar[str] = "sglang"
    runtime_options: ClassVar[frozenset[str]] = frozenset(
        {"mem_fraction_static", "tp_size", "dp_size", "max_running_requests"}
    )

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        dtype: str | None = None,
        context_length: int | None = None,
        mem_fraction_static: float | None = None,
        tp_size: int = 1,
        dp_size: int = 1,
        trust_remote_code: bool = False,
        max_running_requests: int | None = None,
        quantization: str | None = None,
        template_options: dict[str, Any] | None = None,
        engine: dict[str, Any] | None = None,
    ) -> None:
        named = {
            "model_path": model,
            "revision": revision,
            "dtype": dtype,
            "context_length": context_length,
            "mem_fraction_static": mem_fraction_static,
            "tp_size": tp_size,
            "dp_size": dp_size,
            "trust_remote_code": trust_remote_code,
            "max_running_requests": max_running_requests,
            "quantization": quantization,
        }
        self._opening = Opening(named, engine or {}, template_options or {})
        self._process: EngineProcess | None = None

    def __enter__(self) -> Self:
        _require_sglang()
        self._process = EngineProcess(self._opening)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            process.close()

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer each request: same length, same order; what cannot be answered has finish reason error."""
        with closing(self.stream(iter(requests))) as answers:
            completions = dict(answers)
        return [completions[number] for number in range(len(requests))]

    def stream(self, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
        """Yield each request's number, counted from 0, with its completion as soon as that is ready.

        Takes requests in the caller's thread, as many ahead as keep the engine full: about twice
        ``max_running_requests``.

        Raises:
            BackendError: The engine died.
        """
        if self._process is None:
            raise BackendError('Backend "sglang" is not open: use it in a with statement')
        return stream(self._process, requests)


def _require_sglang() -> None:
    if not _installed():
        raise BackendError('Backend "sglang" needs the package sglang: pip install "crabtk-sglang[engine]"')


def _installed() -> bool:
    try:
        return find_spec("sglang") is not None
    except ValueError:  # it stands among the loaded modules without a specification
        return True
