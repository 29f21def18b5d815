"""crabtk's inference backend on Hugging Face transformers."""

from __future__ import annotations

from collections.abc import Callable

from crabtk.hookspecs import hookimpl
from crabtk.protocols import Backend
from crabtk_transformers.backend import TransformersBackend

__all__ = ["TransformersBackend", "register_backends"]


@hookimpl
def register_backends(register: Callable[[type[Backend]], None]) -> None:
    """Register the backend ``transformers``."""
    register(TransformersBackend)
