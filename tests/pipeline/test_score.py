"""Scoring: which items are asked, and that no answer is never better than a bad one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import polars as pl
import pytest

from crabtk import schemas
from crabtk.errors import EmptyStageError
from crabtk.pipeline.score import choose_items, grade, respond
from crabtk.protocols import ConstraintType
from crabtk.scoring.aggregate import aggregate
from crabtk.text import ParsedText
from crabtk.types import BenchmarkItem, Completion, Grade, Message, Request
from tests.pipeline.tables import Model, question


class Cities:
    """Asks for a city's name; loosely, its letters in any case will do."""

    name: ClassVar[str] = "cities"

    def __init__(self, count: int = 40) -> None:
        self.count = count

    def items(self, tables: Mapping[str, pl.DataFrame]) -> Sequence[BenchmarkItem]:
        return [
            BenchmarkItem(f"item-{n}", (Message("user", f"Name city {n}."),), {"city": f"City {n}"})
            for n in range(self.count)
        ]

    def grade(self, item: BenchmarkItem, response: ParsedText, types: Mapping[str, ConstraintType]) -> Sequence[Grade]:
        city = item.payload["city"]
        named = Grade("toy:named", response.raw == city, response.raw.lower() == city.lower())
        return [named, Grade("toy:short", len(response.words) < 4)]


def scores(answer: Any, items: Sequence[BenchmarkItem]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    responses, ledger = respond("base", Cities(), items, Model(answer), max_tokens=64)
    schemas.Responses.validate(responses)
    schemas.Ledger.validate(ledger)
    grades = grade(responses, [(Cities(), items)], {})
    schemas.Grades.validate(grades)
    return responses, ledger, grades


def test_a_limit_draws_items_by_hash_and_keeps_their_order() -> None:
    chosen = [item.item_id for item in choose_items(Cities(), {}, limit=10, seed=17)]
    order = [item.item_id for item in Cities().items({})]
    assert len(chosen) == 10 and chosen == sorted(chosen, key=order.index)
    assert chosen != order[:10] and chosen != [item.item_id for item in choose_items(Cities(), {}, limit=10, seed=18)]
    # A smaller limit takes a part of the larger one's, so that a run can be widened.
    assert {item.item_id for item in choose_items(Cities(), {}, limit=4, seed=17)} < set(chosen)
    assert (
        len(choose_items(Cities(), {}, limit=None, seed=17)) == len(choose_items(Cities(), {}, limit=99, seed=17)) == 40
    )


def test_a_benchmark_without_items_says_what_to_do() -> None:
    with pytest.raises(EmptyStageError, match=r'"cities" has no prompt to score\. .* raise seeds\.held_out'):
        choose_items(Cities(0), {}, limit=None, seed=17)


def test_answers_are_asked_greedily_and_kept_word_for_word() -> None:
    items = Cities(3).items({})
    model = Model(lambda request: f"  {question(request)}\n")
    table, ledger = respond("base", Cities(), items, model, max_tokens=64)
    assert table["response"].to_list() == [f"  Name city {n}.\n" for n in range(3)] and ledger.is_empty()
    assert json.loads(table["prompt"][0]) == [{"role": "user", "content": "Name city 0."}]
    assert {(r.sampling.max_tokens, r.sampling.temperature) for r in model.asked} == {(64, 0.0)}


def test_an_item_that_the_engine_could_not_answer_counts_as_failed() -> None:
    def answer(request: Request) -> Any:
        number = int(question(request).split()[2].rstrip("."))
        return Completion("", "error", error="too long") if number % 2 else f"City {number}"

    responses, ledger, grades = scores(answer, Cities(10).items({}))
    assert len(responses) == 10 and len(grades) == 20
    assert ledger["key"].to_list() == [f"item-{n}" for n in range(1, 10, 2)]
    assert ledger["reason"][0] == "base gave no answer, which counts as failed: too long"
    failed = grades.filter(pl.col("item_id").is_in(ledger["key"].implode()))
    # An empty answer is short, but it is no answer.
    assert failed["strict"].to_list() == [False] * 10
    assert failed.filter(type="toy:named")["loose"].to_list() == [False] * 5
    (all_,) = aggregate(grades).filter(metric="prompt_strict").to_dicts()
    assert (all_["value"], all_["count"]) == (0.5, 10)


def test_a_cut_off_answer_and_a_refusal_are_graded_as_they_stand() -> None:
    answers = iter([Completion("City 0", "length"), Completion("City 1", "refusal"), "city 2"])
    responses, ledger, grades = scores(lambda _: next(answers), Cities(3).items({}))
    assert responses["finish_reason"].to_list() == ["length", "refusal", "stop"] and ledger.is_empty()
    named = grades.filter(type="toy:named")
    assert named.select("strict", "loose").rows() == [(True, True), (True, True), (False, True)]
    assert grades.filter(type="toy:short")["loose"].null_count() == 3


def test_an_answer_that_is_no_unicode_does_not_stop_the_scores() -> None:
    responses, _, _ = scores(lambda _: "half a \ud83d character", Cities(1).items({}))
    assert responses["response"].to_list() == ["half a ? character"]
