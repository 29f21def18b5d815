import pytest

from crabtk.reporting.training_findings import control_finding, training_finding
from crabtk.settings import Settings

NO_INTERVAL = {"low": None, "high": None}


def _tables(**values):
    cells = [{"value": value, "low": 0.1, "high": 0.4, "count": 96} for value in values.values()]
    change = cells[-1]["value"] - cells[0]["value"] if len(cells) > 1 else None
    row = {"metric": "prompt_strict", "unit": "share", "cells": cells, "change": change}
    return [{"benchmark": "held_out", "models": list(values), "overall": [row]}]


def _changed(
    before="base", after="sft", gained=20, lost=4, p_value=0.0015, left_out=0, benchmark="held_out", test="mcnemar"
):
    prompts = {"count": 96, "test": test, "p_value": p_value}
    pair = {"benchmark": benchmark, "before": before, "after": after}
    return {**pair, "gained": gained, "lost": lost, "left_out": left_out, "prompts": prompts}


def test_a_change_is_said_with_its_evidence():
    first, second = training_finding(_tables(base=0.222, sft=0.324), [_changed()], Settings())
    assert first == (
        "Prompt accuracy, strict, on held_out (n = 96): base 22.2\xa0% (95 % CI 10.0–40.0\xa0%) → "
        "sft 32.4\xa0% (95 % CI 10.0–40.0\xa0%): +10.2 points."
    )
    assert second == (
        "sft passes 20 prompts that base fails, and fails 4 that base passes: more than chance "
        "(McNemar's exact test, p = 0.002)."
    )


def test_the_test_is_named_that_was_used():
    found = _changed(test="sign_flip")
    said = training_finding(_tables(base=0.2, sft=0.3), [found], Settings())[1]
    assert said.endswith("(sign flips over groups of prompts that belong together, p = 0.002).")
    swapped = _changed(test="sign_flip", gained=3, lost=3, p_value=None)
    assert training_finding(_tables(base=0.2, sft=0.2), [swapped], Settings())[1] == (
        "sft passes 3 prompts that base fails, and fails 3 that base passes: no more than chance explains "
        "(within each group of prompts that belong together as many were gained as lost)."
    )


def test_chance_is_called_chance():
    changed = _changed(gained=5, lost=4, p_value=1.0)
    assert "no more than chance explains" in training_finding(_tables(base=0.2, sft=0.21), [changed], Settings())[1]
    same = _changed(gained=0, lost=0, p_value=None)
    assert "On each of 96 prompts both base and sft pass, or both fail." in training_finding(
        _tables(base=0.2, sft=0.2), [same], Settings()
    )


def test_tiny_p_values_are_bounds():
    assert training_finding(_tables(base=0.1, sft=0.4), [_changed(p_value=1e-9)], Settings())[1].endswith(
        "more than chance (McNemar's exact test, p <\xa00.001)."
    )


def test_each_stage_is_compared_with_the_one_before_and_the_last_with_the_base():
    steps = [("base", "sft"), ("base", "grpo"), ("sft", "grpo"), ("base", "rival")]
    found = [_changed(*step) for step in steps] + [_changed("base", "sft", benchmark="ifeval", gained=77)]
    sentences = training_finding(_tables(base=0.1, sft=0.2, grpo=0.3, rival=0.4), found, Settings())
    assert [each.split(" ")[0] + each.partition("that ")[2][:5] for each in sentences[1:]] == [
        "sftbase ",
        "grposft f",
        "grpobase ",
    ]
    assert "rival" not in sentences[0], "it is none of the run's own models"


def test_prompts_that_were_graded_otherwise_are_told():
    assert training_finding(_tables(base=0.1, sft=0.2), [_changed(left_out=3)], Settings())[1].endswith(
        " 3 prompts not graded alike stayed out of this."
    )


def _control(arm, value, difference=None, p_value=None, repeats=3, **interval):
    mean = {"value": value, **NO_INTERVAL}
    found = None if difference is None else {"value": difference, **NO_INTERVAL, **interval}
    row = {"metric": "constraint_strict", "group": "all", "arm": arm, "repeats": repeats, "mean": mean}
    return row | {"difference": found, "p_value": p_value, "adjusted": p_value}


def _controls(*rows, reference="ours"):
    return [{"benchmark": "held_out", "reference": reference, "rows": list(rows)}]


def test_controls_are_said_with_both_tests():
    plain = _control("plain", 0.3, -0.1, 0.004, low=-0.15, high=-0.05)
    first, second = control_finding(_controls(_control("ours", 0.4), plain))
    assert first.endswith("on held_out, ours reaches 40.0\xa0% (mean of 3 trainings).")
    assert second == (
        "plain reaches 30.0\xa0% (mean of 3 trainings), −10.0 points from ours: more than chance "
        "(over prompts p = 0.004; 95 % CI over trainings −15.0 to −5.0)."
    )


@pytest.mark.parametrize(
    ("p_value", "interval"),
    [(0.2, {"low": -0.15, "high": -0.05}), (0.004, {"low": -0.25, "high": 0.05}), (None, {})],
)
def test_a_difference_must_hold_over_prompts_and_over_trainings(p_value, interval):
    plain = _control("plain", 0.3, -0.1, p_value, **interval)
    assert "no more than chance explains" in control_finding(_controls(_control("ours", 0.4), plain))[1]


def test_one_training_each_is_said_to_be_one():
    rows = _control("sft", 0.4, repeats=1), _control("plain", 0.3, -0.1, 0.004, repeats=1)
    first, second, third = control_finding(_controls(*rows, reference="sft"))
    assert "mean of" not in first and "over trainings" not in second
    assert third.startswith("Of a model that was trained once")


def test_without_controls_nothing_is_said():
    assert control_finding([]) == []
