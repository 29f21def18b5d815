"""Scores arranged for reading: per benchmark, one row per metric and group, one cell per model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import polars as pl

from crabtk.reporting.grades import BASE, TRAINED

_GROUP = re.compile(r"(family|type)[: ]\s*(.+)", re.DOTALL)
_METRICS = ("prompt_strict", "constraint_strict", "prompt_loose", "constraint_loose")
_LABELS = {
    "prompt_strict": "Prompt accuracy, strict",
    "constraint_strict": "Constraint accuracy, strict",
    "prompt_loose": "Prompt accuracy, loose",
    "constraint_loose": "Constraint accuracy, loose",
}
LEVELS = ("overall", "family", "type", "other")


def score_tables(scores: pl.DataFrame) -> list[dict[str, Any]]:
    """Arrange scores per benchmark, ``held_out`` first.

    Returns:
        Per benchmark ``benchmark``, ``models`` and, for each of ``LEVELS``, rows with ``metric``, ``label``,
        ``group``, ``cells`` (in the order of ``models``; None where a model lacks the score) and ``change``
        (trained minus base, None without both).
    """
    names = scores["benchmark"].unique().to_list()
    ordered = sorted(names, key=lambda name: (name != "held_out", name))
    return [_benchmark(name, scores.filter(pl.col("benchmark") == name)) for name in ordered]


def family_rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows by family of one metric only: strict per constraint where there is one."""
    rows: list[dict[str, Any]] = table["family"]
    metrics = [row["metric"] for row in rows]
    chosen = "constraint_strict" if "constraint_strict" in metrics else next(iter(metrics), None)
    return [row for row in rows if row["metric"] == chosen]


def headline_row(table: dict[str, Any]) -> dict[str, Any] | None:
    """Return the overall score that stands for a benchmark: strict per prompt where there is one."""
    rows: list[dict[str, Any]] = table["overall"]
    return rows[0] if rows else None


def metric_label(metric: str) -> str:
    """Return a metric's name as readers see it."""
    return _LABELS.get(metric, metric.replace("_", " ").capitalize())


def _benchmark(name: str, scores: pl.DataFrame) -> dict[str, Any]:
    models = sorted(scores["model"].unique().to_list(), key=lambda model: (model != BASE, model != TRAINED, model))
    table: dict[str, Any] = {"benchmark": name, "models": models, **{level: [] for level in LEVELS}}
    groups = sorted(scores.select("group", "metric").unique().iter_rows(), key=_order)
    for group, metric in groups:
        level, shown = _level(group)
        found = scores.filter((pl.col("group") == group) & (pl.col("metric") == metric))
        table[level].append({"metric": metric, "label": metric_label(metric), "group": shown, **_cells(found, models)})
    return table


def _cells(found: pl.DataFrame, models: Sequence[str]) -> dict[str, Any]:
    by_model = {row["model"]: {key: row[key] for key in ("value", "low", "high", "count")} for row in found.to_dicts()}
    both = BASE in by_model and TRAINED in by_model
    change = by_model[TRAINED]["value"] - by_model[BASE]["value"] if both else None
    return {"cells": [by_model.get(model) for model in models], "change": change}


def _level(group: str) -> tuple[str, str]:
    if group == "all":
        return "overall", "all"
    match = _GROUP.fullmatch(group)
    return (match[1], match[2]) if match else ("other", group)


def _order(key: tuple[str, str]) -> tuple[int, int, str, str]:
    group, metric = key
    level, shown = _level(group)
    rank = _METRICS.index(metric) if metric in _METRICS else len(_METRICS)
    return LEVELS.index(level), rank, metric, shown
