"""HSR, SSR and CSL equal the release's formulas on an example worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from crabtk import BenchmarkItem, Grade, Graded, Metric
from crabtk_followbench.benchmark import FollowBench


def answers(category: str, group: int, rule: str | None, levels: dict[int, str]) -> list[Graded]:
    """Return a group's graded responses; ``"yn"`` has one constraint that holds and one that does not."""
    return [
        Graded(
            BenchmarkItem(
                f"{category}-{group}-{level}", (), {"category": category, "group": group, "level": level, "rule": rule}
            ),
            "…",
            tuple(Grade(f"followbench:{category}", said == "y", score=None if said == "?" else 1.0) for said in held),
        )
        for level, held in levels.items()
    ]


CONTENT = answers("content", 14, "E2E", {1: "y", 2: "y", 3: "n", 4: "y", 5: "n"})
STYLE = [
    *answers("style", 1, None, {1: "y", 2: "yy", 3: "yyn", 4: "yyyy", 5: "ynnnn"}),
    *answers("style", 2, None, {1: "n", 2: "yn", 3: "yyy", 4: "nnnn", 5: "yyyy?"}),
]
CONTENT_JUDGED = answers("content", 1, None, {1: "y", 2: "ny", 3: "yyy", 4: "yyyy", 5: "nnnnn"})
EXAMPLE = answers("example", 1, "example", {1: "y", 2: "y", 3: "y", 4: "n", 5: "y"})


def figures(graded: Sequence[Graded], variant: str = "") -> dict[tuple[str, str], Metric]:
    found = [metric for metric in FollowBench().metrics(graded) if metric.variant == variant]
    assert len({(metric.metric, metric.group) for metric in found}) == len(found)
    return {(metric.metric, metric.group): metric for metric in found}


def test_rates_of_cells_levels_categories_and_all() -> None:
    found = figures([*CONTENT, *CONTENT_JUDGED, *STYLE, *EXAMPLE])
    values = {name: metric.value for name, metric in found.items()}
    hard = {  # by the release: (what the judge grants + what the rules grant) ÷ groups, per category and level
        "content": [2 / 2, 1 / 2, 1 / 2, 2 / 2, 0 / 2],
        "style": [1 / 2, 1 / 2, 1 / 2, 1 / 2, 0 / 2],
        "example": [1, 1, 1, 0, 1],
    }
    soft = {
        "content": [1, (1 + 1 / 2) / 2, (0 + 1) / 2, 1, 0],
        "style": [1 / 2, (1 + 1 / 2) / 2, (2 / 3 + 1) / 2, 1 / 2, (1 / 5 + 4 / 5) / 2],
        "example": [1, 1, 1, 0, 1],
    }
    for metric, cells in (("hsr", hard), ("ssr", soft)):
        for category, row in cells.items():
            for level, value in enumerate(row, 1):
                assert values[metric, f"level {level}, {category}"] == pytest.approx(value)
            assert values[metric, f"category {category}"] == pytest.approx(sum(row) / 5)
        levels = [sum(row[place] for row in cells.values()) / 3 for place in range(5)]
        assert [values[metric, f"level {level}"] for level in range(1, 6)] == pytest.approx(levels)
        assert values[metric, "all"] == pytest.approx(sum(levels) / 5)
        weighted = [sum(n * value for n, value in enumerate(cells[c], 1)) / 15 for c in ("content", "style")]
        assert values[f"{metric}_weighted", "all"] == pytest.approx(sum(weighted) / 2)


def test_csl_counts_levels_from_the_first_without_a_gap() -> None:
    found = figures([*CONTENT, *CONTENT_JUDGED, *STYLE, *EXAMPLE])
    csl = {group: (metric.value, metric.count) for (name, group), metric in found.items() if name == "csl"}
    assert csl == {
        "category content": ((2 + 1) / 2, 2),
        "category style": ((2 + 0) / 2, 2),
        "category example": (3, 1),
        "all": (pytest.approx((1.5 + 1 + 3) / 3), 5),
    }


