"""95 % intervals: groups of prompts are drawn anew, since the levels of a group grow out of one prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crabtk.randomness import generator
from crabtk.scoring.bootstrap import wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Cells = NDArray[np.float64]
    """Any number of draws × categories × levels; NaN where nothing was asked."""

DRAWS = 1000
_ROUNDING = 1e-12


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


def interval(values: NDArray[np.float64], groups: int, *, share: bool) -> tuple[float, float] | tuple[None, None]:
    """Return the percentile interval of a figure over draws.

    Args:
        values: One per draw; NaN where a draw has none.
        groups: How many groups were drawn from.
        share: Whether the figure lies in [0, 1].

    Returns:
        Where no draw differs nothing tells how far groups do: Wilson's interval of a share, with groups as trials, and
        none of anything else.
    """
    import numpy as np

    low, middle, high = (float(each) for each in np.nanquantile(values, [0.0, 0.5, 1.0]))
    if high - low < _ROUNDING:
        return wilson(min(max(middle, 0.0), 1.0) * groups, groups) if share else (None, None)
    low, high = np.nanquantile(values, [0.025, 0.975])
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
