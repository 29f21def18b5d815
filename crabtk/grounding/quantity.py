"""How many: relations and numbers as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Relation = Literal["exactly", "at_least", "at_most", "between", "about", "only", "bare"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A relation and its number; ``between`` has two, ``bare`` says no relation.

    "Only three" is exactly three to some and at most three to others.
    """

    relation: Relation
    n: int
    high: int = 0

    @property
    def bounds(self) -> tuple[tuple[str, int], ...]:
        """What counted types can say of it, by which a bare number is exact; nothing where they cannot."""
        if self.relation in ("about", "only") or self.n < 0 or (self.n < 1 and self.relation != "exactly"):
            return ()
        if self.relation == "between":
            return ("at_least", self.n), ("at_most", self.high)
        return ((("exactly" if self.relation == "bare" else self.relation), self.n),)


WHOLE = (
    r"(?:(?:your|the|this|my|an?) )?(?:(?:entire|whole|full|complete|total|overall) )?"
    r"(?:response|answer|reply|text|output|message|essay|article|poem|story|tweet|email|writing)"
    r"(?:'s (?:total )?length)?"
)
"""How the response is called."""
_MORE = r"(?:more|longer|greater)(?: words)? than"
_NOT_BE = r"(?:do not|don't|must not|should not|not|never) (?:(?:be|use|write|include|have|contain|go|run|stay) )?"
_BEFORE: tuple[tuple[str, Relation, int], ...] = (
    (r"(?:exactly|precisely)", "exactly", 0),
    (r"(?:only|just)", "only", 0),
    (r"(?:at least|at the (?:very )?least|at a minimum|(?:no|not) (?:fewer|less|shorter) than|"
     rf"{_NOT_BE}(?:fewer|less|shorter) than|(?:a )?minimum (?:length )?of|min\.?)", "at_least", 0),
    (r"(?:more than|longer than|over|greater than|in excess of|upwards of|exceed|exceeding|exceeds)", "at_least", 1),
    (rf"(?:at most|at the (?:very )?most|at a maximum|no {_MORE}|{_NOT_BE}{_MORE}|not exceeding|not over|"
     r"(?:do not|don't|must not|should not|may not|not|never|not to) (?:exceed|go (?:over|above|beyond)|surpass)|"
     r"up to(?: a maximum of)?|(?:a )?maximum (?:length )?of|max\.?|a limit of|within|"
     rf"(?:limit|keep|restrict|confine) (?:it|yourself|{WHOLE}) to(?: (?:at most|a maximum of|no more than|max\.?))?|"
     r"limited to(?: (?:at most|a maximum of|no more than))?|keep to)", "at_most", 0),
    (r"(?:fewer than|less than|under|below|shorter than)", "at_most", -1),
    (r"(?:about|around|roughly|approximately|approx\.?|circa)", "about", 0),
)  # fmt: skip
_AFTER: tuple[tuple[str, Relation], ...] = (
    (r"or more|or longer|at least|at the least|or above|minimum|at a minimum|and no fewer|and no less|and not less|"
     r"and not fewer", "at_least"),
    (r"or fewer|or less|or shorter|at most|at the most|or below|maximum|at a maximum|max|tops|and no more|"
     r"and not more", "at_most"),
    (r"exactly|, no more and no fewer|, no more, no fewer|, no more and no less|, no more, no less|, neither more nor "
     r"(?:fewer|less)|, no more or less", "exactly"),
)  # fmt: skip
BETWEEN = r"(?:(?:between|from|in the range of|anywhere between) )?(?P<low>\d+)(?: ?- ?| and | to )(?P<high>\d+)"
QUANTITY = (
    "(?:"
    + "|".join(f"(?P<before{number}>{words}) " for number, (words, _, _) in enumerate(_BEFORE))
    + r")?(?P<number>\d+)(?P<plus>\+)?"
)
MANY = f"(?:{QUANTITY}|{BETWEEN})"
TAIL = "(?:" + "|".join(f"(?P<after{number}>,? ?(?:{words}))" for number, (words, _) in enumerate(_AFTER)) + ")?"
"""What may follow the unit: ``5 words or fewer``."""


def quantity(match: re.Match[str]) -> Quantity | None:
    """Return what a match of ``MANY`` and ``TAIL`` says; None where it says two things at once."""
    groups = match.groupdict()
    after = next((relation for place, (_, relation) in enumerate(_AFTER) if groups.get(f"after{place}")), None)
    if groups.get("low") is not None:
        low, high = int(groups["low"]), int(groups["high"])
        return Quantity("between", low, high) if low <= high and after is None else None
    n = int(groups["number"])
    before = next((place for place in range(len(_BEFORE)) if groups.get(f"before{place}")), None)
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
