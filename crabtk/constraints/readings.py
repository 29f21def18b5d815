"""Counts that readers may take differently: only what holds under every reading is asked for."""

from __future__ import annotations

import random
from collections.abc import Collection

from crabtk.types import Params

_MOST_EXACT = 15
_FEWEST_TO_CAP = 4


def agreed(
    counts: Collection[int], rng: random.Random, *, sure: bool = True, most_exact: int = _MOST_EXACT
) -> Params | None:
    """Draw a relation and a number that hold whichever of the counts is taken.

    Args:
        counts: What the readings count; at least one.
        rng: Draws the relation and the slack.
        sure: Whether the readings are all; else there may be more of the things than counted, so that only a
            lower bound holds.
        most_exact: Beyond this, nobody asks for an exact number.

    Returns:
        ``exactly`` or ``at_most`` only where all readings agree; None where one of them counts nothing.
    """
    low = min(counts)
    if low < 1:
        return None
    if sure and low == max(counts):
        chance = rng.random()
        if low <= most_exact and chance < 0.5:
            return {"relation": "exactly", "n": low}
        if low >= _FEWEST_TO_CAP and chance > 0.85:
            return {"relation": "at_most", "n": rng.randint(low, low + low // 4)}
    return {"relation": "at_least", "n": rng.randint(max(1, (2 * low + 2) // 3), low)}
