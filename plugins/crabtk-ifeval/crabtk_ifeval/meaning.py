"""Relations between the reference's keyword arguments and the parameters of canonical constraints."""

from __future__ import annotations

from typing import Any

from crabtk import Constraint, Params
from crabtk_ifeval.arguments import AT_LEAST, LESS_THAN, Arguments


def bound(args: Arguments, relation: str, number: str, n: int) -> dict[str, Any]:
    """Return ``relation`` and ``n`` of a counted type; "less than 5" is at most 4.

    Raises:
        VerificationError: Nothing is less than 0.
    """
    if args.relation(relation) == AT_LEAST:
        return {"relation": "at_least", "n": n}
    if n < 1:
        raise args.unfit(number, 'at least 1 where the relation is "less than"')
    return {"relation": "at_most", "n": n - 1}


def relation_of(params: Params) -> tuple[str, int] | None:
    """Return the reference's relation and number for a counted constraint; it has none for "exactly"."""
    n = params.get("n")
    if not isinstance(n, int):
        return None
    if params.get("relation") == "at_least":
        return AT_LEAST, n
    return (LESS_THAN, n + 1) if params.get("relation") == "at_most" else None


def one(type_: str, **params: Any) -> list[Constraint]:
    """Return a single constraint."""
    return [Constraint(type_, params)]
