"""Scores, comparisons and controls as Markdown tables, for places that show no report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from crabtk.reporting import formats
from crabtk.reporting.comparisons import comparisons, control_tables, shown_comparison
from crabtk.reporting.markdown import prose
from crabtk.reporting.score_tables import score_tables

_MOST_TYPES = 15


def markdown_tables(
    scores: pl.DataFrame, grades: pl.DataFrame, kept_out: Sequence[str] = (), *, seed: int
) -> Iterator[tuple[str, str]]:
    """Yield the tables that there are, each with its name: ``scores``, ``comparisons``, ``types``, ``controls``.

    Args:
        scores: Schema ``Scores``.
        grades: Schema ``Grades``.
        kept_out: As in ``composition.kept_out``.
        seed: Of the run.
    """
    if len(scores):
        yield "scores", "\n\n".join(_scores(table) for table in score_tables(scores))
    compared = [shown_comparison(each) for each in comparisons(grades, seed)]
    if compared:
        yield "comparisons", _table(_COMPARISON_HEAD, [_comparison(each) for each in compared])
        yield "types", "\n\n".join(_types(each) for each in compared)
    controls = control_tables(grades, kept_out, seed)
    if controls:
        yield "controls", "\n\n".join(_controls(table) for table in controls)


def _scores(table: Mapping[str, Any]) -> str:
    rows = [row for level in ("overall", "training", "family") for row in table[level]]
    head = ["metric", "group", *table["models"], "change"]
    return f"**{prose(table['benchmark'])}**\n\n" + _table(head, [_score_row(row) for row in rows])


def _score_row(row: Mapping[str, Any]) -> list[str]:
    write, signed = (formats.score, formats.points) if row["unit"] == "share" else (formats.number, formats.signed)
    cells = [_interval(cell, write) if cell else formats.UNKNOWN for cell in row["cells"]]
    return [row["label"], row["group"], *cells, signed(row["change"])]


_COMPARISON_HEAD = [
    "benchmark",
    "models",
    "prompts",
    "gained",
    "lost",
    "prompts, change",
    "p",
    "constraints, change",
    "p",
]


def _comparison(found: Mapping[str, Any]) -> list[str]:
    counted = [formats.count(each) for each in (found["prompts"]["count"], found["gained"], found["lost"])]
    changes = [text for what in ("prompts", "constraints") for text in _difference(found[what], "p_value")]
    return [found["benchmark"], f"{found['before']} → {found['after']}", *counted, *changes]


def _types(found: Mapping[str, Any]) -> str:
    rows = [
        [row["type"], formats.count(row["count"]), formats.score(row["before"]), formats.score(row["after"]),
         *_difference(row, "adjusted")]
        for row in found["types"][:_MOST_TYPES]
    ]  # fmt: skip
    title = prose(f"{found['benchmark']}: {found['before']} → {found['after']}")
    head = ["type", "constraints", found["before"], found["after"], "change", "p, Holm"]
    return f"**{title}**, the {len(rows)} widest changes\n\n" + _table(head, rows)


def _difference(row: Mapping[str, Any], p_value: str) -> tuple[str, str]:
    return _interval({**row, "value": row["change"]}, formats.points), formats.probability(row[p_value])


def _controls(table: Mapping[str, Any]) -> str:
    rows = [
        [row["label"], row["arm"], formats.count(row["repeats"]), _interval(row["mean"], formats.score),
         _interval(row["difference"], formats.points) if row["difference"] else formats.UNKNOWN,
         formats.probability(row["adjusted"])]
        for row in table["rows"]
    ]  # fmt: skip
    head = ["metric", "model", "trainings", "mean", f"against {table['reference']}", "p, Holm"]
    return f"**{prose(table['benchmark'])}**\n\n" + _table(head, rows)


def _interval(cell: Mapping[str, Any], write: Callable[[float], str]) -> str:
    if cell["low"] is None or cell["high"] is None:
        return write(cell["value"])
    return f"{write(cell['value'])} ({write(cell['low'])} to {write(cell['high'])})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head)]
    return "\n".join(f"| {' | '.join(map(prose, line))} |" for line in [*lines, *rows])
