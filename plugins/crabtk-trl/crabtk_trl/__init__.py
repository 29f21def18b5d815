"""crabtk's trainers on TRL."""

from __future__ import annotations

from collections.abc import Callable

from crabtk import Trainer, hookimpl
from crabtk_trl.trainer import TrlTrainer

__all__ = ["TrlTrainer", "register_trainers"]


@hookimpl
def register_trainers(register: Callable[[type[Trainer]], None]) -> None:
    """Register ``trl``."""
    register(TrlTrainer)
