"""Multi-IF's figure: the mean of four accuracies, by turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from crabtk import Graded, Metric
from crabtk.scoring.bootstrap import wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DRAWS = 1_000
SEED = 0
_ROUNDING = 1e-12


def overall(graded: Sequence[Graded]) -> list[Metric]:
    """Return the metric ``overall`` of each turn, for each registry.

    It is the mean of prompt-level and instruction-level accuracy, strict and loose. Groups are ``turn N``, and
    ``turn N LANGUAGE`` where there are several languages; ``count`` is the number of conversations. Intervals: 95 %,
    bootstrap over conversations with a fixed seed; Wilson's, with conversations as trials, where no draw differs from
    another; none for a single conversation.

    Source:
        The reference's ``metrics.py`` (github.com/facebookresearch/Multi-IF): per turn over all languages, and per
        language. It gives intervals of the four accuracies alone.
    """
    languages = sorted({str(each.item.payload["language"]) for each in graded})
    found: list[Metric] = []
    for turn in sorted({int(each.item.payload["turn"]) for each in graded}):
        of_turn = [each for each in graded if each.item.payload["turn"] == turn]
        found += _metrics(of_turn, f"turn {turn}")
        for language in languages if len(languages) > 1 else ():
            spoken = [each for each in of_turn if each.item.payload["language"] == language]
            found += _metrics(spoken, f"turn {turn} {language}")
    return found


def _metrics(graded: Sequence[Graded], group: str) -> Iterator[Metric]:
    for variant in dict.fromkeys(grade.variant for each in graded for grade in each.grades):
        counts = _counts(graded, variant)
        value = float(_mean_of_four(counts))
        yield Metric("overall", group, value, len(counts), *_interval(counts, value), variant)


def _counts(graded: Sequence[Graded], variant: str) -> NDArray[np.int64]:
    """Return for each conversation whether all hold (strict, loose), how many hold (strict, loose), and of how many."""
    import numpy as np

    rows: list[list[int]] = []
    for each in graded:
        strict = [grade.strict for grade in each.grades if grade.variant == variant]
        loose = [bool(grade.loose) for grade in each.grades if grade.variant == variant]
        rows.append([all(strict), all(loose), sum(strict), sum(loose), len(strict)])
    return np.array(rows, dtype=np.int64)


def _mean_of_four(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the figure of conversations in the second axis from the end, of each resample before it."""
    sums = counts.sum(axis=-2)
    prompts = (sums[..., 0] + sums[..., 1]) / counts.shape[-2]
    figure: NDArray[np.float64] = (prompts + (sums[..., 2] + sums[..., 3]) / sums[..., 4]) / 4
    return figure


def _interval(counts: NDArray[np.int64], value: float) -> tuple[float | None, float | None]:
    import numpy as np

    if len(counts) < 2:
        return None, None
    rng = np.random.default_rng(SEED)
    # A resample at a time: all at once would take gigabytes of a large file.
    figures = [float(_mean_of_four(counts[rng.integers(len(counts), size=len(counts))])) for _ in range(DRAWS)]
    if max(figures) - min(figures) < _ROUNDING:
        return wilson(value * len(counts), len(counts))
    low, high = np.quantile(figures, [0.025, 0.975])
    # With few conversations the ends, and rounding, may miss the figure that they are to enclose.
    return min(float(low), value), max(float(high), value)
