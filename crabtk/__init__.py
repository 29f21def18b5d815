"""crabtk: constraint back-translation from seeds to scores.

The names below are all that a plugin needs; they load on first use, so that importing crabtk is instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from crabtk.constraints.base import ConstraintType
    from crabtk.constraints.counted import CountedType, exact_or_at_least
    from crabtk.constraints.satisfiable import satisfiable
    from crabtk.errors import BackendError, BenchmarkError, CrabtkError, TrainingError, VerificationError
    from crabtk.hookspecs import hookimpl
    from crabtk.protocols import (
        Backend,
        Benchmark,
        Checker,
        Checks,
        InstructionSet,
        JudgedBenchmark,
        OwnMetrics,
        SeedReader,
        Trainer,
    )
    from crabtk.quantities import Limit
    from crabtk.readers.base import Found, RowReader
    from crabtk.scoring.instruction_benchmark import InstructionBenchmark
    from crabtk.scoring.prompt_files import PublishedPrompts
    from crabtk.text import ParsedText
    from crabtk.types import (
        BenchmarkItem,
        Completion,
        Constraint,
        Grade,
        Graded,
        Message,
        Metric,
        Pair,
        Params,
        Record,
        Rejected,
        Request,
        Sampling,
        TrainingJob,
        TrainingOutcome,
        TrainingProgress,
    )
    from crabtk.wording import Count, OneOf, Ordinal, Quoted, QuotedList

_HOMES = {
    "crabtk.constraints.base": ("ConstraintType",),
    "crabtk.constraints.counted": ("CountedType", "exact_or_at_least"),
    "crabtk.constraints.satisfiable": ("satisfiable",),
    "crabtk.errors": ("BackendError", "BenchmarkError", "CrabtkError", "TrainingError", "VerificationError"),
    "crabtk.hookspecs": ("hookimpl",),
    "crabtk.protocols": (
        "Backend",
        "Benchmark",
        "Checker",
        "Checks",
        "InstructionSet",
        "JudgedBenchmark",
        "OwnMetrics",
        "SeedReader",
        "Trainer",
    ),
    "crabtk.quantities": ("Limit",),
    "crabtk.readers.base": ("Found", "RowReader"),
    "crabtk.scoring.instruction_benchmark": ("InstructionBenchmark",),
    "crabtk.scoring.prompt_files": ("PublishedPrompts",),
    "crabtk.text": ("ParsedText",),
    "crabtk.types": (
        "BenchmarkItem",
        "Completion",
        "Constraint",
        "Grade",
        "Graded",
        "Message",
        "Metric",
        "Pair",
        "Params",
        "Record",
        "Rejected",
        "Request",
        "Sampling",
        "TrainingJob",
        "TrainingOutcome",
        "TrainingProgress",
    ),
    "crabtk.wording": ("Count", "OneOf", "Ordinal", "Quoted", "QuotedList"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Backend",
    "BackendError",
    "Benchmark",
    "BenchmarkError",
    "BenchmarkItem",
    "Checker",
    "Checks",
    "Completion",
    "Constraint",
    "ConstraintType",
    "Count",
    "CountedType",
    "CrabtkError",
    "Found",
    "Grade",
    "Graded",
    "InstructionBenchmark",
    "InstructionSet",
    "JudgedBenchmark",
    "Limit",
    "Message",
    "Metric",
    "OneOf",
    "Ordinal",
    "OwnMetrics",
    "Pair",
    "Params",
    "ParsedText",
    "PublishedPrompts",
    "Quoted",
    "QuotedList",
    "Record",
    "Rejected",
    "Request",
    "RowReader",
    "Sampling",
    "SeedReader",
    "Trainer",
    "TrainingError",
    "TrainingJob",
    "TrainingOutcome",
    "TrainingProgress",
    "VerificationError",
    "__version__",
    "exact_or_at_least",
    "hookimpl",
    "satisfiable",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'crabtk' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
