"""FollowBench for crabtk: prompts that grow by one constraint a level, judged by rules and by a judge."""

from __future__ import annotations

from collections.abc import Callable

from crabtk import Benchmark, hookimpl


@hookimpl
def register_benchmarks(register: Callable[[type[Benchmark]], None]) -> None:
    """Register ``followbench``."""
    from crabtk_followbench.benchmark import FollowBench

    register(FollowBench)
