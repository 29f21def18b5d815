"""Scoring: which items are asked, and that no answer is never better than a bad one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import polars as pl
import pytest

from crabtk import schemas
from crabtk.errors import BenchmarkError, EmptyStageError
from crabtk.pipeline.grade import grade, grade_table, judge_responses
from crabtk.pipeline.score import choose_items, respond
from crabtk.protocols import Checks
from crabtk.scoring.aggregate import aggregate
from crabtk.scoring.own_metrics import own_metrics
from crabtk.text import ParsedText
from crabtk.types import BenchmarkItem, Completion, Grade, Graded, Message, Metric, Request
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

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> Sequence[Grade]:
        city = item.payload["city"]
        named = Grade("toy:named", response.raw == city, response.raw.lower() == city.lower())
        return [named, Grade("toy:short", len(response.words) < 4)]


def scores(answer: Any, items: Sequence[BenchmarkItem]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    responses, ledger = respond("base", Cities(), items, Model(answer), max_tokens=64)
    schemas.Responses.validate(responses)
    schemas.Ledger.validate(ledger)
    grades = grade_table(grade(responses, Cities(), items, Checks({}, {})), Cities.name)
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
    (all_,) = aggregate(grades).filter(metric="prompt_strict", group="all").to_dicts()
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


class Talk:
    """Two turns: a number, then its successor."""

    name: ClassVar[str] = "talk"

    def items(self, tables: Mapping[str, pl.DataFrame]) -> Sequence[BenchmarkItem]:
        firsts = [BenchmarkItem(f"{n}#1", (Message("user", f"Say {n}."),), {}) for n in range(6)]
        seconds = [BenchmarkItem(f"{n}#2", (Message("user", "And one more?"),), {}, f"{n}#1") for n in range(6)]
        return firsts + seconds

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> Sequence[Grade]:
        return [Grade("toy:said", bool(response.raw))]


def test_a_later_turn_follows_on_the_models_own_answer() -> None:
    items = Talk().items({})
    model = Model(lambda request: f"answer to {request.messages[0].content} at {len(request.messages)}")
    table, _ = respond("base", Talk(), items, model, max_tokens=8)
    assert table["item_id"].to_list() == [item.item_id for item in items]
    prompt = json.loads(table.filter(item_id="2#2")["prompt"][0])
    assert [m["content"] for m in prompt] == ["Say 2.", "answer to Say 2. at 1", "And one more?"]
    assert [m["role"] for m in prompt] == ["user", "assistant", "user"]


def test_reasoning_is_no_part_of_the_conversation() -> None:
    said = {1: "<think>\nHm.\n</think>\n\nOne.", 3: "<think>\nHm, cut o"}
    table, _ = respond("base", Talk(), Talk().items({}), Model(lambda r: said[len(r.messages)]), max_tokens=8)
    prompt = json.loads(table.filter(item_id="2#2")["prompt"][0])
    assert [m["content"] for m in prompt] == ["Say 2.", "One.", "And one more?"]
    assert table.filter(item_id="2#1")["response"].to_list() == [said[1]], "what was written is kept"


def test_what_follows_an_unanswered_turn_is_not_asked_and_counts_as_failed() -> None:
    def answer(request: Request) -> Any:
        if "Say 3" in request.messages[0].content:
            return Completion("", "error", error="too long")
        return "fine"

    model = Model(answer)
    table, ledger = respond("base", Talk(), Talk().items({}), model, max_tokens=8)
    assert len(model.asked) == 11 and table.filter(finish_reason="error")["item_id"].to_list() == ["3#1", "3#2"]
    assert "nothing was answered to 3#1" in ledger["reason"][1]


def test_turns_of_a_conversation_are_one_cluster() -> None:
    items = Talk().items({})
    third = BenchmarkItem("0#3", (), {}, "0#2")
    own = BenchmarkItem("x", (), {}, cluster="prompt x")
    graded = [Graded(item, "", (Grade("toy:said", True),)) for item in (*items, third, own)]
    table = grade_table({"base": graded, "sft": graded[:1]}, "talk")
    schemas.Grades.validate(table)
    found = {row["item_id"]: row["cluster"] for row in table.iter_rows(named=True)}
    assert found == {item.item_id: f"{item.item_id[0]}#1" for item in (*items, third)} | {"x": "prompt x"}
    # Where an earlier turn was left out, its id is all that is known.
    assert grade_table({"base": [graded[-2]]}, "talk")["cluster"].to_list() == ["0#2"]


def test_a_limit_takes_whole_conversations() -> None:
    chosen = [item.item_id for item in choose_items(Talk(), {}, limit=2, seed=17)]
    assert len(chosen) == 4 and {name[0] for name in chosen[:2]} == {name[0] for name in chosen[2:]}


def test_a_turn_after_nothing_is_the_benchmarks_fault() -> None:
    class Broken(Talk):
        def items(self, tables: Mapping[str, pl.DataFrame]) -> Sequence[BenchmarkItem]:
            return super().items(tables)[6:]

    with pytest.raises(BenchmarkError, match="0#2 comes after 0#1, which is no item before it"):
        choose_items(Broken(), {}, limit=None, seed=17)


class Judged(Cities):
    """Cities, of which a judge says whether they are kind."""

    name: ClassVar[str] = "judged"

    def questions(self, item: BenchmarkItem, response: str) -> Sequence[Request]:
        return [Request((Message("user", f"Is {word} kind?"),), choices=("yes", "no")) for word in response.split()]

    def judged(self, item: BenchmarkItem, response: str, answers: Sequence[Completion]) -> Sequence[Grade]:
        said = [answer.text == "yes" for answer in answers]
        return [Grade("toy:kind", bool(said) and all(said), judged_by="judge")]

    def metrics(self, graded: Sequence[Graded]) -> Sequence[Metric]:
        kind = sum(grade.strict for one in graded for grade in one.grades if grade.type == "toy:kind")
        return [Metric("kindness", "all", kind / len(graded) * 5, len(graded), variant="stars")]


def judged_scores() -> tuple[dict[str, list[Graded]], pl.DataFrame]:
    items = Judged(4).items({})
    failing = Model(lambda r: Completion("", "error", error="no") if "3" in question(r) else question(r))
    responses, _ = respond("base", Judged(), items, failing, max_tokens=8)

    def verdict(request: Request) -> Completion:
        yes = "city" not in question(request)
        return Completion("yes" if yes else "no", choice_logprobs={"yes": -0.1 if yes else -3.0, "no": -2.0})

    judgements, unanswered = judge_responses(responses, Judged(), items, Model(verdict))
    assert unanswered == []
    schemas.Judgements.validate(judgements)
    return grade(responses, Judged(), items, Checks({}, {}), judgements), judgements


def test_a_judges_answers_become_grades_and_what_was_not_answered_fails() -> None:
    graded, judgements = judged_scores()
    assert judgements.height == 9, "three words of three answered items"
    assert json.loads(judgements["choice_logprobs"][0])["yes"] == -0.1
    kind = [g for one in graded["base"] for g in one.grades if g.type == "toy:kind"]
    assert [g.strict for g in kind] == [False] * 4 and {g.judged_by for g in kind} == {"judge"}


def test_what_the_judge_could_not_answer_is_told_and_fails() -> None:
    items = Judged(3).items({})
    responses, _ = respond("base", Judged(), items, Model(lambda r: question(r).split()[2]), max_tokens=8)

    def verdict(request: Request) -> Any:
        return Completion("", "error", error="no room") if "1" in question(request) else "yes"

    judgements, unanswered = judge_responses(responses, Judged(), items, Model(verdict))
    assert judgements["finish_reason"].to_list() == ["stop", "error", "stop"]
    (row,) = unanswered
    assert (row.stage, row.file, row.key) == ("judgements", "judged", "item-1")
    assert row.reason == "the judge did not answer question 1 on base's response: no room"
    assert json.loads(row.raw)[0]["content"] == "Is 1. kind?"
    graded = grade(responses, Judged(), items, Checks({}, {}), judgements)["base"]
    assert [g.strict for one in graded for g in one.grades if g.type == "toy:kind"] == [True, False, True]


def test_a_judge_that_answers_nothing_is_an_error_and_no_score_of_0() -> None:
    items = Judged(2).items({})
    responses, _ = respond("base", Judged(), items, Model(lambda r: "kind"), max_tokens=8)
    mute = Model(lambda _: Completion("", "error", error="HTTP 404: no such model"))
    with pytest.raises(BenchmarkError, match=r"answered none of 2 questions.*HTTP 404: no such model.*scoring\.judge"):
        judge_responses(responses, Judged(), items, mute)


def test_without_a_judge_only_codes_grades_are_given() -> None:
    items = Judged(2).items({})
    responses, _ = respond("base", Judged(), items, Model(lambda r: "kind"), max_tokens=8)
    graded = grade(responses, Judged(), items, Checks({}, {}))
    assert {g.type for one in graded["base"] for g in one.grades} == {"toy:named", "toy:short"}


def test_a_benchmarks_own_figures_stand_among_the_scores() -> None:
    graded, _ = judged_scores()
    table = own_metrics(Judged(), graded)
    schemas.Scores.validate(table)
    assert table.row(0) == ("base", "judged:stars", "kindness", "all", 0.0, 4, None, None)
