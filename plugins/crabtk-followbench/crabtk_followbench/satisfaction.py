"""How far each response meets its prompt, group by group and level by level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crabtk import Graded
from crabtk_followbench.rows import LEVELS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The responses of one category.

    Attributes:
        hard: Groups × levels: 1.0 where all constraints of the level hold, else 0.0; NaN where nothing was asked.
        soft: Likewise: the share of the constraints that hold.
    """

    hard: NDArray[np.float64]
    soft: NDArray[np.float64]


def by_category(graded: Iterable[Graded]) -> dict[str, Satisfaction]:
    """Return what each category's responses meet; a response without a grade meets nothing."""
    import numpy as np

    found: dict[str, dict[int, dict[int, Sequence[bool]]]] = {}
    for answer in graded:
        said = answer.item.payload
        levels = found.setdefault(said["category"], {}).setdefault(said["group"], {})
        levels[said["level"]] = [grade.strict for grade in answer.grades] or [False]
    return {
        category: Satisfaction(
            np.array([_levels(levels, hard=True) for levels in groups.values()], dtype=np.float64),
            np.array([_levels(levels, hard=False) for levels in groups.values()], dtype=np.float64),
        )
        for category, groups in found.items()
    }


def _levels(levels: Mapping[int, Sequence[bool]], *, hard: bool) -> list[float]:
    """Return a group's five levels."""
    known = {level: float(all(held)) if hard else sum(held) / len(held) for level, held in levels.items()}
    return [known.get(level, float("nan")) for level in LEVELS]


def consecutive(hard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many levels from 1 on each group meets without a gap: groups × 1.

    A group that lacks a level, because a limit left it out, has NaN: nobody knows how far it would go.
    """
    import numpy as np

    found: NDArray[np.float64] = np.cumprod(hard, axis=1).sum(axis=1, keepdims=True)
    return np.where(np.isnan(hard).any(axis=1, keepdims=True), np.nan, found)
