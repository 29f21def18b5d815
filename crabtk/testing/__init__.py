"""Conformance suites, one line of test for a plugin, and fakes that need no model.

from crabtk.testing import check_constraint_type

def test_conformance():
check_constraint_type(MyType())
"""

from crabtk.testing.backends import check_backend
from crabtk.testing.benchmarks import check_benchmark
from crabtk.testing.constraint_types import TEXTS, check_constraint_type
from crabtk.testing.fakes import EchoBackend, ScriptedBackend
from crabtk.testing.trainers import check_trainer

__all__ = [
    "TEXTS",
    "EchoBackend",
    "ScriptedBackend",
    "check_backend",
    "check_benchmark",
    "check_constraint_type",
    "check_trainer",
]
