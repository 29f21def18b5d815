"""The hooks that a plugin implements: each is given a ``register`` function and calls it once per object."""

from __future__ import annotations

from collections.abc import Callable

import pluggy

from crabtk.protocols import Backend, Benchmark, ConstraintType, InstructionSet, SeedReader, Trainer

hookspec = pluggy.HookspecMarker("crabtk")
hookimpl = pluggy.HookimplMarker("crabtk")


@hookspec
def register_seed_readers(register: Callable[[SeedReader], None]) -> None:
    """Register readers of seed formats: ``register(MyReader())``."""


@hookspec
def register_constraint_types(register: Callable[[ConstraintType], None]) -> None:
    """Register constraint types: ``register(MyType())``."""


@hookspec
def register_instruction_sets(register: Callable[[InstructionSet], None]) -> None:
    """Register published instruction sets, whose ids `crabtk verify` knows: ``register(MySet())``."""


@hookspec
def register_backends(register: Callable[[type[Backend]], None]) -> None:
    """Register inference backends, as classes: ``register(MyBackend)``."""


@hookspec
def register_trainers(register: Callable[[type[Trainer]], None]) -> None:
    """Register trainers, as classes: ``register(MyTrainer)``."""


@hookspec
def register_benchmarks(register: Callable[[type[Benchmark]], None]) -> None:
    """Register benchmarks, as classes: ``register(MyBenchmark)``."""
