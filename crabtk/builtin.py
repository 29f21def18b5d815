"""What crabtk itself registers, through the same hooks as any plugin.

Imported by ``crabtk plugins`` and at the start of every run, so it stays light.
"""

from __future__ import annotations

from collections.abc import Callable

from crabtk.constraints.builtin import TYPES
from crabtk.hookspecs import hookimpl
from crabtk.protocols import Benchmark, ConstraintType, SeedReader
from crabtk.readers.builtin import READERS
from crabtk.scoring.held_out import Dev, HeldOut


@hookimpl
def register_seed_readers(register: Callable[[SeedReader], None]) -> None:
    """Register the readers of the common seed formats."""
    for reader in READERS:
        register(reader)


@hookimpl
def register_constraint_types(register: Callable[[ConstraintType], None]) -> None:
    """Register the measured constraint types."""
    for type_ in TYPES:
        register(type_)


@hookimpl
def register_benchmarks(register: Callable[[type[Benchmark]], None]) -> None:
    """Register the held-out and the dev split."""
    register(HeldOut)
    register(Dev)
