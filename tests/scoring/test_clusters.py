"""Prompts that are not independent, such as the turns of one conversation: what intervals and tests make of them."""

from __future__ import annotations

import numpy as np
import pytest

from crabtk.scoring.aggregate import aggregate
from crabtk.scoring.bootstrap import cluster_interval, difference_interval, wilson
from crabtk.scoring.compare import compare
from crabtk.scoring.controls import compare_controls
from crabtk.scoring.paired import mcnemar, sign_flip
from tests.scoring.verdicts import Row, responses, table

TURNS = {f"{key}#{turn}": f"{key}#1" for key in "12345" for turn in "123"}
BEFORE = {"1#1": "A", "1#2": "AB", "2#1": "a", "2#2": "ab", "3#1": "a", "3#2": "Ab", "4#1": "A"}
AFTER = {"1#1": "A", "1#2": "AB", "2#1": "A", "2#2": "AB", "3#1": "A", "3#2": "AB", "4#1": "a"}


def test_intervals_draw_conversations() -> None:
    found = aggregate(table(responses("base", BEFORE), TURNS), seed=3)
    ends = {(row["metric"], row["group"]): (row["low"], row["high"]) for row in found.iter_rows(named=True)}
    assert ends["prompt_strict", "all"] == cluster_interval([2, 0, 0, 1], [2, 2, 2, 1], seed=3) != wilson(3, 7)
    assert ends["constraint_strict", "all"] == cluster_interval([3, 0, 1, 1], [3, 3, 3, 1], seed=3)
    assert ends["constraint_strict", "type f:a"] == cluster_interval([2, 0, 1, 1], [2, 2, 2, 1], seed=3)
    assert ends["prompt_strict", "constraints 2"] == wilson(1, 3), "one turn of each conversation has two constraints"


def test_conversations_that_do_not_differ_count_as_one_trial_each() -> None:
    passed = {f"{key}#{turn}": "A" for key in "12345" for turn in "123"}
    found = aggregate(table(responses("base", passed), TURNS)).filter(group="all")
    assert {(row["low"], row["high"]) for row in found.iter_rows(named=True)} == {wilson(5, 5)}


def test_models_are_tested_by_conversation() -> None:
    rows = responses("base", BEFORE) + responses("sft", AFTER)
    (found,) = compare(table(rows, TURNS), [("base", "sft")], seed=1)
    assert (found.gained, found.lost) == (("2#1", "2#2", "3#1", "3#2"), ("4#1",))
    assert (found.prompts.test, found.prompts.count) == ("sign_flip", 7)
    assert found.prompts.p_value == sign_flip([1.0, 1.0, -1.0], seed=1)
    ends = difference_interval([2, 0, 0, 1], [2, 2, 2, 0], [2, 2, 2, 1], seed=1)
    assert (found.prompts.low, found.prompts.high) == ends
    assert found.constraints.p_value == sign_flip([1.0, 2 / 3, -1.0], seed=1)
    # Of type b each conversation has one constraint, and what has one is tested as ever.
    assert (found.types["f:b"].test, found.types["f:b"].p_value) == ("mcnemar", mcnemar(2, 0))
    (alone,) = compare(table(rows), [("base", "sft")], seed=1)
    assert (alone.prompts.test, alone.prompts.p_value) == ("mcnemar", mcnemar(4, 1))


def test_controls_are_tested_by_conversation() -> None:
    rows = responses("ours", BEFORE) + responses("plain", AFTER)
    figures = {(each.arm, each.metric): each for each in compare_controls(table(rows, TURNS), seed=1)}
    plain = figures["plain", "prompt_strict"]
    assert (plain.prompts, plain.values) == (7, (6 / 7,))
    assert plain.p_value == sign_flip([1.0, 1.0, -1.0], seed=1)
    assert figures["plain", "constraint_strict"].p_value == sign_flip([1.0, 2 / 3, -1.0], seed=1)


def test_order_of_grades_shapes_nothing() -> None:
    rows = table(responses("base", BEFORE) + responses("sft", AFTER), TURNS)
    assert aggregate(rows).equals(aggregate(rows.reverse()))
    by_item = rows.sort("item_id", descending=True, maintain_order=True)
    assert compare(by_item, [("base", "sft")], seed=1) == compare(rows, [("base", "sft")], seed=1)


@pytest.mark.parametrize("name", ["item-{}", "{}"])
def test_where_each_prompt_is_its_own_cluster_its_name_shapes_nothing(name: str) -> None:
    rows = responses("base", BEFORE) + responses("sft", AFTER)
    named = table(rows, {item: name.format(9 - place) for place, item in enumerate(BEFORE)})
    assert aggregate(named).equals(aggregate(table(rows)))
    assert compare(named, [("base", "sft")], seed=1) == compare(table(rows), [("base", "sft")], seed=1)


CONVERSATIONS, SHARE = 40, 0.55


def _conversations(rng: np.random.Generator, model: str) -> list[Row]:
    """Draw turns whose one to three constraints hold at a rate of the conversation's own, around ``SHARE``."""
    rates = rng.beta(0.8 * SHARE, 0.8 * (1 - SHARE), CONVERSATIONS)
    return [
        (model, "multi_if", f"{key:03d}#{turn}", "f:t", bool(rng.random() < rates[key]))
        for key in range(CONVERSATIONS)
        for turn in (1, 2, 3)
        for _ in range(turn)
    ]


def _passed() -> float:
    """Return the true share of turns that pass: the mean of rate, rate² and rate³ over conversations."""
    one, other = 0.8 * SHARE, 0.8 * (1 - SHARE)
    moments = np.cumprod([(one + n) / (one + other + n) for n in range(3)])
    return float(moments.mean())


def test_of_two_equal_models_intervals_and_tests_say_what_they_should() -> None:
    """With turns taken for independent, intervals cover 8 of 10 times, and 1 of 6 tests rejects."""
    rng, covered, rejected = np.random.default_rng(7), {"prompt_strict": 0, "constraint_strict": 0}, [0, 0]
    truth, draws = {"prompt_strict": _passed(), "constraint_strict": SHARE}, 60
    for _ in range(draws):
        rows = [row for model in ("base", "sft") for row in _conversations(rng, model)]
        grades = table(rows, {item: item[:3] + "#1" for _, _, item, *_ in rows})
        for row in aggregate(grades.filter(model="base")).filter(group="all").iter_rows(named=True):
            covered[row["metric"]] += row["low"] <= truth[row["metric"]] <= row["high"]
        (found,) = compare(grades, [("base", "sft")], seed=1)
        for place, each in enumerate((found.prompts, found.constraints)):
            rejected[place] += each.p_value is not None and each.p_value < 0.05
    assert min(covered.values()) >= 0.9 * draws, covered
    assert max(rejected) <= 0.1 * draws, rejected
