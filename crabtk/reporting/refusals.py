"""The ledger of rejected rows, grouped by stage and reason."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from crabtk.reporting.formats import clip

_PARTICULARS = re.compile(r'"[^"]*"|\'[^\']*\'|“[^”]*”|`[^`]*`|\d+(?:[.,]\d+)*')
"""What differs between rows that one rule refused: quoted texts and numbers."""
_RAW_SHOWN = 300
_REASON_SHOWN = 400


def refusals(ledger: pl.DataFrame) -> list[dict[str, Any]]:
    """Group rejected rows.

    Returns:
        Per stage, in order of appearance: ``stage``, ``count`` and ``reasons``, most frequent first. A reason has
        ``reason`` (with … for what differs between its rows), ``count`` and ``first``: the first row's ``file``,
        ``row``, ``key``, ``reason`` and the start of its ``raw`` text.
    """
    stages: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in ledger.iter_rows(named=True):
        stages.setdefault(row["stage"], {}).setdefault(_rule(row["reason"]), []).append(row)
    return [_stage(stage, rules) for stage, rules in stages.items()]


def _stage(stage: str, rules: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    reasons = [_reason(rule, rows) for rule, rows in rules.items()]
    reasons.sort(key=lambda each: -each["count"])
    return {"stage": stage, "count": sum(each["count"] for each in reasons), "reasons": reasons}


def _reason(rule: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    same = len({row["reason"] for row in rows}) == 1
    first = {key: rows[0][key] for key in ("file", "row", "key")}
    first |= {"reason": clip(rows[0]["reason"], _REASON_SHOWN), "raw": clip(rows[0]["raw"], _RAW_SHOWN)}
    return {"reason": clip(rows[0]["reason"] if same else rule, _REASON_SHOWN), "count": len(rows), "first": first}


def _rule(reason: str) -> str:
    return _PARTICULARS.sub("…", reason)
