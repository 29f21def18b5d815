"""Plots of scores: models side by side, against the number of constraints, and controls over their repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from crabtk.reporting.canvas import BLUE, GREY, INK, LIGHT, figure, model_colours, styled, whole_numbers
from crabtk.reporting.score_tables import family_rows, is_auxiliary, metric_label, numbered, score_tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BARS = 3
"""Up to so many models are bars, and lines with bands; more are points and bare lines, which take less room."""
_NUMBERED = {"constraints": "constraints of the prompt", "level": "level", "turn": "turn"}
_WHISKERS = {"ecolor": INK, "elinewidth": 1, "capsize": 2}
Rows = Sequence[tuple[str, Sequence[Mapping[str, Any] | None]]]


@styled
def scores(table: pl.DataFrame, benchmark: str) -> Figure:
    """Draw a benchmark's shares per model with their 95 % intervals: overall, of types kept out, and by family.

    Args:
        table: Schema ``Scores``; figures that are no accuracies (a benchmark's counts, standard errors) are left out.
        benchmark: One of the table's.
    """
    found = next(each for each in score_tables(table) if each["benchmark"] == benchmark)
    overall = _shares(found["overall"], "label")
    training = [(row["group"], row["cells"]) for row in found["training"] if row["metric"] == "constraint_strict"]
    families = _shares(family_rows(found), "group")
    titles = ("", "Constraint accuracy, strict, by whether training asked for the family", "By family")
    if families:
        titles = (*titles[:2], f"{metric_label(family_rows(found)[0]['metric'])}, by family")
    parts = [(title, part) for title, part in zip(titles, (overall, training, families), strict=True) if part]
    return _stacked(parts or [("", [])], found["models"])


@styled
def by_number(table: pl.DataFrame, benchmark: str) -> Figure | None:
    """Draw satisfaction against the number of a prompt's constraints, or a benchmark's level or turn, per model.

    Args:
        table: Schema ``Scores``.
        benchmark: One of the table's.

    Returns:
        None where no metric has two numbers to draw between.
    """
    found = next(each for each in score_tables(table) if each["benchmark"] == benchmark)
    lines = _lines(found)
    if not lines:
        return None
    drawn = figure(4.2 * len(lines) + 1.6 * (len(lines) == 1), 3.3)
    colours = model_colours(found["models"])
    for axes, ((metric, what), by_model) in zip(drawn.subplots(1, len(lines), squeeze=False)[0], lines, strict=True):
        for model, points in by_model.items():
            _draw_line(axes, model, points, colours[model], band=len(colours) <= _BARS)
        axes.set(xlabel=_NUMBERED[what], ylabel="%", ylim=(0, 100))
        axes.set_title(metric_label(metric), fontsize=10)
        whole_numbers(axes, "x")
    drawn.legend(*axes.get_legend_handles_labels(), loc="outside upper right", ncols=min(len(colours), 6))
    return drawn


@styled
def control_scores(table: Mapping[str, Any]) -> Figure:
    """Draw controls beside this run's own recipe: a dot per training, the mean, and its 95 % interval over repeats.

    Args:
        table: One of ``comparisons.control_tables``.
    """
    labels = list(dict.fromkeys(row["label"] for row in table["rows"]))
    arms = max(sum(row["label"] == label for row in table["rows"]) for label in labels)
    drawn = figure(8.0, 0.9 + len(labels) * (0.55 + 0.27 * arms))
    for axes, label in zip(drawn.subplots(len(labels), 1, sharex=True, squeeze=False)[:, 0], labels, strict=True):
        rows = [row for row in table["rows"] if row["label"] == label]
        for place, row in enumerate(rows):
            colour = BLUE if row["arm"] == table["reference"] else GREY
            values = [100 * value for value in row["values"]]
            if len(values) > 1:
                axes.plot(values, [place] * len(values), "o", color=LIGHT, markeredgecolor=colour, markersize=5)
            _draw_point(axes, row["mean"], place, colour, "D")
        axes.set_yticks(range(len(rows)), [row["arm"] for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_title(label, fontsize=10)
        axes.grid(visible=False, axis="y")
    axes.set_xlabel("accuracy, % (dots: trainings; diamond: their mean, with its 95 % interval)")
    return drawn


def _shares(rows: Sequence[Mapping[str, Any]], name: str) -> Rows:
    return [(row[name], row["cells"]) for row in rows if row["unit"] == "share" and not is_auxiliary(row["metric"])]


def _stacked(parts: Sequence[tuple[str, Rows]], models: Sequence[str]) -> Figure:
    rows = sum(len(part) for _, part in parts)
    each = 0.21 * (len(models) + 0.7) if len(models) <= _BARS else 0.12 * len(models) + 0.12
    drawn = figure(8.0, 1.5 + 0.35 * (len(parts) - 1) + each * rows)
    heights = [len(part) + 0.5 for _, part in parts]
    stacked = drawn.subplots(len(parts), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (title, part) in zip(stacked, parts, strict=True):
        _draw_rows(axes, part, models)
        if title:
            axes.set_title(title, fontsize=10)
    stacked[-1].set_xlabel("accuracy, % (whiskers: 95 % interval)")
    drawn.legend(*stacked[0].get_legend_handles_labels(), loc="outside upper right", ncols=min(len(models), 6))
    return drawn


def _draw_rows(axes: Axes, rows: Rows, models: Sequence[str]) -> None:
    height = 0.78 / len(models)
    for place, (model, colour) in enumerate(model_colours(models).items()):
        at = [row + (place - (len(models) - 1) / 2) * height for row in range(len(rows))]
        cells = [cells[place] for _, cells in rows]
        if len(models) <= _BARS:
            values = [100 * cell["value"] if cell else 0.0 for cell in cells]
            errors = [list(side) for side in zip(*(_whiskers(cell) for cell in cells), strict=True)] or None
            axes.barh(at, values, height * 0.92, xerr=errors, color=colour, label=model, error_kw=_WHISKERS)
            continue
        axes.plot([], [], "o", color=colour, label=model, markersize=5)
        for y, cell in zip(at, cells, strict=True):
            if cell:
                _draw_point(axes, cell, y, colour, "o")
    axes.set_yticks(range(len(rows)), [label for label, _ in rows])
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.set_xlim(0, 100)
    axes.grid(visible=False, axis="y")


def _draw_point(axes: Axes, cell: Mapping[str, Any], y: float, colour: str, marker: str) -> None:
    below, above = _whiskers(cell)
    whiskers = {"elinewidth": 1.2, "capsize": 2} if cell["low"] is not None else {"elinewidth": 0}
    axes.errorbar(100 * cell["value"], y, xerr=[[below], [above]], fmt=marker, color=colour, markersize=5, **whiskers)


def _whiskers(cell: Mapping[str, Any] | None) -> tuple[float, float]:
    """Return how far an interval reaches below and above its value, in points; nothing where there is none."""
    if not cell or cell["low"] is None or cell["high"] is None:
        return 0.0, 0.0
    return 100 * max(cell["value"] - max(cell["low"], 0), 0), 100 * max(min(cell["high"], 1) - cell["value"], 0)


Line = list[tuple[int, Mapping[str, Any]]]


def _lines(table: Mapping[str, Any]) -> list[tuple[tuple[str, str], dict[str, Line]]]:
    """Return, per metric and what numbers its groups, each model's cells by number; of shares with two at least."""
    found: dict[tuple[str, str], dict[str, Line]] = {}
    for what, number, row in _numbered_rows(table):
        for model, cell in zip(table["models"], row["cells"], strict=True):
            if cell:
                found.setdefault((row["metric"], what), {}).setdefault(model, []).append((number, cell))
    return [
        (key, by_model)
        for key, by_model in found.items()
        if not key[0].endswith("_loose") and max(len(line) for line in by_model.values()) > 1
    ]


def _numbered_rows(table: Mapping[str, Any]) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    for row in table["number"]:
        yield "constraints", int(row["group"]), row
    for row in table["other"]:
        if row["unit"] == "share" and not is_auxiliary(row["metric"]) and (number := numbered(row["group"])):
            yield *number, row


def _draw_line(axes: Axes, model: str, line: Line, colour: str, *, band: bool) -> None:
    numbers = [number for number, _ in line]
    axes.plot(numbers, [100 * cell["value"] for _, cell in line], "o-", color=colour, markersize=4, label=model)
    known = [(number, cell) for number, cell in line if cell["low"] is not None]
    if known and band:
        low, high = ([100 * min(cell[end], 1) for _, cell in known] for end in ("low", "high"))
        axes.fill_between([number for number, _ in known], low, high, color=colour, alpha=0.12, linewidth=0)
