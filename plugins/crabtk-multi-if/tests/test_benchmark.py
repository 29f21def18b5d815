"""Conversations over three turns: items, verdicts by both registries, and the authors' figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from crabtk import BenchmarkError, BenchmarkItem, Checks, Grade, Graded, ParsedText
from crabtk.testing.benchmarks import check_benchmark
from crabtk_multi_if import MultiIF

NO_COMMA = {"punctuation:no_comma": {}}
QUOTED = {"startend:quotation": {}}
SHORT = {"length_constraints:number_words": {"relation": "less than", "num_words": 4}}


def test_a_turn_is_judged_by_all_instructions_so_far(conversations: Callable[..., Path], checks: Checks) -> None:
    path = conversations(English={"7:en": [("Sing.", NO_COMMA), ("Quote it.", QUOTED), ("Be brief.", SHORT)]})
    benchmark = MultiIF(prompts=path)
    items = list(benchmark.items({}))
    assert [(item.item_id, item.after) for item in items] == [
        ("7:en#1", None),
        ("7:en#2", "7:en#1"),
        ("7:en#3", "7:en#2"),
    ]
    assert [item.messages[-1].content for item in items] == ["Sing.", "Quote it.", "Be brief."]
    assert {item.cluster for item in items} == {"7:en#1"}
    grades = benchmark.grade(items[2], ParsedText('"La, la la la la!"'), checks)
    assert [(g.type, g.strict, g.variant) for g in grades] == [
        (id_, holds, variant)
        for variant in ("", "fixed")
        for id_, holds in zip([*NO_COMMA, *QUOTED, *SHORT], (False, True, False), strict=True)
    ]


def test_a_conversation_may_end_early_and_a_broken_one_is_named(conversations: Callable[..., Path]) -> None:
    path = conversations(English={"7:en": [("Sing.", NO_COMMA), ("Quote it.", QUOTED)]})
    assert len(MultiIF(prompts=path).items({})) == 2
    path.write_text(path.read_text("utf-8").replace('""content""', '""text""'), "utf-8")
    with pytest.raises(BenchmarkError, match=r"multiIF\.csv, row 1: `turn_1_prompt` must be a message"):
        MultiIF(prompts=path).items({})


@pytest.mark.parametrize(("response", "upstream"), [("“La la.”", True), ("「La la.」", True), ("'La la.'", False)])
def test_curly_and_corner_marks_are_quotation_marks(
    conversations: Callable[..., Path], checks: Checks, response: str, upstream: bool
) -> None:
    benchmark = MultiIF(prompts=conversations(English={"7:en": [("Quote it.", QUOTED)]}), registry="upstream")
    (item,) = benchmark.items({})
    (grade,) = benchmark.grade(item, ParsedText(response), checks)
    assert grade.strict is upstream
    # IFEval's own reference takes straight ones alone.
    assert not checks.sets["ifeval"].upstream("startend:quotation", {}, "", 0)(ParsedText(response))


def test_words_are_counted_in_the_responses_own_way(conversations: Callable[..., Path], checks: Checks) -> None:
    benchmark = MultiIF(prompts=conversations(Chinese={"7:zh": [("唱歌。", SHORT)]}), registry="upstream")
    (item,) = benchmark.items({})
    (grade,) = benchmark.grade(item, ParsedText("今天天气很好我们去公园散步吧"), checks)
    assert not grade.strict


def test_the_figure_is_the_mean_of_four_accuracies_by_turn_and_language() -> None:
    # Worked by hand from the reference's formula: prompts 1/2 and 2/2, instructions 2/3 and 3/3.
    def graded(language: str, *verdicts: tuple[bool, bool]) -> Graded:
        payload = {"turn": 1, "language": language}
        grades = tuple(Grade("a:b", strict, loose) for strict, loose in verdicts)
        return Graded(BenchmarkItem(language, (), payload), "", grades)

    found = MultiIF().metrics([graded("English", (True, True), (False, True)), graded("French", (True, True))])
    assert [(m.metric, m.group, m.value, m.count) for m in found] == [
        ("overall", "turn 1", pytest.approx((1 / 2 + 2 / 3 + 1 + 1) / 4), 2),
        ("overall", "turn 1 English", pytest.approx((0 + 1 / 2 + 1 + 1) / 4), 1),
        ("overall", "turn 1 French", 1.0, 1),
    ]
    # Resamples of two conversations: the one twice, both, or the other twice.
    assert (found[0].low, found[0].high) == (pytest.approx(found[1].value), 1.0)
    assert found[1].low is None


@pytest.mark.parametrize("passed", [True, False])
def test_conversations_that_do_not_differ_have_an_interval_all_the_same(passed: bool) -> None:
    payload = {"turn": 1, "language": "English"}
    grades = (Grade("a:b", passed, passed),)
    (found,) = MultiIF().metrics([Graded(BenchmarkItem(f"{n}#1", (), payload), "", grades) for n in range(5)])
    wilsons = (0.5655, 1.0) if passed else (0.0, 0.4345)
    assert (found.value, found.low, found.high) == (float(passed), *(pytest.approx(end, abs=1e-4) for end in wilsons))


@pytest.mark.data
def test_all_english_conversations_are_read_and_can_be_judged(english: Path, checks: Checks) -> None:
    benchmark = MultiIF(prompts=english)
    items = benchmark.items({})
    assert Counter(item.payload["turn"] for item in items) == {1: 909, 2: 909, 3: 896}
    assert sum(len(item.payload["instruction_id_list"]) for item in items) == 6_821
    graded = [Graded(i, "", tuple(benchmark.grade(i, ParsedText(""), checks))) for i in items]
    # Nothing is followed by an empty response, in either registry.
    assert {(m.group, m.variant, m.value) for m in benchmark.metrics(graded)} == {
        (f"turn {turn}", variant, 0.0) for turn in (1, 2, 3) for variant in ("", "fixed")
    }


def test_the_worst_of_responses_are_graded(conversations: Callable[..., Path], checks: Checks) -> None:
    turns = [("Sing.", NO_COMMA), ("Quote it.", QUOTED), ("Be brief.", SHORT)]
    path = conversations(English={"7:en": turns}, Hindi={"7:hi": turns})
    check_benchmark(lambda: MultiIF(prompts=path), checks)
