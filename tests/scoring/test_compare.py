"""Comparisons of models on constructed grades, worked by hand."""

from __future__ import annotations

import pytest

from crabtk.scoring.bootstrap import paired_interval
from crabtk.scoring.compare import Comparison, compare, usual_pairs
from crabtk.scoring.models import ordered
from crabtk.scoring.paired import sign_flip
from tests.scoring.verdicts import responses, table

BEFORE = {"1": "AbC", "2": "ab", "3": "A", "4": "a", "5": "AA"}
AFTER = {"1": "ABC", "2": "AB", "3": "a", "4": "a", "5": "Aa"}


def only(found: list[Comparison]) -> Comparison:
    (comparison,) = found
    return comparison


def test_prompts_gained_and_lost() -> None:
    found = only(compare(table(responses("base", BEFORE) + responses("sft", AFTER)), [("base", "sft")], seed=1))
    assert (found.benchmark, found.before, found.after, found.left_out) == ("held_out", "base", "sft", 0)
    assert (found.gained, found.lost) == (("1", "2"), ("3", "5"))
    prompts = found.prompts
    assert (prompts.count, prompts.before, prompts.after, prompts.change, prompts.p_value) == (5, 0.4, 0.4, 0, 1.0)
    assert (prompts.low, prompts.high) == paired_interval(2, 2, 5)


def test_constraints_are_tested_by_each_prompts_share() -> None:
    found = only(compare(table(responses("base", BEFORE) + responses("sft", AFTER)), [("base", "sft")], seed=1))
    constraints = found.constraints
    assert (constraints.count, constraints.before, constraints.after) == (9, 5 / 9, 6 / 9)
    assert constraints.change == pytest.approx(1 / 9)
    assert constraints.p_value == sign_flip([1 / 3, 1.0, -1.0, 0.0, -0.5], seed=9)
    assert constraints.low < 0 < constraints.high


def test_types_are_tested_apart_and_adjusted_for_their_number() -> None:
    before = {str(n): "abc" for n in range(8)}
    after = {str(n): "AB"[: 1 + (n > 1)] + "b"[: n < 2] + "c" for n in range(8)}
    found = only(compare(table(responses("base", before) + responses("sft", after)), [("base", "sft")], seed=1))
    assert {name: each.change for name, each in found.types.items()} == {"f:a": 1.0, "f:b": 6 / 8, "f:c": 0.0}
    assert found.types["f:a"].p_value == pytest.approx(2 / 2**8)
    assert found.types["f:a"].adjusted == pytest.approx(2 * 2 / 2**8), "of the two that have a p-value"
    assert found.types["f:b"].adjusted == found.types["f:b"].p_value == pytest.approx(2 / 2**6)
    assert (found.types["f:c"].p_value, found.types["f:c"].adjusted) == (None, None)


def test_families_and_numbers_of_constraints_are_tested_apart_and_adjusted() -> None:
    before = {f"{n}{number}": "a" * number for n in range(8) for number in (1, 2)}
    after = {item: letters.upper() if letters == "a" else "Aa" for item, letters in before.items()}
    rows = responses("base", before) + responses("sft", after)
    rows = [(*row[:3], "g:a" if row[2] == "71" else row[3], row[4]) for row in rows]
    found = only(compare(table(rows), [("base", "sft")], seed=1))
    assert {name: (each.count, each.change) for name, each in found.families.items()} == {
        "f": (23, 15 / 23),
        "g": (1, 1.0),
    }
    one, two = found.numbers[1], found.numbers[2]
    assert (one.count, one.change, one.test, one.p_value) == (8, 1.0, "mcnemar", pytest.approx(2 / 2**8))
    assert (two.count, two.change, two.test, two.p_value) == (16, 0.5, "sign_flip", pytest.approx(2 / 2**8))
    assert one.adjusted == two.adjusted == pytest.approx(2 * 2 / 2**8)
    assert found.families["g"].adjusted == found.families["g"].p_value == 1.0


def test_a_type_asked_twice_of_a_prompt_counts_as_one_prompt() -> None:
    before, after = {str(n): "aa" for n in range(6)}, {str(n): "AA" for n in range(6)}
    found = only(compare(table(responses("base", before) + responses("sft", after)), [("base", "sft")], seed=1))
    assert found.types["f:a"].count == 12
    assert found.types["f:a"].p_value == pytest.approx(2 / 2**6), (
        "not 2 / 2**12: those of one prompt are not independent"
    )


def test_what_was_graded_otherwise_is_left_out_and_counted() -> None:
    odd = AFTER | {"2": "Ac", "9": "A"}
    found = only(compare(table(responses("base", BEFORE) + responses("sft", odd)), [("base", "sft")], seed=1))
    assert (found.prompts.count, found.left_out) == (4, 2)
    other = responses("sft", {"x": "A"})
    assert compare(table(responses("base", BEFORE) + other), [("base", "sft"), ("base", "none")], seed=1) == []


def test_benchmarks_stay_apart_and_order_shapes_nothing() -> None:
    rows = [
        row
        for model, verdicts in (("base", BEFORE), ("sft", AFTER), ("dpo", BEFORE))
        for benchmark in ("ifeval", "ifeval:fixed")
        for row in responses(model, verdicts, benchmark)
    ]
    pairs = [("base", "dpo"), ("sft", "dpo")]
    found = compare(table(rows), pairs, seed=1)
    assert [(each.benchmark, each.before) for each in found] == [
        ("ifeval", "base"),
        ("ifeval", "sft"),
        ("ifeval:fixed", "base"),
        ("ifeval:fixed", "sft"),
    ]
    assert found[0].constraints.change == 0.0 and found[0].prompts.p_value is None
    by_item = sorted(rows, key=lambda row: row[2], reverse=True)
    assert compare(table(by_item), pairs, seed=1) == found


def test_the_base_is_compared_with_each_and_each_stage_with_the_one_before() -> None:
    models = ["plain#2", "zephyr", "grpo", "base", "sft", "plain#1", "dpo"]
    assert usual_pairs(models) == [
        ("base", "sft"),
        ("base", "dpo"),
        ("base", "grpo"),
        ("base", "zephyr"),
        ("sft", "dpo"),
        ("dpo", "grpo"),
    ]
    assert usual_pairs(["sft", "grpo"]) == [("sft", "grpo")]
    assert usual_pairs(["base"]) == usual_pairs(["other", "another"]) == []


def test_models_are_ordered_by_stage_then_name_then_arm_and_repeat() -> None:
    names = ["ours#10", "plain#1", "ours#2", "official", "mistral", "grpo", "base", "a#b", "sft", "no_reverse"]
    assert ordered([*names, "sft"]) == [
        "base", "sft", "grpo", "a#b", "mistral", "plain#1", "official", "ours#2", "ours#10", "no_reverse",
    ]  # fmt: skip
