"""The backend ``transformers``: options, opening and closing. What is heavy is imported on opening."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from crabtk.errors import BackendError
from crabtk.types import Completion, Request

if TYPE_CHECKING:
    from crabtk_transformers.engine import Engine

_NEEDED = ("torch", "transformers", "xgrammar")


class TransformersBackend:
    """Runs a decoder-only model in this process.

    Args:
        model: Folder or hub name of a model with a chat template.
        revision: Of a hub model.
        device: ``auto`` takes cuda, else mps, else cpu.
        dtype: ``auto`` takes the model's own on an accelerator, and on a CPU bfloat16 where the CPU multiplies it
            natively, else float32.
        threads: CPU threads while the backend is open; None leaves torch's setting.
        max_prompt_tokens: Longer prompts are answered with an error, as are those that the model has no positions for.
        trust_remote_code: Run code that the model's repository brings.
        template_options: Passed to the chat template, for example ``{"enable_thinking": False}``.
    """

    name: ClassVar[str] = "transformers"
    runtime_options: ClassVar[frozenset[str]] = frozenset({"threads"})

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        device: str = "auto",
        dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
        threads: int | None = None,
        max_prompt_tokens: int | None = None,
        trust_remote_code: bool = False,
        template_options: dict[str, Any] | None = None,
    ) -> None:
        self._options: dict[str, Any] = {
            "model": model,
            "revision": revision,
            "device": device,
            "dtype": dtype,
            "threads": threads,
            "max_prompt_tokens": max_prompt_tokens,
            "trust_remote_code": trust_remote_code,
            "template_options": template_options or {},
        }
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        # torch's threads spin while they wait, which on busy cores costs ten times the work itself. Only the first
        # import of torch reads this; whoever sets it, or has torch imported already, keeps what is there.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        for package in _NEEDED:
            _require(package)
        from crabtk_transformers.engine import Engine

        self._engine = Engine(**self._options)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._engine is not None:
            engine, self._engine = self._engine, None
            engine.close()

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer each request: same length, same order; what cannot be answered has finish reason error."""
        if self._engine is None:
            raise BackendError('Backend "transformers" is not open: use it in a with statement')
        return self._engine.answer(requests)


def _require(package: str) -> None:
    try:
        importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise BackendError(
            f'Backend "transformers" needs the package {package}: pip install "crabtk-transformers"'
        ) from error
