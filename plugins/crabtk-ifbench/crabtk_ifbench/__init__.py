"""IFBench for crabtk: 58 instructions, the reference's verdicts on them and what they mean."""

from __future__ import annotations

from collections.abc import Callable

from crabtk import Benchmark, ConstraintType, InstructionSet, hookimpl


@hookimpl
def register_instruction_sets(register: Callable[[InstructionSet], None]) -> None:
    """Register ``ifbench``."""
    from crabtk_ifbench.instruction_set import IFBench

    register(IFBench())


@hookimpl
def register_constraint_types(register: Callable[[ConstraintType], None]) -> None:
    """Register the types of IFBench's single questions."""
    from crabtk_ifbench.types.africa import AfricanCountries
    from crabtk_ifbench.types.backwards import BackwardsAnswer
    from crabtk_ifbench.types.capitals import NorthernCapitals
    from crabtk_ifbench.types.date_list import DateList
    from crabtk_ifbench.types.line_ends import SameLineEnds
    from crabtk_ifbench.types.template import Template

    for type_ in (AfricanCountries, BackwardsAnswer, DateList, NorthernCapitals, SameLineEnds, Template):
        register(type_())


@hookimpl
def register_benchmarks(register: Callable[[type[Benchmark]], None]) -> None:
    """Register ``ifbench``."""
    from crabtk_ifbench.benchmark import IFBenchBenchmark

    register(IFBenchBenchmark)
