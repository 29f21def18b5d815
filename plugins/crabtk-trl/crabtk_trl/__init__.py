"""crabtk's trainers on TRL."""

from __future__ import annotations

from collections.abc import Callable

from crabtk import Trainer, hookimpl
from crabtk_trl.dpo_trainer import TrlDpoTrainer
from crabtk_trl.grpo_trainer import TrlGrpoTrainer
from crabtk_trl.trainer import TrlTrainer

__all__ = ["TrlDpoTrainer", "TrlGrpoTrainer", "TrlTrainer", "register_trainers"]


@hookimpl
def register_trainers(register: Callable[[type[Trainer]], None]) -> None:
    """Register ``trl``, ``trl-dpo`` and ``trl-grpo``."""
    register(TrlTrainer)
    register(TrlDpoTrainer)
    register(TrlGrpoTrainer)
