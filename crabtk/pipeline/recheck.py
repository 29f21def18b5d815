"""The truth of a finished dataset: every constraint that code can check, checked once more."""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl

from crabtk.protocols import ConstraintType
from crabtk.text import ParsedText


def recheck(crab: pl.DataFrame, constraints: pl.DataFrame, types: Mapping[str, ConstraintType]) -> dict[str, int]:
    """Check the constraints of forward examples on the responses that stand in the dataset.

    Returns:
        ``checked``: how many (example, constraint) pairs code could check; ``held``: how many hold.
    """
    known = {row["constraint_id"]: row for row in constraints.iter_rows(named=True)}
    verdicts: list[bool] = []
    for row in crab.filter(pl.col("kind") == "forward").iter_rows(named=True):
        text = ParsedText(row["messages"][-1]["content"])
        for name in row["constraint_ids"]:
            constraint = known[name]
            if constraint["type"] in types:
                verdicts.append(types[constraint["type"]].check(text, json.loads(constraint["params"])))
    return {"checked": len(verdicts), "held": sum(verdicts)}
