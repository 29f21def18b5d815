"""One benchmark judged by two registries: the reference's verdicts beside the wordings', and where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MOST_TYPES = 20


def registry_differences(tables: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Pair the scores of ``NAME`` with those of ``NAME:VARIANT`` on the same prompts.

    Args:
        tables: Of ``score_tables``.

    Returns:
        Per pair ``benchmark``, ``variant``, ``models`` and rows ``overall`` and ``type`` (those that differ, the widest
        ``MOST_TYPES``): ``metric``, ``label``, ``group``, ``cells`` per model with ``value``, ``other`` and ``change``.
        Where a variant is of other prompts (their counts differ), there is no pair.
    """
    by_name = {table["benchmark"]: table for table in tables}
    found = []
    for name, other in by_name.items():
        benchmark, _, variant = name.partition(":")
        if variant and benchmark in by_name:
            overall = _rows(by_name[benchmark], other, "overall")
            if overall:
                pair = {"benchmark": benchmark, "variant": variant, "models": by_name[benchmark]["models"]}
                found.append({**pair, "overall": overall, "type": _differing(by_name[benchmark], other)})
    return found


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [(_widest(row), row) for row in _rows(one, other, "type") if row["metric"] == "constraint_strict"]
    rows.sort(key=lambda each: -each[0])
    return [row for widest, row in rows[:MOST_TYPES] if widest > 0]


def _widest(row: Mapping[str, Any]) -> float:
    return max(abs(float(cell["change"])) for cell in row["cells"] if cell)


def _rows(one: Mapping[str, Any], other: Mapping[str, Any], level: str) -> list[dict[str, Any]]:
    others = {(row["metric"], row["group"]): row for row in other[level]}
    found = []
    for row in one[level]:
        match = others.get((row["metric"], row["group"]))
        if match is None or one["models"] != other["models"]:
            continue
        cells = [_cell(a, b) for a, b in zip(row["cells"], match["cells"], strict=True)]
        if any(cells):
            found.append({**{key: row[key] for key in ("metric", "label", "group", "unit")}, "cells": cells})
    return found


def _cell(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if one is None or other is None or one["count"] != other["count"]:
        return None
    return {"value": one["value"], "other": other["value"], "change": other["value"] - one["value"]}
