"""crabtk's inference backend on servers that speak OpenAI's protocol."""

from __future__ import annotations

from collections.abc import Callable

from crabtk.hookspecs import hookimpl
from crabtk.protocols import Backend
from crabtk_openai.backend import OpenAIBackend

__all__ = ["OpenAIBackend", "register_backends"]


@hookimpl
def register_backends(register: Callable[[type[Backend]], None]) -> None:
    """Register the backend ``openai``."""
    register(OpenAIBackend)
