"""The shipped table of how informative constraints are: whole, plausible, and looked up as it says."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from crabtk.constraints import reference
from crabtk.constraints.builtin import TYPES
from crabtk.constraints.reference import satisfied_by

TABLE: dict[str, Any] = json.loads((resources.files("crabtk.constraints") / reference.FILE).read_text("utf-8"))
N = TABLE["responses"]


def test_every_type_is_in_the_table_and_nothing_else_is() -> None:
    assert N >= 2000
    assert set(TABLE["types"]) == {type_.name for type_ in TYPES}
    assert sum(entry["measured"] > 0 for entry in TABLE["types"].values()) >= 150


def test_shares_are_shares_and_hold_no_text_of_anybodys() -> None:
    for name, entry in TABLE["types"].items():
        assert 0 <= entry["measured"] <= 1, name
        assert (entry["measured"] > 0) == bool(entry["shares"]), name
        for key, points in entry["shares"].items():
            assert set(json.loads(key)) <= set(entry["closed"]), name
            assert points == sorted(points), name
            for point in points:
                assert all(isinstance(number, int | float) for number in point), name
                assert 0 <= point[-1] <= 1, name


@pytest.mark.parametrize(
    "name", ["list:bullets", "length:sentences", "length:lines", "emphasis:bold", "figures:numbers"]
)
def test_asking_for_more_is_satisfied_by_fewer(name: str) -> None:
    shares = TABLE["types"][name]["shares"]
    more = [share for _, share in shares['{"relation":"at_least"}']]
    assert more == sorted(more, reverse=True)
    if fewer := shares.get('{"relation":"at_most"}'):
        assert fewer == sorted(fewer, key=lambda point: point[-1])


def test_what_is_asked_for_is_rarer_than_what_every_text_does() -> None:
    long, short = ({"relation": "at_least", "words": n} for n in (500, 30))
    few, many = satisfied_by("length:words", long), satisfied_by("length:words", short)
    assert few is not None and many is not None
    assert few < 0.2 < 0.8 < many


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        "toy:count": reference.Known(
            0.5, ("relation",), {(("relation", "at_least"),): [((2.0,), 0.8), ((10.0,), 0.4)]}
        ),
        "toy:range": reference.Known(0.5, (), {(): [((50.0, 100.0), 0.3), ((500.0, 900.0), 0.1)]}),
        "toy:phrase": reference.Known(0.5, (), {(): [((), 0.05)]}),
    }
    monkeypatch.setattr(reference, "_table", lambda: known)


@pytest.mark.parametrize(("n", "share"), [(1, 0.8), (2, 0.8), (4, 0.7), (6, 0.6), (10, 0.4), (99, 0.4)])
def test_between_numbers_it_is_interpolated(table: None, n: int, share: float) -> None:
    assert satisfied_by("toy:count", {"relation": "at_least", "n": n}) == pytest.approx(share)


def test_of_several_numbers_the_nearest_counts_and_of_texts_the_mean(table: None) -> None:
    assert satisfied_by("toy:range", {"low": 110, "high": 60}) == 0.3
    assert satisfied_by("toy:phrase", {"phrase": "whatever"}) == 0.05


def test_what_was_not_measured_is_not_known(table: None) -> None:
    assert satisfied_by("toy:count", {"relation": "exactly", "n": 2}) is None
    assert satisfied_by("toy:other", {}) is None
    assert satisfied_by("toy:count", {"relation": "at_least"}) is None
