"""Comparisons of models as JSON values, from the grades of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from crabtk.reporting.score_tables import benchmark_order, metric_label
from crabtk.scoring.compare import Comparison, Difference, compare, usual_pairs
from crabtk.scoring.controls import ControlFigure, compare_controls


def comparisons(grades: pl.DataFrame, seed: int) -> list[Comparison]:
    """Compare what is worth comparing, benchmark by benchmark, ``held_out`` first."""
    found = compare(grades, usual_pairs(grades["model"].unique().to_list()), seed=seed)
    order = benchmark_order([each.benchmark for each in found])
    return sorted(found, key=lambda each: order.index(each.benchmark))


def shown_comparison(found: Comparison) -> dict[str, Any]:
    """Return a comparison with numbers in place of the prompts gained and lost, and lists in place of mappings.

    Types and families stand by their change, widest first; numbers of constraints (``number``) from the fewest.
    """
    return asdict(found) | {
        "gained": len(found.gained),
        "lost": len(found.lost),
        "types": _widest_first("type", found.types),
        "families": _widest_first("family", found.families),
        "numbers": [{"number": number, **asdict(difference)} for number, difference in found.numbers.items()],
    }


def _widest_first(kind: str, differences: Mapping[str, Difference]) -> list[dict[str, Any]]:
    rows = [{kind: name, **asdict(difference)} for name, difference in differences.items()]
    return sorted(rows, key=lambda each: (-abs(each["change"]), each[kind]))


def control_tables(grades: pl.DataFrame, kept_out: Sequence[str], seed: int) -> list[dict[str, Any]]:
    """Compare controls with this run's own recipe.

    Returns:
        Per benchmark ``benchmark``, ``reference`` (its arm) and ``rows``: as ``ControlFigure`` has them, and ``label``.
    """
    found = compare_controls(grades, kept_out, seed=seed)
    tables: dict[str, list[ControlFigure]] = {}
    for each in found:
        tables.setdefault(each.benchmark, []).append(each)
    return [
        {"benchmark": name, "reference": tables[name][0].arm, "rows": [_row(each) for each in tables[name]]}
        for name in benchmark_order(list(tables))
    ]


def _row(figure: ControlFigure) -> dict[str, Any]:
    group = "" if figure.group == "all" else f", {figure.group}"
    return asdict(figure) | {"label": metric_label(figure.metric) + group, "repeats": len(figure.models)}
