"""From grades to scores: strict and loose accuracy with confidence intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from crabtk.schemas import Grades, Scores, columns

GROUPS = ("model", "benchmark")


def aggregate(grades: pl.DataFrame) -> pl.DataFrame:
    """Return accuracies per prompt, per constraint, per family and per type.

    Args:
        grades: One row per (model, benchmark, item_id, type): ``strict`` and ``loose`` (null where a benchmark has
            no loose reading).

    Returns:
        Schema ``Scores``. ``prompt_strict``: share of prompts all of whose constraints hold; ``constraint_strict``:
        share of constraints that hold, over all (group ``all``), per ``family NAME`` and per ``type NAME``; likewise
        ``…_loose`` where there are loose verdicts. Intervals: 95 %, Wilson; constraints of one prompt are not
        independent, so those of ``constraint_strict`` are a little too narrow.
    """
    rows = [row for reading in ("strict", "loose") for row in _scores(grades.drop_nulls(reading), reading)]
    return pl.DataFrame(rows, schema=columns(Scores), orient="row").sort("benchmark", "metric", "group", "model")


def _scores(grades: pl.DataFrame, reading: str) -> Iterator[tuple[object, ...]]:
    prompts = grades.group_by(*GROUPS, "item_id").agg(pl.col(reading).all()).with_columns(group=pl.lit("all"))
    yield from _shares(prompts, reading, f"prompt_{reading}")
    family = pl.lit("family ") + pl.col("type").str.split(":").list.first()
    for group in (pl.lit("all"), family, pl.lit("type ") + pl.col("type")):
        yield from _shares(grades.with_columns(group=group), reading, f"constraint_{reading}")


def _shares(rows: pl.DataFrame, reading: str, metric: str) -> Iterator[tuple[object, ...]]:
    counts = rows.group_by(*GROUPS, "group").agg(held=pl.col(reading).sum(), count=pl.len())
    for row in counts.iter_rows(named=True):
        low, high = wilson(row["held"], row["count"])
        value = row["held"] / row["count"]
        yield row["model"], row["benchmark"], metric, row["group"], value, row["count"], low, high


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a proportion."""
    from scipy.stats import binomtest

    interval = binomtest(successes, trials).proportion_ci(method="wilson")
    return max(0.0, float(interval.low)), min(1.0, float(interval.high))


def grade_rows(grades: Iterable[tuple[str, str, str, str, bool, bool | None]]) -> pl.DataFrame:
    """Return grades as a table: model, benchmark, item_id, type, strict, loose."""
    return pl.DataFrame(list(grades), schema=columns(Grades), orient="row")
