"""The audit: what is planted is true or false by code, and what its finding says follows from the scores."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crabtk import schemas
from crabtk.pipeline.audit import ask_judge, find, plant
from crabtk.text import ParsedText
from crabtk.types import Completion
from tests.pipeline.conftest import Sample
from tests.pipeline.tables import Model

ASKED = {"max_false_holds": 0.05, "min_recall": 0.5, "seed": 17}


@pytest.fixture(scope="module")
def planted(sample: Sample) -> pl.DataFrame:
    return plant(sample.seeds, sample.measured, sample.types, cases=120, seed=17)


def audit(true: list[float | None], false: list[float | None]) -> pl.DataFrame:
    rows = [(str(n), "s", "a:b", "t", "own", n < len(true), score) for n, score in enumerate([*true, *false])]
    return pl.DataFrame(rows, schema=schemas.columns(schemas.Audit), orient="row")


def test_what_the_judge_will_read_is_true_or_false_as_planted(sample: Sample, planted: pl.DataFrame) -> None:
    responses = {row["seed_id"]: row["response"] for row in sample.seeds.to_dicts()}
    schemas.Audit.validate(planted)
    assert len(planted) == 120
    for row in planted.to_dicts():
        type_ = sample.types[row["type"]]
        params = type_.parse(row["text"])
        assert params is not None, row
        assert type_.check(ParsedText(responses[row["seed_id"]]), params) is row["truth"], row
        assert row["truth"] is (row["planted"] == "own")


def test_neither_type_nor_response_tells_the_answer(planted: pl.DataFrame) -> None:
    for column in ("type", "seed_id"):
        true, false = (Counter(planted.filter(pl.col("truth") == truth)[column]) for truth in (True, False))
        assert true == false
    assert set(planted["planted"]) == {"own", "other_owner", "other_params"}
    assert max(Counter(planted["seed_id"]).values()) <= 4


def test_no_type_makes_the_figure_alone(planted: pl.DataFrame) -> None:
    shares = Counter(planted["type"])
    assert len(shares) >= 6 and max(shares.values()) <= len(planted) / 4


def test_nothing_that_states_a_number_is_planted(sample: Sample, planted: pl.DataFrame) -> None:
    counting = {name for name, type_ in sample.types.items() if type_.counts}  # type: ignore[attr-defined]
    assert counting >= {"length:words", "keyword:frequency"}
    assert counting.isdisjoint(planted["type"])


def test_cases_of_one_response_stand_together(planted: pl.DataFrame) -> None:
    assert len(planted["seed_id"].rle()) == planted["seed_id"].n_unique()


def test_the_same_seed_plants_the_same_whatever_the_order_of_the_tables(sample: Sample, planted: pl.DataFrame) -> None:
    again = plant(sample.seeds.reverse(), sample.measured.reverse(), sample.types, cases=120, seed=17)
    assert again.equals(planted)
    assert not plant(sample.seeds, sample.measured, sample.types, cases=120, seed=18).equals(planted)


@pytest.mark.parametrize("cases", [0, 1, 2, 5, 11])
def test_no_more_is_planted_than_asked_for_and_always_in_pairs(sample: Sample, cases: int) -> None:
    table = plant(sample.seeds, sample.measured, sample.types, cases=cases, seed=17)
    assert len(table) == cases // 2 * 2 and table["truth"].sum() == cases // 2


def test_too_few_cases_accept_nobody_and_say_why(sample: Sample) -> None:
    few = plant(sample.seeds, sample.measured, sample.types, cases=18, seed=17)
    finding = find(ask_judge(sample.seeds, few, Model(lambda _: 1.0)), **ASKED)
    assert not finding.accepted and finding.threshold is None
    assert "only 9 true and 9 false cases, too few to tell; more seeds" in finding.reason
    nobody = find(plant(sample.seeds, sample.measured, sample.types, cases=0, seed=17), **ASKED)
    assert not nobody.accepted and "only 0 true" in nobody.reason


def test_a_judge_that_knows_is_accepted_and_one_that_guesses_or_lies_is_not(
    sample: Sample, planted: pl.DataFrame
) -> None:
    truths, lies = iter(planted["truth"]), iter(~planted["truth"])
    model = Model(lambda _: 0.9 if next(truths) else 0.2)
    good = find(ask_judge(sample.seeds, planted, model), **ASKED)
    assert all(row["text"] in asked for row, asked in zip(planted.to_dicts(), model.questions, strict=True))
    assert good.accepted and good.auc == good.recall == 1.0 and good.threshold == 0.9 and good.false_holds == 0.0
    liar = find(ask_judge(sample.seeds, planted, Model(lambda _: 0.9 if next(lies) else 0.2)), **ASKED)
    assert not liar.accepted and liar.threshold is None and "no threshold passes 50% of the true" in liar.reason
    parrot = find(ask_judge(sample.seeds, planted, Model(lambda _: 1.0)), **ASKED)
    assert not parrot.accepted and parrot.auc == 0.5
    mute = find(ask_judge(sample.seeds, planted, Model(lambda _: Completion("", "error", error="no"))), **ASKED)
    assert not mute.accepted and mute.unreadable == len(planted)


def test_unreadable_answers_count_as_not_held() -> None:
    finding = find(audit([0.9] * 12 + [None] * 8, [0.1] * 15 + [None] * 5), **ASKED)
    assert (finding.unreadable, finding.cases_true, finding.cases_false) == (13, 20, 20)
    assert finding.accepted and finding.threshold == 0.9 and finding.recall == 0.6 and finding.false_holds == 0.0
    assert finding.reason.endswith(
        "on 20 true and 20 false planted cases; at P(yes) ≥ 0.900 it passes 60% of the true and 0% of the false cases"
    )
    # Even where every false case may pass, silence is no threshold.
    lenient = find(audit([None] * 20, [0.5] * 20), max_false_holds=1.0, min_recall=0.0, seed=17)
    assert not lenient.accepted and lenient.threshold is None


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.none() | st.floats(0, 1), min_size=10, max_size=30),
    st.lists(st.none() | st.floats(0, 1), min_size=10, max_size=30),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_whatever_the_scores_an_accepted_judge_keeps_both_bounds(
    true: list[float | None], false: list[float | None], max_false_holds: float, min_recall: float
) -> None:
    finding = find(audit(true, false), max_false_holds=max_false_holds, min_recall=min_recall, seed=17)
    assert finding.accepted == (finding.threshold is not None)
    if finding.threshold is not None:
        passed = [[s is not None and s >= finding.threshold for s in scores] for scores in (true, false)]
        recall, false_holds = (sum(held) / len(held) for held in passed)
        assert (recall, false_holds) == (finding.recall, finding.false_holds)
        assert recall >= min_recall and false_holds <= max_false_holds
