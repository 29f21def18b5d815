"""Trip wires: prompts whose constraints a text that answers nothing can meet, so that gaming shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from crabtk.pipeline.choose import Row
from crabtk.pipeline.intent import answer_is_given, answers_by_words, without
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
"""Texts that answer nothing; on a trip wire the gate stops each of them."""

FEWEST = 2
"""Constraints of a trip wire."""
MOST = 4


def gameable(rows: Sequence[Row], types: Mapping[str, ConstraintType], instruction: str) -> list[Row]:
    """Return constraints that one of the formulaic texts satisfies together, at most ``MOST``.

    Args:
        rows: One seed's constraints (schema ``Constraints``) that code can check and that can be asked together with
            one another; the earlier are preferred.
        types: By name; rows of other types are passed over.
        instruction: Of the seed.

    Returns:
        The most that any of the texts satisfies, the first such text deciding; fewer than ``FEWEST`` make no trip wire.
        None where the gate would let one of the texts through, so that to use it would be no gaming.
    """
    # Where the answer is given, as for a copy, words do not tell whether a text answers.
    rows = [row for row in rows if not answer_is_given([row["type"]])]
    found = [[row for row in rows if _holds(row, text, types)] for text in map(ParsedText, FORMULAIC)]
    most = max(found, key=len)[:MOST]
    return most if _gated(instruction, most) else []


def _gated(instruction: str, rows: Sequence[Row]) -> bool:
    """Tell whether the gate by words stops every formulaic text where these constraints are asked for."""
    wordings, types = ([row[name] for row in rows] for name in ("text", "type"))
    asked = without(instruction, wordings)
    return all(answers_by_words(asked, text, wordings, types) is False for text in FORMULAIC)


def _holds(row: Row, text: ParsedText, types: Mapping[str, ConstraintType]) -> bool:
    if row["type"] not in types:
        return False
    try:
        return types[row["type"]].check(text, json.loads(row["params"]))
    except Exception:  # a type may be anybody's, and one that raises cannot be gamed
        return False
