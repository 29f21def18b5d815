"""Controls over repeats, on constructed grades."""

from __future__ import annotations

import pytest

from crabtk.scoring.controls import ControlFigure, compare_controls, reference_models
from crabtk.scoring.paired import difference_over_repeats, sign_flip
from tests.scoring.verdicts import Row, responses, table

OURS = [{"1": "AB", "2": "A", "3": "aB"}, {"1": "AB", "2": "A", "3": "AB"}]
PLAIN = [{"1": "Ab", "2": "a", "3": "ab"}, {"1": "AB", "2": "a", "3": "aB"}]


def rows(**arms: list[dict[str, str]]) -> list[Row]:
    return [
        row
        for arm, repeats in arms.items()
        for place, verdicts in enumerate(repeats, 1)
        for row in responses(f"{arm}#{place}" if len(repeats) > 1 else arm, verdicts)
    ]


def figures(found: list[ControlFigure], arm: str) -> dict[tuple[str, str], ControlFigure]:
    return {(each.metric, each.group): each for each in found if each.arm == arm}


def test_means_over_repeats_beside_the_references() -> None:
    found = compare_controls(table(rows(ours=OURS, plain=PLAIN)), seed=1)
    ours, plain = (figures(found, arm)["prompt_strict", "all"] for arm in ("ours", "plain"))
    assert (ours.models, ours.values, ours.mean.value) == (("ours#1", "ours#2"), (2 / 3, 1.0), pytest.approx(5 / 6))
    assert (ours.difference, ours.p_value) == (None, None)
    assert plain.values == (0.0, 1 / 3)
    assert plain.difference == difference_over_repeats(ours.values, plain.values)
    assert plain.p_value == sign_flip([-0.5, -1.0, -0.5], seed=4) == 2 / 8
    assert plain.prompts == 3


def test_constraints_are_averaged_per_prompt_for_the_test_and_pooled_for_the_figure() -> None:
    found = figures(compare_controls(table(rows(ours=OURS, plain=PLAIN)), seed=1), "plain")
    figure = found["constraint_strict", "all"]
    assert figure.values == (1 / 5, 3 / 5)
    assert figure.p_value == sign_flip([0.75 - 1.0, -1.0, 0.25 - 0.75], seed=4)


def test_seen_and_kept_out_are_told_apart() -> None:
    found = figures(compare_controls(table(rows(ours=OURS, plain=PLAIN)), ["f:b"], seed=1), "plain")
    assert found["constraint_strict", "seen"].values == (1 / 3, 1 / 3)
    assert found["constraint_strict", "kept out"].values == (0.0, 1.0)
    assert found["constraint_strict", "kept out"].prompts == 2, "the second has no such constraint"


def test_without_repeats_the_fine_tuned_model_is_ours() -> None:
    assert reference_models(["plain", "sft", "base"]) == ["sft"]
    assert reference_models(["ours#2", "sft", "ours#1"]) == ["ours#1", "ours#2"]
    found = compare_controls(table(rows(sft=OURS[:1], plain=PLAIN[:1], official=PLAIN[1:])), seed=1)
    assert [each.arm for each in found if each.metric == "prompt_strict"] == ["sft", "plain", "official"]
    plain = figures(found, "plain")["prompt_strict", "all"]
    assert (plain.mean.low, plain.difference.low if plain.difference else 0) == (None, None)


def test_arms_are_adjusted_for_their_number() -> None:
    better = {str(n): "A" for n in range(8)}
    worse = {str(n): "a" for n in range(8)}
    found = compare_controls(table(rows(ours=[better], plain=[worse], official=[worse], no_reverse=[better])), seed=1)
    adjusted = {each.arm: each.adjusted for each in found if each.metric == "prompt_strict"}
    assert adjusted == {"ours": None, "plain": 2 * 2 / 2**8, "official": 2 * 2 / 2**8, "no_reverse": None}


def test_without_arms_or_reference_there_is_nothing_to_compare() -> None:
    assert compare_controls(table(rows(base=OURS[:1], sft=PLAIN[:1])), seed=1) == []
    assert compare_controls(table(rows(base=OURS[:1], plain=PLAIN[:1])), seed=1) == []
    assert compare_controls(table([]), seed=1) == []
