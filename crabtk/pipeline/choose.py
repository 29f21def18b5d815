"""Which of a seed's constraints an example asks for."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crabtk.pipeline.judge import REFINED
from crabtk.settings import Composition, selects
from crabtk.types import Split

Row = Mapping[str, Any]
_MOST_OF_A_FAMILY = 2
UNKNOWN_INFORMATIVE = 0.5
"""Of constraints of which code cannot tell; between the commonplace and the rare."""


def may_ask(rows: Sequence[Row], split: Split, settings: Composition) -> list[Row]:
    """Return the constraints that an example of a split may ask for.

    Training examples: those whose type is not kept out. Others: those that code can check, so that they can be scored.
    """
    if split == "train":
        return [row for row in rows if not selects(settings.kept_out, row["type"])]
    return [row for row in rows if row["judged_by"] == "code"]


def choose(rows: Sequence[Row], settings: Composition, rng: random.Random) -> list[Row]:
    """Choose constraints that can be asked together, in random order; the order of ``rows`` does not matter.

    Each constraint enters the draw with its type's weight; of those in the draw the informative are preferred. If
    the draw gives too few, the rest fills up in the same way. What every other response satisfies too is never
    asked, and no two chosen ones conflict or share a type. A family gives a third one only where the others have
    nothing left: it may have many types, and an example should not ask for keywords alone.

    Where some of the types are kept out of training and some are not, half of the chosen are of each, as far as the
    rows allow, so that the example tells apart what was practised and what is carried over.

    Args:
        rows: One seed's constraints that hold and may be asked (schema ``Constraints``); the refined instruction is
            passed over.
        settings: Bounds, weights and the types kept out.
        rng: Of this seed.

    Returns:
        As many as the bounds ask for, at least one; fewer only if the seed has none left that agrees with those
        chosen.
    """
    ordered = sorted(rows, key=lambda row: str(row["constraint_id"]))
    usable = [row for row in ordered if row["type"] != REFINED and row["informative"] != 0.0]
    low, high = settings.constraints
    if rng.random() < settings.any_number:
        low = 1
    wanted = rng.randint(max(1, low), max(1, high))
    drawn = [row for row in usable if rng.random() < weight(row["type"], settings)]
    rest = [row for row in usable if row not in drawn and weight(row["type"], settings) > 0]
    ranked = [*_by_information(drawn, rng), *_by_information(rest, rng)]
    chosen: list[Row] = []
    for rows_of_a_half, at_most in _halves(ranked, wanted, settings, rng):
        _take(chosen, rows_of_a_half, at_most)
    rng.shuffle(chosen)
    return chosen


def _halves(
    ranked: Sequence[Row], wanted: int, settings: Composition, rng: random.Random
) -> Iterator[tuple[Sequence[Row], int]]:
    """Yield what to choose from in turn, each with the number at which to stop."""
    kept_out = [row for row in ranked if selects(settings.kept_out, row["type"])]
    if kept_out and len(kept_out) < len(ranked):
        yield kept_out, (wanted + rng.randrange(2)) // 2
        yield [row for row in ranked if row not in kept_out], wanted
    yield ranked, wanted


def _take(chosen: list[Row], ranked: Sequence[Row], at_most: int) -> None:
    """Add the first that agree with what was chosen, up to so many in all."""
    for most in (_MOST_OF_A_FAMILY, len(ranked)):
        for row in ranked:
            if len(chosen) >= at_most:
                return
            families = [family(other["type"]) for other in chosen]
            if families.count(family(row["type"])) < most and not any(_clash(row, other) for other in chosen):
                chosen.append(row)


def weight(type_: str, settings: Composition) -> float:
    """Return a type's probability: by its name, else its family, else ``*``, else the default."""
    weights = settings.weights
    for name in (type_, f"{family(type_)}:*", family(type_), "*"):
        if name in weights:
            return weights[name]
    return settings.default_weight


def family(type_: str) -> str:
    """Return the part of a type's name before the colon."""
    return type_.partition(":")[0]


def _by_information(rows: Sequence[Row], rng: random.Random) -> list[Row]:
    """Shuffle with preference for informative rows (Efraimidis and Spirakis' weighted draw)."""

    def key(row: Row) -> float:
        informative = UNKNOWN_INFORMATIVE if row["informative"] is None else row["informative"]
        return float(rng.random() ** (1 / (0.05 + informative)))

    return [row for _, row in sorted(((key(row), row) for row in rows), key=lambda pair: -pair[0])]


def _clash(one: Row, other: Row) -> bool:
    return one["type"] == other["type"] or other["constraint_id"] in one["conflicts"]
