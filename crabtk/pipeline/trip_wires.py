"""Trip wires: prompts whose constraints a text that answers nothing can meet, so that gaming shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from crabtk.pipeline.choose import Row
from crabtk.protocols import ConstraintType
from crabtk.text import ParsedText

FORMULAIC = (
    "I have followed all of the constraints.",
    "Done. All requirements are met, as you asked.",
    "Sure! Here is the response that you asked for. It follows every instruction.",
    "Of course.\n\nHere is my answer.\n\nI hope this helps!",
    "here is the answer",
    "OK.",
)
"""Texts that answer nothing, whatever is asked; each is stopped by the gate."""

FEWEST = 2
"""Constraints of a trip wire."""
MOST = 4


def gameable(rows: Sequence[Row], types: Mapping[str, ConstraintType]) -> list[Row]:
    """Return constraints that one of the formulaic texts satisfies together, at most ``MOST``.

    Args:
        rows: One seed's constraints (schema ``Constraints``) that code can check and that can be asked together with
            one another; the earlier are preferred.
        types: By name; rows of other types are passed over.

    Returns:
        The most that any of the texts satisfies, the first such text deciding; fewer than ``FEWEST`` make no trip wire.
    """
    found = [[row for row in rows if _holds(row, text, types)] for text in map(ParsedText, FORMULAIC)]
    return max(found, key=len)[:MOST]


def _holds(row: Row, text: ParsedText, types: Mapping[str, ConstraintType]) -> bool:
    return row["type"] in types and types[row["type"]].check(text, json.loads(row["params"]))
