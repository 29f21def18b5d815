"""Types that count one kind of thing in a response."""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import nearness
from crabtk.text import ParsedText
from crabtk.types import Params
from crabtk.wording import Count, Field, OneOf


def _relation(exactly: str, at_least: str, at_most: str) -> OneOf:
    return OneOf({"exactly": exactly, "at_least": at_least, "at_most": at_most})


RELATION: Mapping[str, Field] = {
    "relation": _relation("exactly", "at least", "at most"),
    "relation.cap": _relation("Exactly", "At least", "At most"),
    "relation.firm": _relation("precisely", "no fewer than", "no more than"),
    "relation.limit": _relation("Exact", "Minimum", "Maximum"),
    "relation.must": _relation("must be", "must not fall below", "must not exceed"),
    "relation.tail": _relation(", no more and no fewer", " or more", " or fewer"),
}
"""The relation in the forms that sentences need.

``Use {relation} {n} {n|list|lists}.`` · ``{relation.cap} {n} {n|list|lists}.`` · ``Give me {relation.firm} {n}
{n|list|lists}.`` · ``{relation.limit} number of lists: {n}.`` · ``The number of lists {relation.must} {n}.`` ·
``Could you use {n} {n|list|lists}{relation.tail}?`` (the tail follows the noun).
"""
COUNTED: Mapping[str, Field] = {**RELATION, "n": Count()}
"""Fields of the parameters ``relation`` and ``n``."""


class CountedType(ConstraintType):
    """A number of things: parameters ``relation`` (exactly, at_least, at_most) and ``n``.

    One list of wordings serves all three relations, by the forms of ``COUNTED``.
    """

    fields: ClassVar[Mapping[str, Field]] = COUNTED

    @abstractmethod
    def count(self, text: ParsedText, params: Params) -> int:
        """Return how many there are."""

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        """Compare the count with ``n``; a response without a word fails."""
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        """Return the ratio of count and ``n`` where they differ the wrong way."""
        if not text.words:
            return 0.0
        n = int(params["n"])
        low = None if params["relation"] == "at_most" else n
        high = None if params["relation"] == "at_least" else n
        return nearness(self.count(text, params), low, high)


def exact_or_at_least(count: int, rng: random.Random, most_exact: int = 15) -> Params:
    """Draw "exactly n", or "at least n" with n up to a third below the count.

    Args:
        count: What was counted; at least 1.
        rng: Draws the relation and the slack.
        most_exact: Beyond this, nobody asks for an exact number.
    """
    if count <= most_exact and rng.random() < 0.6:
        return {"relation": "exactly", "n": count}
    return at_least(count, rng)


def at_least(count: int, rng: random.Random) -> Params:
    """Draw "at least n" with n up to a third below the count."""
    return {"relation": "at_least", "n": rng.randint(max(1, (2 * count + 2) // 3), count)}


def at_most(params: Params) -> int | None:
    """Return the upper limit that a counted constraint states, or None."""
    return None if params["relation"] == "at_least" else int(params["n"])
