"""95 % intervals: groups of prompts are drawn anew, since the levels of a group grow out of one prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from crabtk.randomness import generator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Cells = NDArray[np.float64]
    """Any number of draws × categories × levels; NaN where nothing was asked."""

DRAWS = 1000


def cells(tables: Sequence[NDArray[np.float64]]) -> Cells:
    """Return the mean over the groups of each category: 1 × categories × levels.

    Args:
        tables: One per category: groups × levels, NaN where nothing was asked.
    """
    import numpy as np

    return np.stack([_mean(table[None]) for table in tables], axis=1)


def drawn_cells(tables: Sequence[NDArray[np.float64]]) -> Cells:
    """Return the means over groups drawn with replacement within each category: draws × categories × levels."""
    import numpy as np

    rng = np.random.default_rng(generator(0, "followbench", "bootstrap").getrandbits(64))
    return np.stack([_mean(table[rng.integers(len(table), size=(DRAWS, len(table)))]) for table in tables], axis=1)


def interval(statistic: Callable[[Cells], NDArray[np.float64]], drawn: Cells) -> tuple[float, float]:
    """Return the percentile interval of a statistic of cells, one value per draw."""
    import numpy as np

    low, high = np.nanquantile(statistic(drawn), [0.025, 0.975])
    return float(low), float(high)


def mean(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Return the mean of what is not NaN; NaN where there is nothing."""
    import numpy as np

    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    found: NDArray[np.float64] = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return found


def _mean(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    return mean(draws, axis=1)


def wilson(held: int, count: int) -> tuple[float, float]:
    """Return Wilson's interval of a share."""
    from scipy.stats import binomtest

    found = binomtest(held, count).proportion_ci(method="wilson")
    return max(0.0, float(found.low)), min(1.0, float(found.high))
