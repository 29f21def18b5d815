"""crabtk's inference backend on Ray."""

from __future__ import annotations

from collections.abc import Callable

from crabtk.hookspecs import hookimpl
from crabtk.protocols import Backend
from crabtk_ray.backend import RayBackend

__all__ = ["RayBackend", "register_backends"]


@hookimpl
def register_backends(register: Callable[[type[Backend]], None]) -> None:
    """Register the backend ``ray``."""
    register(RayBackend)
