"""Which groups rules judge, and their verdicts: those of the release, judged here by code of our own.

Source:
    FollowBench's rule-based evaluation, arXiv 2310.20410. One verdict per response: all of its level, or nothing.
"""

from __future__ import annotations

from crabtk_followbench.ladders import LADDERS, table_care
from crabtk_followbench.rows import Row
from crabtk_followbench.targets import COMPARISONS, fills, names, template

_TABLE_CARE = "format 22"


def rule(row: Row) -> str | None:
    """Return the name of the rule that judges a row; None where a judge does.

    Raises:
        ValueError: The row's target is not of the form that its rule reads.
    """
    if row.category == "example":
        if template(row.target).count("{answer}") != 1:
            raise ValueError(f"the target {row.target[:80]!r} has no single {{answer}}")
        return "example"
    group = f"{row.category} {row.group}"
    if group == _TABLE_CARE or group in LADDERS:
        return group
    if row.source == "CONLL2003":
        names(row.target)
    return row.source if row.source in COMPARISONS or row.source in LADDERS else None


def holds(name: str, level: int, target: str, response: str) -> bool:
    """Tell whether a response has all that its level asks for.

    Args:
        name: As ``rule`` gave it.
        level: 1 to 5.
        target: Of the row.
        response: What is compared, character by character.
    """
    if name == _TABLE_CARE:
        return table_care(level, response)
    if name in LADDERS:
        return all(condition(response) for condition in LADDERS[name][:level])
    return fills(response, target) if name == "example" else COMPARISONS[name](response, target)
