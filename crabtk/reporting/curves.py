"""The curves of a training: what was logged by step, under the names that readers know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

History = Sequence[Mapping[str, float]]


class Series(NamedTuple):
    """One logged value: its key in the history, and how it is called."""

    key: str
    label: str


class Panel(NamedTuple):
    """What is drawn over one another."""

    title: str
    series: tuple[Series, ...]


PANELS = (
    Panel("Loss", (Series("loss", "training loss"), Series("eval_loss", "dev loss"))),
    Panel("Margin of chosen over rejected", (
        Series("rewards/margins", "training margin"), Series("eval_rewards/margins", "dev margin"))),
    Panel("Share of pairs ranked rightly", (
        Series("rewards/accuracies", "training pairs"), Series("eval_rewards/accuracies", "dev pairs"))),
    Panel("Reward", (
        Series("reward", "training reward"), Series("eval_reward", "dev reward"),
        Series("trip_wire/reward", "reward on trip wires"))),
    Panel("Constraints hold, yet no answer", (Series("trip_wire/hacked", "share of trip wires"),)),
    Panel("Divergence from the start", (Series("kl", "KL"),)),
    Panel("Length of responses, tokens", (Series("completions/mean_length", "mean"),)),
)  # fmt: skip
"""By key as trainers log them: fine-tuning, preferences, reward."""


def points(history: History, key: str) -> list[tuple[float, float]]:
    """Return steps with their values; entries without a step or a finite value are skipped."""
    return [(entry["step"], entry[key]) for entry in history if "step" in entry and _finite(entry.get(key))]


def panels(history: History) -> list[tuple[Panel, dict[Series, list[tuple[float, float]]]]]:
    """Return the panels that there is anything to draw in, with their series."""
    found = [
        (panel, {each: drawn for each in panel.series if (drawn := points(history, each.key))}) for panel in PANELS
    ]
    return [(panel, drawn) for panel, drawn in found if drawn]


def curve_figures(history: History) -> list[dict[str, Any]]:
    """Return per series ``name``, ``label``, how often it was ``logged``, and its ``first`` and ``last`` value."""
    return [
        {"name": each.key, "label": each.label, "logged": len(drawn), "first": drawn[0][1], "last": drawn[-1][1]}
        for _, series in panels(history)
        for each, drawn in series.items()
    ]


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and isfinite(value)
