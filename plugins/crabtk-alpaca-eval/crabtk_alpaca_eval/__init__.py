"""AlpacaEval for crabtk: pairwise judgements against a baseline's outputs, and win rates with the length held even."""

from __future__ import annotations

from collections.abc import Callable

from crabtk import Benchmark, hookimpl


@hookimpl
def register_benchmarks(register: Callable[[type[Benchmark]], None]) -> None:
    """Register ``alpaca_eval``."""
    from crabtk_alpaca_eval.benchmark import AlpacaEval

    register(AlpacaEval)
