"""The ledger of rejected rows, grouped by stage and reason."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from crabtk.reporting.formats import clip

_PARTICULARS = re.compile(r'("[^"]*"|“[^”]*”|`[^`]*`|\d+(?:[.,]\d+)*)')
"""What differs between rows that one rule refused: quoted texts and numbers."""
_Rule = tuple[str, ...]
"""What stands between the particulars."""
_RAW_SHOWN = 300
_REASON_SHOWN = 400


def refusals(ledger: pl.DataFrame) -> list[dict[str, Any]]:
    """Group rejected rows.

    Returns:
        Per stage, in order of appearance: ``stage``, ``count`` and ``reasons``, most frequent first. A reason has
        ``reason`` (with … for what differs between its rows), ``count`` and ``first``: the first row's ``file``,
        ``row``, ``key``, ``reason`` and the start of its ``raw`` text.
    """
    stages: dict[str, dict[_Rule, list[dict[str, Any]]]] = {}
    for row in ledger.iter_rows(named=True):
        stages.setdefault(row["stage"], {}).setdefault(_rule(row["reason"]), []).append(row)
    return [_stage(stage, rules) for stage, rules in stages.items()]


def _stage(stage: str, rules: dict[_Rule, list[dict[str, Any]]]) -> dict[str, Any]:
    reasons = [_reason(rows) for rows in rules.values()]
    reasons.sort(key=lambda each: -each["count"])
    return {"stage": stage, "count": sum(each["count"] for each in reasons), "reasons": reasons}


def _reason(rows: list[dict[str, Any]]) -> dict[str, Any]:
    first = {key: rows[0][key] for key in ("file", "row", "key")}
    first |= {"reason": clip(rows[0]["reason"], _REASON_SHOWN), "raw": clip(rows[0]["raw"], _RAW_SHOWN)}
    shared = _shared([row["reason"] for row in rows])
    return {"reason": clip(shared, _REASON_SHOWN), "count": len(rows), "first": first}


def _rule(reason: str) -> _Rule:
    return tuple(_PARTICULARS.split(reason)[::2])


def _shared(reasons: list[str]) -> str:
    """Return what reasons of one rule have in common, with … for each particular that differs."""
    columns = zip(*map(_PARTICULARS.split, dict.fromkeys(reasons)), strict=True)
    return "".join(found.pop() if len(found := set(parts)) == 1 else "…" for parts in columns)
