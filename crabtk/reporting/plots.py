"""The plots of a run. Each function returns a matplotlib ``Figure``; ``svg`` and ``png`` turn it into bytes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from crabtk.reporting import counts
from crabtk.reporting.canvas import (
    BLUE,
    GREY,
    INK,
    LIGHT,
    ORANGE,
    SKY,
    VERMILION,
    figure,
    panel,
    png,
    styled,
    svg,
    whole_numbers,
)
from crabtk.reporting.score_plots import by_number, control_scores, scores
from crabtk.reporting.training_plots import losses, training_curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "audit_scores",
    "by_number",
    "constraint_types",
    "constraints_per_example",
    "control_scores",
    "losses",
    "png",
    "response_words",
    "scores",
    "svg",
    "throughput",
    "training_curves",
]

MOST_TYPES = 40
"""A plot of more types cannot be read; the report's table has them all."""
_VERDICTS = (
    (counts.BY_CODE, "holds, by code", BLUE),
    (counts.BY_JUDGE, "holds, by the judge", SKY),
    (counts.UNKNOWN, "unknown", LIGHT),
    (counts.FAILS, "fails", VERMILION),
)
_UNREADABLE = -1.0


@styled
def constraint_types(constraints: pl.DataFrame) -> Figure:
    """Draw how many constraints each type has, by verdict; the ``MOST_TYPES`` most frequent."""
    found = counts.by_type(constraints).head(MOST_TYPES)
    drawn, axes = panel(8.0, 1.1 + 0.24 * found.height)
    left = [0] * found.height
    for column, label, colour in _VERDICTS:
        values = found[column].to_list()
        if any(values):
            axes.barh(found["type"].to_list(), values, left=left, label=label, color=colour, height=0.72)
        left = [start + value for start, value in zip(left, values, strict=True)]
    _mark_ends(axes, left)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("constraints")
    drawn.legend(loc="outside upper right", ncols=len(_VERDICTS))
    return drawn


@styled
def response_words(seeds: pl.DataFrame) -> Figure:
    """Draw how long the responses of seeds are; the longest 2 % share the last bar."""
    found = sorted(counts.words(seeds["response"]))
    most = max(found[int(0.98 * (len(found) - 1))], 1)
    drawn, axes = panel()
    axes.hist([min(words, most) for words in found], bins=min(30, most), color=BLUE, edgecolor="white", linewidth=0.6)
    middle = found[len(found) // 2]
    axes.axvline(middle, color=INK, linewidth=1, linestyle="--", label=f"median {middle:,}")
    axes.set(xlabel="words of the response", ylabel="pairs")
    axes.legend()
    whole_numbers(axes, "x")
    whole_numbers(axes, "y")
    return drawn


@styled
def constraints_per_example(crab: pl.DataFrame) -> Figure:
    """Draw how many constraints forward and reverse examples have."""
    found = counts.constraints_per_example(crab)
    numbers = range(min(found, default=0), max(found, default=0) + 1)
    drawn, axes = panel()
    axes.bar(list(numbers), [found.count(n) for n in numbers], color=BLUE, width=0.8)
    axes.set(xlabel="constraints of an example", ylabel="examples")
    axes.grid(visible=False, axis="x")
    whole_numbers(axes, "x")
    whole_numbers(axes, "y")
    return drawn


@styled
def audit_scores(audit: pl.DataFrame, threshold: float | None = None, auc: float | None = None) -> Figure:
    """Draw the judge's P(yes) on planted cases, and its ROC curve.

    Args:
        audit: Schema ``Audit``; a case that the judge left without a score is below any threshold.
        threshold: On P(yes); None where none is good enough.
        auc: For the legend; None leaves it out.
    """
    scored = audit.with_columns(pl.col("score").fill_null(_UNREADABLE))
    true = scored.filter(pl.col("truth"))["score"].to_list()
    false = scored.filter(~pl.col("truth"))["score"].to_list()
    drawn = figure(8.0, 3.4)
    left, right = drawn.subplots(1, 2, width_ratios=(1.5, 1))
    _draw_distribution(left, true, false, threshold)
    _draw_roc(right, true, false, auc)
    return drawn


@styled
def throughput(points: Sequence[Sequence[float]]) -> Figure:
    """Draw the tokens per second that an engine read and wrote, over the seconds of a stage.

    Args:
        points: Seconds, requests, prompt tokens and generated tokens, each counted from the stage's beginning.
    """
    drawn, axes = panel()
    spans = [(one, other) for one, other in pairwise(([0, 0, 0, 0], *points)) if other[0] > one[0]]
    for place, label, colour in ((2, "prompt", SKY), (3, "generated", BLUE)):
        rates = [(other[place] - one[place]) / (other[0] - one[0]) for one, other in spans]
        axes.step([other[0] for _, other in spans], rates, where="pre", color=colour, linewidth=2, label=label)
    axes.set(xlabel="seconds", ylabel="tokens per second", ylim=(0, None))
    axes.legend()
    return drawn


def _draw_distribution(axes: Axes, true: list[float], false: list[float], threshold: float | None) -> None:
    bins = [step / 20 for step in range(21)]
    axes.hist([true, false], bins=bins, color=[BLUE, ORANGE], label=["planted true", "planted false"])
    if threshold is not None:
        axes.axvline(threshold, color=INK, linewidth=1.2, linestyle="--", label=f"threshold {threshold:.2f}")
    axes.set(xlabel="judge's P(yes)", ylabel="cases", xlim=(0, 1))
    axes.set_title("Scores of planted cases" if threshold is not None else "Scores of planted cases (no threshold)")
    axes.legend()
    whole_numbers(axes, "y")


def _draw_roc(axes: Axes, true: list[float], false: list[float], auc: float | None) -> None:
    cuts = sorted({*true, *false}, reverse=True)
    recalls = [0.0, *(sum(s >= cut for s in true) / max(len(true), 1) for cut in cuts)]
    alarms = [0.0, *(sum(s >= cut for s in false) / max(len(false), 1) for cut in cuts)]
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="chance")
    axes.plot(alarms, recalls, color=BLUE, linewidth=2, label="judge" if auc is None else f"judge, AUC {auc:.2f}")
    axes.set(xlabel="false cases judged true", ylabel="true cases judged true", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.set_aspect("equal")
    axes.set_title("ROC curve")
    axes.legend(loc="lower right")


def _mark_ends(axes: Axes, ends: Sequence[int]) -> None:
    """Write each bar's total behind it."""
    for row, end in enumerate(ends):
        axes.annotate(f"{end:,}", (end, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
