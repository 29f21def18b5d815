"""crabtk's inference backend on vLLM."""

from __future__ import annotations

from collections.abc import Callable

from crabtk.hookspecs import hookimpl
from crabtk.protocols import Backend
from crabtk_vllm.backend import VllmBackend

__all__ = ["VllmBackend", "register_backends"]


@hookimpl
def register_backends(register: Callable[[type[Backend]], None]) -> None:
    """Register the backend ``vllm``."""
    register(VllmBackend)
