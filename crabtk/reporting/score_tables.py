"""Scores arranged for reading: per benchmark, one row per metric and group, one cell per model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from crabtk.scoring.aggregate import KEPT_OUT, SEEN
from crabtk.scoring.models import arm, is_control, ordered, stages
from crabtk.scoring.paired import over_repeats

_GROUP = re.compile(r"(family|type)[: ]\s*(.+)", re.DOTALL)
_NUMBERED = re.compile(r"(constraints|level|turn) (\d+)")
_DIGITS = re.compile(r"(\d+)")
_METRICS = ("prompt_strict", "constraint_strict", "prompt_loose", "constraint_loose")
_LABELS = {
    "prompt_strict": "Prompt accuracy, strict",
    "constraint_strict": "Constraint accuracy, strict",
    "prompt_loose": "Prompt accuracy, loose",
    "constraint_loose": "Constraint accuracy, loose",
    "hsr": "HSR",
    "ssr": "SSR",
    "csl": "CSL",
    "lc_win_rate": "LC win rate",
    "lc_win_rate_minimal": "LC win rate, minimal",
    "lc_standard_error": "LC standard error",
}
_COUNTED = frozenset({"avg_length", "csl"})
"""Metrics that count something, though a value may happen to be below 1."""
_AUXILIARY = ("unreadable", "standard_error")
"""How names of metrics end that tell how far another one is to be trusted."""
LEVELS = ("overall", "family", "type", "training", "number", "other")


def score_tables(scores: pl.DataFrame) -> list[dict[str, Any]]:
    """Arrange scores per benchmark, ``held_out`` first.

    Returns:
        Per benchmark ``benchmark``, ``models`` (repeats of a control are one, by the control's name), ``repeats`` of
        each of these, ``changed`` (the first and the last of the run's own models, None with fewer than two) and, for
        each of ``LEVELS``, rows with ``metric``, ``label``, ``group``, ``unit`` (``share`` or ``number``), ``cells``
        (in the order of ``models``; None where a model lacks the score) and ``change`` (of the two that ``changed``
        names; None without both). The rows of a level begin with the accuracies; a benchmark's own metrics follow in
        the order in which ``scores`` first names them, which is that in which the benchmark returned them.
    """
    names = scores["benchmark"].unique().to_list()
    return [_benchmark(name, scores.filter(pl.col("benchmark") == name)) for name in benchmark_order(names)]


def benchmark_order(names: Sequence[str]) -> list[str]:
    """Return names of benchmarks as readers find them: ``held_out`` first, then by name."""
    return sorted(set(names), key=lambda name: (name != "held_out", name))


def family_rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows by family of one metric only: strict per constraint where there is one."""
    rows: list[dict[str, Any]] = table["family"]
    metrics = [row["metric"] for row in rows]
    chosen = "constraint_strict" if "constraint_strict" in metrics else next(iter(metrics), None)
    return [row for row in rows if row["metric"] == chosen]


def headline_row(table: dict[str, Any]) -> dict[str, Any] | None:
    """Return the overall score that stands for a benchmark: strict per prompt, else the first that it returned.

    One that a model lacks gives way to the next that all have, since models are to be compared by it.
    """
    rows: list[dict[str, Any]] = table["overall"]
    shared = [row for row in rows if all(row["cells"]) and not is_auxiliary(row["metric"])]
    return next(iter(shared or rows), None)


def metric_label(metric: str) -> str:
    """Return a metric's name as readers see it."""
    return _LABELS.get(metric, metric.replace("_", " ").capitalize())


def is_auxiliary(metric: str) -> bool:
    """Tell whether a metric says nothing of how good a model is, such as a standard error; it is drawn nowhere."""
    return metric.endswith(_AUXILIARY)


def numbered(group: str) -> tuple[str, int] | None:
    """Return what a group counts and its number, such as of ``constraints 3`` or ``level 3``; None of other groups."""
    match = _NUMBERED.fullmatch(group)
    return (match[1], int(match[2])) if match else None


def _benchmark(name: str, scores: pl.DataFrame) -> dict[str, Any]:
    models = ordered(scores["model"])
    shown = list(dict.fromkeys(arm(model) if _repeated(model, models) else model for model in models))
    own = stages(models)
    table: dict[str, Any] = {
        "benchmark": name,
        "models": shown,
        "repeats": [max(sum(arm(model) == one for model in models), 1) for one in shown],
        "changed": [own[0], own[-1]] if len(own) > 1 else None,
        **{level: [] for level in LEVELS},
    }
    by_key: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in scores.iter_rows(named=True):
        by_key.setdefault((row["group"], row["metric"]), []).append(row)
    largest = dict(scores.group_by("metric").agg(pl.col("value").max()).iter_rows())
    own_order = {metric: place for place, metric in enumerate(scores["metric"].unique(maintain_order=True))}
    for group, metric in sorted(by_key, key=lambda key: _order(key, own_order)):
        level, bare = _level(group)
        unit = "number" if metric in _COUNTED or largest[metric] > 1 else "share"
        cells = _cells(by_key[group, metric], shown)
        row = {"metric": metric, "label": metric_label(metric), "group": bare, "unit": unit}
        change = _change(dict(zip(shown, cells, strict=True)), table["changed"])
        table[level].append({**row, "cells": cells, "change": change})
    return table


def _repeated(model: str, models: Sequence[str]) -> bool:
    """Tell whether a model is one of a control's repeats."""
    return is_control(model) and model != arm(model) and arm(model) not in models


def _cells(rows: Sequence[Mapping[str, Any]], shown: Sequence[str]) -> list[dict[str, Any] | None]:
    by_model = {row["model"]: {key: row[key] for key in ("value", "low", "high", "count")} for row in rows}
    repeats = {name: [by_model[each] for each in ordered(by_model) if arm(each) == name] for name in shown}
    return [by_model.get(name) or _over_repeats(repeats[name]) for name in shown]


def _over_repeats(cells: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the mean over repeats with Student's interval, and of how many things each was taken."""
    if not cells:
        return None
    mean = over_repeats([cell["value"] for cell in cells])
    low = None if mean.low is None else max(mean.low, 0.0)
    return {"value": mean.value, "low": low, "high": mean.high, "count": cells[0]["count"]}


def _change(cells: Mapping[str, Mapping[str, Any] | None], changed: Sequence[str] | None) -> float | None:
    before, after = (cells.get(name) for name in changed) if changed else (None, None)
    return after["value"] - before["value"] if before and after else None


def _level(group: str) -> tuple[str, str]:
    if group == "all":
        return "overall", "all"
    if group in (SEEN, KEPT_OUT):
        return "training", group
    if (number := numbered(group)) and number[0] == "constraints":
        return "number", str(number[1])
    match = _GROUP.fullmatch(group)
    return (match[1], match[2]) if match else ("other", group)


def _order(key: tuple[str, str], own: Mapping[str, int]) -> tuple[int, int, bool, list[tuple[int, str]]]:
    group, metric = key
    level, bare = _level(group)
    rank = _METRICS.index(metric) if metric in _METRICS else len(_METRICS) + own[metric]
    # Numbers in a group's name are ordered as numbers.
    parts = [(int(part), "") if part.isdecimal() else (0, part) for part in _DIGITS.split(bare) if part]
    return LEVELS.index(level), rank, group == KEPT_OUT, parts
