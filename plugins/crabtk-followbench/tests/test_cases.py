"""Hand-made responses, passing and failing, to every rule-checked group of the real data."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from crabtk import Checks, ParsedText
from crabtk_followbench.benchmark import FollowBench

pytestmark = pytest.mark.data
FILES = sorted((Path(__file__).parent / "cases").glob("*.toml"))
CASES = [
    (case["item"], response, expected)
    for path in FILES
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
    for key, expected in (("holds", True), ("fails", False))
    for response in case[key]
]


def groups(items: list[str]) -> set[str]:
    return {item.rpartition("-")[0] for item in items}


def test_every_rule_checked_group_has_responses_that_pass_and_that_fail(real: FollowBench) -> None:
    checked = groups([item.item_id for item in real.items({}) if item.payload["rule"] is not None])
    assert len(checked) == 70
    for expected in (True, False):
        assert groups([item for item, _, holds in CASES if holds is expected]) == checked
    assert len(set(CASES)) == len(CASES) >= 200


def test_verdicts_are_those_that_the_cases_state(real: FollowBench) -> None:
    items = {item.item_id: item for item in real.items({})}
    wrong = []
    for name, response, expected in CASES:
        (grade,) = real.grade(items[name], ParsedText(response), Checks({}, {}))
        if grade.strict is not expected:
            wrong.append((name, response))
    assert wrong == []


def test_the_release_is_read_whole(real: FollowBench) -> None:
    items = real.items({})
    assert len({item.item_id for item in items}) == len(items) == 820
    levels = Counter(item.payload["level"] for item in items)
    assert set(levels.values()) == {164}
    by_rule = Counter(item.payload["category"] for item in items if item.payload["rule"] is not None)
    assert by_rule == {"content": 60, "situation": 40, "format": 10, "example": 200, "mixed": 40}
    assert all(len(item.payload["path"]) == item.payload["level"] + 1 for item in items if item.payload["rule"] is None)


def test_each_ladder_is_satisfied_by_some_response_up_to_the_level_that_can_be(real: FollowBench) -> None:
    reached: dict[str, int] = {}
    for name, _, expected in CASES:
        group, _, level = name.rpartition("-")
        if expected and group.startswith(("mixed-1", "format")):
            reached[group] = max(reached.get(group, 0), int(level))
    assert reached == {**{f"mixed-{n}": 5 for n in range(11, 16)}, "format-22": 3, "format-30": 5}
