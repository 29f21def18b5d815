"""From grades to scores: strict and loose accuracy with confidence intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from crabtk.schemas import Scores, columns
from crabtk.scoring.bootstrap import cluster_interval
from crabtk.scoring.held_out import HeldOut
from crabtk.settings import selects

GROUPS = ("model", "benchmark")
SEEN, KEPT_OUT = "seen", "kept out"


def aggregate(grades: pl.DataFrame, kept_out: Sequence[str] = (), *, seed: int = 0) -> pl.DataFrame:
    """Return accuracies per prompt, per constraint, and of what kinds and numbers of constraints.

    Args:
        grades: One row per (model, benchmark, item_id, type): ``strict`` and ``loose`` (null where a benchmark has
            no loose reading); ``cluster`` tells which items are not independent of each other.
        kept_out: Types and families that no training example asks for (``composition.kept_out``).
        seed: Of the run, for the bootstrap.

    Returns:
        Schema ``Scores``. ``prompt_strict``: share of prompts all of whose constraints hold, over all (group ``all``)
        and per ``constraints N``, the number that a prompt has. ``constraint_strict``: share of constraints that hold,
        over all, per ``constraints N``, per ``family NAME`` and per ``type NAME``, and of the held-out split per
        ``seen`` and ``kept out`` where types are kept out (other benchmarks' types may be named otherwise). Likewise
        ``…_loose`` where there are loose verdicts. Intervals: 95 %; Wilson's for prompts that stand alone, a bootstrap
        over prompts for constraints, since those of one prompt are not independent, and over clusters of prompts where
        one has several, such as the turns of a conversation (``crabtk.scoring.bootstrap``).
    """
    numbered = grades.with_columns(number=pl.len().over(*GROUPS, "item_id"))
    rows = [
        row for reading in ("strict", "loose") for row in _scores(numbered.drop_nulls(reading), reading, kept_out, seed)
    ]
    return pl.DataFrame(rows, schema=columns(Scores), orient="row").sort("benchmark", "metric", "group", "model")


def _scores(grades: pl.DataFrame, reading: str, kept_out: Sequence[str], seed: int) -> Iterator[tuple[object, ...]]:
    everything, number = pl.lit("all"), pl.lit("constraints ") + pl.col("number").cast(pl.String)
    family = pl.lit("family ") + pl.col("type").str.split(":").list.first()
    prompts = grades.group_by(*GROUPS, "cluster", "item_id", "number").agg(pl.col(reading).all())
    for group in (everything, number):
        yield from _shares(prompts.with_columns(group=group), reading, f"prompt_{reading}", seed)
    for group in (everything, number, family, pl.lit("type ") + pl.col("type")):
        yield from _shares(grades.with_columns(group=group), reading, f"constraint_{reading}", seed)
    if kept_out:
        yield from _shares(_by_training(grades, kept_out), reading, f"constraint_{reading}", seed)


def _by_training(grades: pl.DataFrame, kept_out: Sequence[str]) -> pl.DataFrame:
    own = grades.filter(pl.col("benchmark") == HeldOut.name)
    group = {name: KEPT_OUT if selects(tuple(kept_out), name) else SEEN for name in own["type"].unique()}
    return own.with_columns(group=pl.col("type").replace_strict(group, return_dtype=pl.String))


def _shares(rows: pl.DataFrame, reading: str, metric: str, seed: int) -> Iterator[tuple[object, ...]]:
    """Yield a score per model, benchmark and group; clusters in order of their items, so that theirs shapes nothing."""
    held, size = pl.col(reading).sum().cast(pl.Int64).alias("held"), pl.len().cast(pl.Int64).alias("size")
    clusters = rows.group_by(*GROUPS, "group", "cluster").agg(held, size, pl.col("item_id").min()).sort("item_id")
    for row in clusters.group_by(*GROUPS, "group", maintain_order=True).agg("held", "size").iter_rows(named=True):
        low, high = cluster_interval(row["held"], row["size"], seed=seed)
        count = sum(row["size"])
        yield row["model"], row["benchmark"], metric, row["group"], sum(row["held"]) / count, count, low, high
