"""IFEval and IFTrain for crabtk: the references' verdicts, and what the ids mean in canonical constraints."""

from __future__ import annotations

from collections.abc import Callable

from crabtk import Benchmark, InstructionSet, hookimpl
from crabtk_ifeval.benchmark import IFEvalBenchmark
from crabtk_ifeval.ifeval.registry import IFEVAL
from crabtk_ifeval.iftrain.registry import IFTRAIN

__all__ = ["IFEVAL", "IFTRAIN", "IFEvalBenchmark", "register_benchmarks", "register_instruction_sets"]


@hookimpl
def register_instruction_sets(register: Callable[[InstructionSet], None]) -> None:
    """Register both sets."""
    register(IFEVAL)
    register(IFTRAIN)


@hookimpl
def register_benchmarks(register: Callable[[type[Benchmark]], None]) -> None:
    """Register ``ifeval``."""
    register(IFEvalBenchmark)
