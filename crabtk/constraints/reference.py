"""How informative a constraint is: what share of real responses satisfies the same parameters without being asked.

The numbers were measured once on real responses (``tools/measure_reference.py``) and are shipped with crabtk.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from math import inf
from typing import Any

from crabtk.types import Params

FILE = "reference.json"


Group = tuple[tuple[str, Any], ...]
"""Closed parameters with their values, by name."""


@dataclass(frozen=True)
class Known:
    """What the reference sample says of one type.

    Attributes:
        measured: Share of the responses on which the type measures.
        closed: Parameters with a closed set of values; texts of others are left out of account.
        shares: For each combination of the closed parameters: the numeric parameters in order of their names, and
            the share of the responses that satisfies them; sorted.
    """

    measured: float
    closed: tuple[str, ...]
    shares: Mapping[Group, Sequence[tuple[tuple[float, ...], float]]]


def known(type_: str) -> Known | None:
    """Return what is known of a type; None where it was not among those measured."""
    return _table().get(type_)


def satisfied_by(type_: str, params: Params) -> float | None:
    """Return the share of the reference responses that satisfies a constraint.

    Between measured numbers it is interpolated, beyond them it is that of the outermost one; of parameters that
    are free texts it is the mean over those that were measured.

    Returns:
        A share in [0, 1]; None where the table cannot tell.
    """
    entry = known(type_)
    if entry is None:
        return None
    group, at = divided(params, entry.closed)
    points = entry.shares.get(group)
    return _at(points, at) if points else None


def divided(params: Params, closed: Sequence[str]) -> tuple[Group, tuple[float, ...]]:
    """Divide parameters into the closed ones and the numeric ones, each by name; free texts are left out."""
    group: list[tuple[str, Any]] = []
    numbers: list[float] = []
    for name in sorted(params):
        value = params[name]
        if name in closed:
            group.append((name, value))
        elif type(value) is int or type(value) is float:  # and no bool, which is an int to isinstance
            numbers.append(float(value))
    return tuple(group), tuple(numbers)


def _at(points: Sequence[tuple[tuple[float, ...], float]], at: tuple[float, ...]) -> float | None:
    if len(points[0][0]) != len(at):
        return None
    if not at:
        return points[0][1]
    place = bisect_left(points, (at, 0.0))
    if len(at) != 1:
        return _nearest(points, at, place)
    if place == 0 or place == len(points) or points[place][0] == at:
        return points[min(place, len(points) - 1)][1]
    ((low,), below), ((high,), above) = points[place - 1], points[place]
    return below + (above - below) * (at[0] - low) / (high - low)


def _nearest(points: Sequence[tuple[tuple[float, ...], float]], at: tuple[float, ...], place: int) -> float:
    """Return the share at the point nearest to some numbers, the first of those equally near.

    From where the numbers would be put, outwards: the further away, the more the first number alone is off.
    """
    best, found = inf, 0
    for numbers in (range(place - 1, -1, -1), range(place, len(points))):
        for number in numbers:
            point = points[number][0]
            distance = abs(point[0] - at[0]) / (abs(at[0]) + 1)
            if distance > best:
                break
            for one, other in zip(point[1:], at[1:], strict=True):
                distance += abs(one - other) / (abs(other) + 1)
            if distance < best or (distance == best and number < found):
                best, found = distance, number
    return points[found][1]


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Known]:
    file = resources.files("crabtk.constraints") / FILE
    if not file.is_file():
        return {}
    return {
        name: Known(
            entry["measured"],
            tuple(entry["closed"]),
            {
                tuple(json.loads(key).items()): [(tuple(point[:-1]), point[-1]) for point in points]
                for key, points in entry["shares"].items()
            },
        )
        for name, entry in json.loads(file.read_text("utf-8"))["types"].items()
    }
