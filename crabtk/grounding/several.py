"""Several constraints found in one text: those of one type that say one thing together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crabtk.grounding.rule import Typed

_RANGES = {"length:words": "words", "length:characters": "characters"}
"""Types that have a range of their own, with the parameter of their bounds."""
_REPEATABLE = ("keyword:", "letter:", "punctuation:absent", "punctuation:count", "emphasis:keyword", "heading:text")
"""Types that may be asked twice, of different things."""


def together(found: Sequence[Typed]) -> Sequence[Typed]:
    """Join bounds into ranges; nothing where two of one type cannot be asked together.

    A lower and an upper bound on one thing are a range. Any other pair about one thing says one of them twice, or two
    things that exclude one another: then the text was misread.
    """
    by_thing: dict[tuple[str, str], list[Typed]] = {}
    for name, params in found:
        if (name, params) in by_thing.get((name, _thing(name, params)), ()):
            continue
        by_thing.setdefault((name, _thing(name, params)), []).append((name, params))
    names = [name for name, _ in by_thing]
    if any(names.count(name) > 1 and not name.startswith(_REPEATABLE) for name in names):
        return ()
    joined: list[Typed] = []
    for (name, _), same in by_thing.items():
        one = _range(name, same)
        if not one:
            return ()
        joined += one
    return joined


def _thing(name: str, params: dict[str, Any]) -> str:
    """Return what the constraint is about, its bound aside."""
    bounds = ("relation", "n", "words", "characters", "low", "high")
    return repr(sorted((key, value) for key, value in params.items() if key not in bounds or "relation" not in params))


def _range(name: str, same: Sequence[Typed]) -> Sequence[Typed]:
    if len(same) == 1:
        return same
    (_, low), (_, high) = same[:2]
    if low.get("relation") == "at_most":
        low, high = high, low
    if len(same) > 2 or (low.get("relation"), high.get("relation")) != ("at_least", "at_most"):
        return ()
    bound = _RANGES.get(name, "n")
    if low[bound] > high[bound]:
        return ()
    if name in _RANGES:
        return [(name, {"relation": "between", "low": low[bound], "high": high[bound]})]
    return same
