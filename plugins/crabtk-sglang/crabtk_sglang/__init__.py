"""crabtk's inference backend on SGLang."""

from __future__ import annotations

from collections.abc import Callable

from crabtk.hookspecs import hookimpl
from crabtk.protocols import Backend
from crabtk_sglang.backend import SglangBackend

__all__ = ["SglangBackend", "register_backends"]


@hookimpl
def register_backends(register: Callable[[type[Backend]], None]) -> None:
    """Register the backend ``sglang``."""
    register(SglangBackend)
