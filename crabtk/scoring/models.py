"""The names of models in grades and scores: the run's own by stage, controls by arm and repeat, others by setting."""

from __future__ import annotations

from collections.abc import Iterable

from crabtk.settings import Arm

BASE = "base"
STAGES = (BASE, "sft", "dpo", "grpo")
"""The run's own models in the order in which they are trained, each from the one before it."""
OURS = "ours"
ARMS: tuple[str, ...] = Arm.__args__  # type: ignore[attr-defined]


def arm(model: str) -> str:
    """Return a model's name without its repeat: ``plain`` of ``plain#2``."""
    return model.partition("#")[0]


def is_control(model: str) -> bool:
    """Tell whether a model is an arm of the controls."""
    return arm(model) in ARMS


def ordered(models: Iterable[str]) -> list[str]:
    """Return each name once: the run's own by stage, then others by name, then controls by arm and repeat."""
    return sorted(set(models), key=_rank)


def stages(models: Iterable[str]) -> list[str]:
    """Return the run's own models among them, in the order in which they are trained."""
    found = set(models)
    return [name for name in STAGES if name in found]


def _rank(model: str) -> tuple[int, int, int, str]:
    if model in STAGES:
        return 0, STAGES.index(model), 0, ""
    if not is_control(model):
        return 1, 0, 0, model
    repeat = model.partition("#")[2]
    return 2, ARMS.index(arm(model)), int(repeat) if repeat.isdecimal() else 0, model