def test_what_rules_and_what_a_judge_judges_stand_apart() -> None:
    graded = [*CONTENT, *CONTENT_JUDGED, *STYLE, *EXAMPLE]
    rules, judged = figures(graded, "rules"), figures(graded, "judged")
    assert (rules["hsr", "category content"].value, rules["hsr", "category content"].count) == (pytest.approx(3 / 5), 5)
    assert judged["hsr", "category content"].value == pytest.approx(3 / 5)
    assert judged["hsr", "all"].count == 15
    assert ("hsr", "category style") not in rules
    assert ("hsr", "category example") not in judged
    assert (judged["unreadable", "all"].value, judged["unreadable", "all"].count) == (pytest.approx(1 / 45), 45)


def test_without_a_judge_there_are_figures_of_the_rules_alone() -> None:
    unasked = [Graded(answer.item, answer.response, ()) for answer in STYLE]
    found = FollowBench().metrics([*CONTENT, *unasked])
    assert {metric.variant for metric in found} == {"rules"}
    assert {metric.count for metric in found if (metric.metric, metric.group) == ("hsr", "all")} == {5}


def test_what_rules_alone_judge_is_the_whole_where_nothing_else_was_asked() -> None:
    found = FollowBench().metrics(EXAMPLE)
    assert {metric.variant for metric in found} == {"rules", ""}


def test_a_response_that_no_judge_saw_counts_as_failed_where_others_were_judged() -> None:
    unanswered = [Graded(answer.item, "", ()) for answer in STYLE[5:]]
    found = figures([*STYLE[:5], *unanswered], "judged")
    assert found["hsr", "level 1, style"].value == found["ssr", "level 1, style"].value == 1 / 2
    assert found["csl", "all"].value == 2 / 2


def test_a_group_that_a_limit_broke_up_has_rates_and_no_csl() -> None:
    found = figures([*STYLE[:5], *STYLE[6:8]])
    assert found["hsr", "level 2, style"].value == 1 / 2
    assert (found["hsr", "level 1"].value, found["hsr", "level 1"].count) == (1.0, 1)
    assert (found["csl", "all"].value, found["csl", "all"].count) == (2.0, 1)
    only = figures(STYLE[1:3])
    assert ("csl", "all") not in only
    assert ("hsr_weighted", "all") not in only


def test_intervals_hold_their_value_and_draws_are_the_same_each_time() -> None:
    graded = [
        answer
        for n in range(30)
        for answer in answers("style", n, None, {level: "y" if n % level == 0 else "n" for level in range(1, 6)})
    ]
    found = FollowBench().metrics(graded)
    assert found == FollowBench().metrics(graded)
    ends = [(metric.low, metric.value, metric.high) for metric in found if metric.low is not None]
    assert len(ends) >= 15
    assert all(low <= value <= high and high - low < 0.4 * max(1, 5 * (value > 1)) for low, value, high in ends)  # type: ignore[operator]
    hsr = next(metric for metric in found if (metric.metric, metric.group) == ("hsr", "level 2, style"))
    assert (hsr.low, hsr.high) == (pytest.approx(0.3315, abs=1e-3), pytest.approx(0.6685, abs=1e-3))


def test_where_no_group_differs_shares_have_wilsons_interval_and_csl_has_none() -> None:
    graded = [
        answer
        for category in ("style", "situation")
        for n in range(20)
        for answer in answers(category, n, None, {level: "y" if level < 4 else "yn" for level in range(1, 6)})
    ]
    found = figures(graded)
    level = found["hsr", "level 3"]
    assert (level.value, level.low, level.high) == (1.0, pytest.approx(0.9124, abs=1e-4), 1.0)
    assert found["hsr", "category style"].low == pytest.approx(0.3866, abs=1e-4)
    halves = found["ssr", "level 5"]
    assert (halves.value, halves.low, halves.high) == (
        0.5,
        pytest.approx(0.352, abs=1e-3),
        pytest.approx(0.648, abs=1e-3),
    )
    assert (found["csl", "all"].value, found["csl", "all"].low, found["csl", "all"].high) == (3.0, None, None)
    assert all(metric.low is None or metric.low < metric.high for metric in found.values())


def test_no_responses_give_no_figures(small: Path) -> None:
    assert list(FollowBench(prompts=str(small)).metrics([])) == []
