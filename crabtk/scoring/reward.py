"""The reward of a response: its constraints' scores made one number, and the gate before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

Aggregate = Literal["mean", "all", "weighted"]


def reward(
    scores: Sequence[tuple[str, float]],
    *,
    aggregate: Aggregate,
    weights: Mapping[str, float] | None = None,
    on_topic: bool | None = None,
) -> float:
    """Return the reward of one response, in [0, 1].

    Args:
        scores: For each constraint its type and its score in [0, 1], which is 1 exactly where it holds.
        aggregate: ``mean``; ``all``: 1 where each constraint holds, else 0; ``weighted``: the mean by ``weights``.
        weights: Of types or families; the type's name wins, and 1 stands for what is not named.
        on_topic: What the gate found; False makes the reward 0, None (nothing found) lets pass.

    Returns:
        The reward; 0 where there is no constraint, or where all that there are weigh nothing.
    """
    if not scores or on_topic is False:
        return 0.0
    if aggregate == "all":
        return float(all(score >= 1.0 for _, score in scores))
    factors = [weight(type_, weights or {}) if aggregate == "weighted" else 1.0 for type_, _ in scores]
    total = sum(factors)
    return sum(f * score for f, (_, score) in zip(factors, scores, strict=True)) / total if total > 0 else 0.0


def weight(type_: str, weights: Mapping[str, float]) -> float:
    """Return a type's weight: by its name, else its family (``family`` or ``family:*``), else ``*``, else 1."""
    family = type_.partition(":")[0]
    return next((weights[name] for name in (type_, f"{family}:*", family, "*") if name in weights), 1.0)
