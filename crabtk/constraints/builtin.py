"""The measured constraint types that crabtk ships: what the modules of this folder name ``TYPES``.

A type is added by its own file alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from crabtk import constraints
from crabtk.constraints.base import ConstraintType


def _found() -> Iterator[ConstraintType]:
    for module in sorted(iter_modules(constraints.__path__), key=lambda module: module.name):
        if module.name != "builtin":
            yield from getattr(import_module(f"{constraints.__name__}.{module.name}"), "TYPES", ())


TYPES: tuple[ConstraintType, ...] = tuple(sorted(_found(), key=lambda type_: type_.name))
"""One instance of each, by name."""
