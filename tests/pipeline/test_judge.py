"""The judge: what P(yes) is, what counts as no answer, and what questions on one response share."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crabtk.constraints.translated import TRANSLATED
from crabtk.pipeline.accept import accept
from crabtk.pipeline.audit import Finding
from crabtk.pipeline.judge import judge, p_yes
from crabtk.pipeline.translate import translate
from crabtk.settings import Translation
from crabtk.types import Completion, FinishReason
from tests.pipeline.tables import REFINED, Model, common_start, constraints, question, seed, seeds, translated

Logprob = st.floats(max_value=0.0, allow_nan=False)


def said(text: str, yes: float | None = None, no: float | None = None, finish: FinishReason = "stop") -> Completion:
    logprobs = None if yes is None or no is None else {"Yes": yes, "No": no}
    return Completion(text, finish, choice_logprobs=logprobs)


def test_p_yes_is_normalised_over_yes_and_no() -> None:
    assert p_yes(said("Yes", math.log(0.6), math.log(0.2))) == 0.75
    assert p_yes(said("No", math.log(0.001), math.log(0.003))) == 0.25
    assert p_yes(said("Yes", -1.0, -1.0)) == 0.5


@pytest.mark.parametrize(
    ("yes", "no", "expected"),
    [(0.0, -1e6, 1.0), (-1e6, 0.0, 0.0), (0.0, -math.inf, 1.0), (-math.inf, 0.0, 0.0), (-1e308, -1e308, 0.5)],
)
def test_extreme_logprobs_neither_overflow_nor_leave_the_unit_interval(yes: float, no: float, expected: float) -> None:
    assert p_yes(said("Yes", yes, no)) == expected


@given(Logprob, Logprob)
def test_p_yes_is_a_probability_and_the_two_answers_share_it(yes: float, no: float) -> None:
    one, other = p_yes(said("Yes", yes, no)), p_yes(said("No", no, yes))
    if math.isinf(yes) and math.isinf(no):
        assert one is None and other is None
    else:
        assert one is not None and other is not None
        assert 0.0 <= one <= 1.0 and one + other == pytest.approx(1.0, abs=2e-6)


def test_without_logprobs_the_text_decides() -> None:
    assert p_yes(said("Yes")) == 1.0
    assert p_yes(said(" No\n")) == 0.0


@pytest.mark.parametrize(
    "answer",
    [
        said(""),
        said("yes and no"),
        said("Yes, it does."),
        said("maybe", -0.1, -2.0),
        said("Yes", finish="refusal"),
        said("", finish="error"),
        said("Yes", math.nan, -1.0),
        said("Yes", -math.inf, -math.inf),
        Completion("Yes", choice_logprobs={"Yes": -0.1}),
        Completion("Yes", choice_logprobs={}),
    ],
)
def test_an_unreadable_answer_is_unknown_and_never_holds(answer: Completion) -> None:
    assert p_yes(answer) is None
    assert judge(Model(lambda _: answer), [(seed(1), "style:writing", "Write calmly.")]) == [None]


def test_each_constraint_is_one_question_with_two_choices() -> None:
    model = Model(lambda request: 0.8 if "calmly" in question(request) else 0.1)
    cases = [(seed(1), "style:writing", text) for text in ("Write calmly.", "Write angrily.")]
    assert judge(model, cases) == [0.8, 0.1]
    assert [request.choices for request in model.asked] == [("Yes", "No")] * 2
    assert not any("calmly" in text and "angrily" in text for text in model.questions)


def test_all_questions_on_one_response_are_one_text_up_to_the_question() -> None:
    """A prefix cache then reads the response once, whatever is asked of it, and however much it looks like a prompt."""
    one = seed(1, instruction="Say {constraint} and {response}.", response="A long {instruction} answer. " * 50)
    asked = Model(lambda request: 0.1 if request.choices else '{"constraint": "Write it in a friendly manner."}')
    rows = [
        translated(one, "style:writing", "Write with {response} in mind."),
        translated(one, REFINED, "As a cook, say this."),
    ]
    finding = Finding(True, "trusted", 1.0, 1.0, 1.0, 0.5, 1.0, 0.0, 10, 10, 0)
    accept(seeds([one]), constraints([]), constraints(rows), {}, finding, asked, repair=True, max_rouge_l=0.6)
    assert len(asked.asked) == 4 and sum(bool(request.choices) for request in asked.asked) == 3
    assert len({request.messages[:-1] for request in asked.asked}) == 1
    shared = common_start(asked.questions)
    assert one["instruction"] in shared and one["response"] in shared
    for text, template in ((rows[0]["text"], 0), (rows[1]["text"], 1), (rows[0]["text"], 2)):
        assert asked.questions[template].count(text) == 1 and text not in shared
    assert "Write it in a friendly manner." in asked.questions[3]


def test_questions_of_the_translator_begin_like_those_of_the_judge_up_to_the_end_of_the_response() -> None:
    one, other = seed(1), seed(2)
    writing = Model(lambda _: json.dumps({type_.key: None for type_ in TRANSLATED}))
    translate(seeds([one, other]), TRANSLATED, writing, settings=Translation(), seed=1)
    first, second = writing.asked
    judging = Model(lambda _: 0.5)
    judge(judging, [(one, "style:writing", "Write calmly.")])
    assert first.messages[:-1] == second.messages[:-1] == judging.asked[0].messages[:-1]
    shared = common_start([question(first), *judging.questions])
    assert one["instruction"] in shared and one["response"] in shared
