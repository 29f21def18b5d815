"""How many: relations and numbers as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Relation = Literal["exactly", "at_least", "at_most", "between", "about", "bare"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A relation and its number; ``between`` has two, ``bare`` says no relation."""

    relation: Relation
    n: int
    high: int = 0

    @property
    def counted(self) -> tuple[str, int] | None:
        """The relation of counted types, by which a bare number is exact; None for ``between`` and ``about``."""
        if self.relation in ("between", "about"):
            return None
        return ("exactly" if self.relation == "bare" else self.relation), self.n


_BEFORE: tuple[tuple[str, Relation, int], ...] = (
    (r"(?:exactly|precisely|only|just)", "exactly", 0),
    (r"(?:at least|at a minimum|(?:no|not) (?:fewer|less) than|(?:a )?minimum of|min\.?)", "at_least", 0),
    (r"(?:more than|over|greater than|in excess of)", "at_least", 1),
    (r"(?:at most|at a maximum|(?:no|not) more than|no longer than|not exceeding|not over|up to|(?:a )?maximum of|"
     r"max\.?|a limit of|within)", "at_most", 0),
    (r"(?:fewer than|less than|under|below|shorter than)", "at_most", -1),
    (r"(?:about|around|roughly|approximately|approx\.?|circa)", "about", 0),
)  # fmt: skip
_AFTER: tuple[tuple[str, Relation], ...] = (
    (r"or more|at least|or above|minimum|at a minimum|and no fewer|and no less|and not less|and not fewer", "at_least"),
    (r"or fewer|or less|at most|or below|maximum|at a maximum|max|tops|and no more|and not more", "at_most"),
    (r"exactly|, no more and no fewer|, no more, no fewer|, no more and no less|, no more, no less|, neither more nor "
     r"(?:fewer|less)", "exactly"),
)  # fmt: skip
_BETWEEN = r"(?:(?:between|from|in the range of) )?(?P<low>\d+)(?: ?- ?| and | to )(?P<high>\d+)"

QUANTITY = (
    "(?:"
    + "|".join(f"(?P<before{number}>{words}) " for number, (words, _, _) in enumerate(_BEFORE))
    + r")?(?P<number>\d+)(?P<plus>\+)?"
)
BETWEEN = _BETWEEN
TAIL = "(?:" + "|".join(f"(?P<after{number}>,? ?(?:{words}))" for number, (words, _) in enumerate(_AFTER)) + ")?"
"""What may follow the unit: ``5 words or fewer``."""


def quantity(match: re.Match[str]) -> Quantity | None:
    """Return what a match of ``QUANTITY`` or ``BETWEEN`` says; None where it says two things at once."""
    groups = match.groupdict()
    if groups.get("low") is not None:
        low, high = int(groups["low"]), int(groups["high"])
        return Quantity("between", low, high) if low <= high and not _after(groups) else None
    n = int(groups["number"])
    before = next((place for place in range(len(_BEFORE)) if groups.get(f"before{place}")), None)
    after = _after(groups)
    if sum((before is not None, after is not None, bool(groups.get("plus")))) > 1:
        return None
    if groups.get("plus"):
        return Quantity("at_least", n)
    if after is not None:
        return Quantity(after, n)
    if before is None:
        return Quantity("bare", n)
    _, relation, shift = _BEFORE[before]
    return Quantity(relation, n + shift) if n + shift >= 0 else None


def _after(groups: dict[str, str | None]) -> Relation | None:
    return next((relation for place, (_, relation) in enumerate(_AFTER) if groups.get(f"after{place}")), None)
