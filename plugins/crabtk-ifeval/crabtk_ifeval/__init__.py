"""IFEval and IFTrain for crabtk: the references' verdicts, and what the ids mean in canonical constraints."""

from __future__ import annotations

from collections.abc import Callable

from crabtk import InstructionSet, hookimpl
from crabtk_ifeval.ifeval.registry import IFEVAL
from crabtk_ifeval.iftrain.registry import IFTRAIN

__all__ = ["IFEVAL", "IFTRAIN", "register_instruction_sets"]


@hookimpl
def register_instruction_sets(register: Callable[[InstructionSet], None]) -> None:
    """Register both sets."""
    register(IFEVAL)
    register(IFTRAIN)
