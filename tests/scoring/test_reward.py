"""The number that a reward is: aggregation, weights, the gate."""

from __future__ import annotations

import pytest

from crabtk.scoring.reward import reward, weight

SCORES = [("keyword:count", 1.0), ("keyword:place", 0.5), ("length:words", 0.0)]


def test_mean_is_that_of_the_scores() -> None:
    assert reward(SCORES, aggregate="mean") == 0.5


def test_all_is_one_only_where_each_holds() -> None:
    assert reward(SCORES, aggregate="all") == 0.0
    assert reward([("a:b", 1.0), ("a:c", 0.999)], aggregate="all") == 0.0
    assert reward([("a:b", 1.0), ("a:c", 1.0)], aggregate="all") == 1.0


def test_weights_count_in_weighted_alone_and_the_name_wins_over_the_family() -> None:
    weights = {"keyword": 2.0, "keyword:place": 4.0, "length:*": 0.0}
    assert reward(SCORES, aggregate="weighted", weights=weights) == pytest.approx((2 * 1 + 4 * 0.5) / 6)
    assert reward(SCORES, aggregate="mean", weights=weights) == 0.5
    assert weight("list:items", weights) == 1.0
    assert weight("list:items", {"*": 3.0}) == 3.0


def test_weights_that_leave_nothing_give_nothing() -> None:
    assert reward(SCORES, aggregate="weighted", weights={"*": 0.0}) == 0.0


@pytest.mark.parametrize("aggregate", ["mean", "all", "weighted"])
def test_the_gate_stops_what_is_off_topic_and_lets_pass_what_it_cannot_tell(aggregate: str) -> None:
    full = [("a:b", 1.0)]
    assert reward(full, aggregate=aggregate, on_topic=False) == 0.0  # type: ignore[arg-type]
    assert reward(full, aggregate=aggregate, on_topic=None) == 1.0  # type: ignore[arg-type]
    assert reward(full, aggregate=aggregate, on_topic=True) == 1.0  # type: ignore[arg-type]
    assert reward([], aggregate=aggregate) == 0.0  # type: ignore[arg-type]
