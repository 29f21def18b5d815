"""Numbers as a person would ask for them, and partial credit for coming near."""

from __future__ import annotations

import random

_STEPS = ((20, 1), (100, 5), (250, 10), (500, 25), (1000, 50), (5000, 100))
_LAST_STEP = 500


def round_down(value: float) -> int:
    """Return the largest round number not above a value: 37 → 35, 237 → 230, 1,260 → 1,200."""
    step = _step(value)
    return int(value // step * step)


def round_up(value: float) -> int:
    """Return the smallest round number not below a value: 37 → 40, 233 → 240, 1,210 → 1,300."""
    step = _step(value)
    return int(-(-value // step) * step)


def lower_bound(value: int, rng: random.Random) -> int:
    """Draw a round bound up to a fifth below a value, so that bounds are not always tight."""
    return max(1, round_down(value * rng.uniform(0.85, 1.0)))


def upper_bound(value: int, rng: random.Random) -> int:
    """Draw a round bound up to a fifth above a value."""
    return max(1, round_up(value * rng.uniform(1.0, 1.15)))


def nearness(value: int, low: int | None, high: int | None) -> float:
    """Return 1.0 between the bounds and the ratio to the nearer one outside; None is no bound."""
    if low is not None and value < low:
        return value / low
    if high is not None and value > high:
        return high / value
    return 1.0


def share(good: int, total: int) -> float:
    """Return the share of parts that comply; 0.0 where there are none, 1.0 only where all do."""
    return good / total if total else 0.0


def _step(value: float) -> int:
    return next((step for limit, step in _STEPS if value < limit), _LAST_STEP)
