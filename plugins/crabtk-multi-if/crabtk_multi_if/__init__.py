"""Multi-IF for crabtk: instructions over three turns, each judged with all that came before it."""

from __future__ import annotations

from collections.abc import Callable

from crabtk import Benchmark, hookimpl
from crabtk_multi_if.benchmark import MultiIF

__all__ = ["MultiIF", "register_benchmarks"]


@hookimpl
def register_benchmarks(register: Callable[[type[Benchmark]], None]) -> None:
    """Register ``multi_if``."""
    register(MultiIF)
