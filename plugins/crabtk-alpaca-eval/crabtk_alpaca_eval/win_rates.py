"""Win rates, as AlpacaEval defines them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def win_rate(preferences: Sequence[float]) -> float:
    """Return the mean preference."""
    return sum(preferences) / len(preferences)


def discrete_win_rate(preferences: Sequence[float]) -> float:
    """Return the share of wins, a draw being half a win."""
    return sum(1.0 if p > 0.5 else 0.5 if p == 0.5 else 0.0 for p in preferences) / len(preferences)


def standard_error(values: Sequence[float]) -> float | None:
    """Return the standard error of the mean; None of fewer than two values."""
    if len(values) < 2:
        return None
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))
