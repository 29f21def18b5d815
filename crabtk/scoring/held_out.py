"""The benchmarks that every run has: its own held-out and dev splits, graded by the types' own checks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from crabtk.text import ParsedText
from crabtk.types import BenchmarkItem, Grade, Message, Split

if TYPE_CHECKING:
    import polars as pl

    from crabtk.protocols import Checks


class HeldOut:
    """Held-out prompts with the constraints that code can check."""

    name: ClassVar[str] = "held_out"
    split: ClassVar[Split] = "held_out"

    def items(self, tables: Mapping[str, pl.DataFrame]) -> Sequence[BenchmarkItem]:
        """Return the split's forward examples without their target; payload: each constraint's type and parameters.

        Those made of one instruction, which several sources answer, are a cluster.
        """
        constraints = {row["constraint_id"]: row for row in tables["constraints"].iter_rows(named=True)}
        return [
            BenchmarkItem(
                row["example_id"],
                tuple(Message(m["role"], m["content"]) for m in row["messages"][:-1]),
                {"constraints": [_payload(constraints[name]) for name in row["constraint_ids"]]},
                cluster=row["instruction_id"],
            )
            for row in tables["crab"].iter_rows(named=True)
            if row["split"] == self.split and row["kind"] == "forward"
        ]

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> Sequence[Grade]:
        """Check each constraint on the response as it stands; there is no loose reading of our own constraints."""
        asked = item.payload["constraints"]
        return [Grade(c["type"], checks.types[c["type"]].check(response, c["params"])) for c in asked]


class Dev(HeldOut):
    """The prompts that choices may be made on: which checkpoint, which settings."""

    name: ClassVar[str] = "dev"
    split: ClassVar[Split] = "dev"


def _payload(row: Mapping[str, str]) -> dict[str, object]:
    return {"type": row["type"], "params": json.loads(row["params"])}
