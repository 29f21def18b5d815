"""The reward is what the types' own ``score`` says, whatever the completion."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crabtk
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.builtin import TYPES
from crabtk.errors import SettingsError, VerificationError
from crabtk.reply import without_thinking
from crabtk.rewards import ConstraintReward
from crabtk.settings import Reward
from crabtk.testing.constraint_types import TEXTS
from crabtk.text import ParsedText, has_word
from crabtk.types import Params

BY_NAME = {type_.name: type_ for type_ in TYPES}
UNGATED = Reward(intent="off")
ASKED = "Explain how desert plants manage photosynthesis."
ANSWER = "Desert plants keep their pores shut by day. At night they open them and store carbon dioxide."
HOSTILE = [
    "",
    " \n\t",
    "I have followed all of the constraints.",
    "<think>How do plants do it?</think>",
    "<think>never closed, and all the constraints are met",
    "reasoning without its tag</think>",
    f"<think>\nHm.\n</think>\n\n{ANSWER}",
    "\ud800\udfff \x00 plants \ud800",
    "\x00",
    "{}{0}{__class__} %s %n",
    "- [ ] | a | \n```\n$$\n# \n> 1. ((((",
    "𝕬 😀 ｡ ｱ 今天没有时间 \u202e\u200d",
    ANSWER,
]


def measured(type_: ConstraintType) -> list[Params]:
    rng = random.Random(7)
    texts = (*((text, ASKED) for text in type_.examples), *SAMPLES)
    found = (type_.measure(parsed(*text), rng) for text in texts)
    return [*type_.example_params[:1], *islice((params for params in found if params is not None), 1)]


@cache
def parsed(text: str, prompt: str) -> ParsedText:
    return ParsedText(text, prompt=prompt)


def samples() -> list[tuple[str, str]]:
    lines = (Path(crabtk.__file__).parent / "samples" / "technical.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines][:4]
    return [(text, ASKED) for text in TEXTS if len(text) < 900] + [(row["completion"], row["prompt"]) for row in rows]


SAMPLES = samples()
CASES = [(type_.name, params) for type_ in TYPES for params in measured(type_)]


def row(*constraints: tuple[str, Params]) -> str:
    return json.dumps([{"type": name, "params": dict(params), "text": "As it says."} for name, params in constraints])


def expected(completion: str, constraints: list[tuple[str, Params]]) -> list[float]:
    response = without_thinking(completion)
    text = ParsedText(response)
    return [BY_NAME[name].score(text, params) if has_word(response) else 0.0 for name, params in constraints]


def test_cases_cover_nearly_all_types() -> None:
    assert len({name for name, _ in CASES}) > 0.95 * len(TYPES)


@pytest.mark.parametrize("completion", HOSTILE)
def test_rewards_of_hostile_completions_equal_the_scores_of_every_type(completion: str) -> None:
    reward = ConstraintReward(UNGATED, BY_NAME)
    explained = reward.explain(ASKED, completion, row(*CASES))
    assert list(explained.satisfied) == expected(completion, CASES)
    assert explained.reward == pytest.approx(sum(explained.satisfied) / len(CASES))
    assert explained.on_topic is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.lists(st.sampled_from(CASES), min_size=1, max_size=6))
def test_rewards_of_random_completions_equal_the_scores(completion: str, constraints: list[tuple[str, Params]]) -> None:
    (got,) = ConstraintReward(UNGATED, BY_NAME)([ASKED], [completion], [row(*constraints)])
    scores = expected(completion, constraints)
    assert got == pytest.approx(sum(scores) / len(scores))


def test_without_partial_credit_verdicts_count() -> None:
    partial = next((name, params) for name, params in CASES if 0 < BY_NAME[name].score(ParsedText(ANSWER), params) < 1)
    whole = ConstraintReward(Reward(intent="off", partial=False), BY_NAME).explain(ASKED, ANSWER, row(partial))
    assert whole.satisfied == (0.0,)
    assert ConstraintReward(UNGATED, BY_NAME).explain(ASKED, ANSWER, row(partial)).reward > 0


NO_BULLETS = ("content:no_apology", {})


@pytest.mark.parametrize(
    "completion",
    [
        "",
        "<think>Desert plants open their pores at night.</think>",
        "<think>Desert plants open their pores at night.",
        "I have followed all of the constraints.",
        f"{ASKED} As it says.",
        "Desert plants! " * 300,
        "\ud800\x00",
    ],
)
def test_what_answers_nothing_gets_nothing(completion: str) -> None:
    assert ConstraintReward(types=BY_NAME)([f"{ASKED} As it says."], [completion], [row(NO_BULLETS)]) == [0.0]


def test_reasoning_that_the_prompt_opens_is_hidden_too() -> None:
    reward = ConstraintReward(UNGATED, BY_NAME)
    assert reward([f"{ASKED}<think>\n"], [ANSWER], [row(NO_BULLETS)]) == [0.0]
    assert reward([f"{ASKED}<think>\n"], [f"sorry</think>{ANSWER}"], [row(NO_BULLETS)]) == [1.0]


MESSAGES = [{"role": "user", "content": ASKED}]


@pytest.mark.parametrize("opening", ["<think>\n", "<|im_start|>assistant\n<think>\n", "<reasoning>"])
def test_reasoning_that_the_chat_template_opens_is_hidden_too(opening: str) -> None:
    reward = ConstraintReward(UNGATED, BY_NAME, opening=opening)
    closed = f"sorry{opening.split()[-1].replace('<', '</')}{ANSWER}"
    constraints = row(NO_BULLETS)
    for prompt in (ASKED, MESSAGES):
        assert reward([prompt] * 2, [ANSWER, closed], [constraints] * 2) == [0.0, 1.0]
    said = [{"role": "assistant", "content": ANSWER}]
    assert reward.explain(MESSAGES, said, constraints).satisfied == (0.0,)
    # Where a completion goes on with an assistant's message, the template writes nothing before it.
    assert reward([[*MESSAGES, {"role": "assistant", "content": "Sure: "}]], [ANSWER], [constraints]) == [1.0]


def test_reasoning_that_an_assistants_message_opens_is_hidden_too() -> None:
    begun = [*MESSAGES, {"role": "assistant", "content": "<think>\n"}]
    got = ConstraintReward(UNGATED, BY_NAME)([begun] * 2, [ANSWER, f"sorry</think>{ANSWER}"], [row(NO_BULLETS)] * 2)
    assert got == [0.0, 1.0]


@pytest.mark.parametrize("opening", ["", "<|im_start|>assistant\n", "<think>\n\n</think>\n\n", "<thought>\n"])
def test_what_opens_no_reasoning_hides_nothing(opening: str) -> None:
    assert ConstraintReward(UNGATED, BY_NAME, opening=opening)([MESSAGES], [ANSWER], [row(NO_BULLETS)]) == [1.0]


def test_texts_and_messages_are_one() -> None:
    reward = ConstraintReward(types=BY_NAME)
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": ASKED}]
    said = [{"role": "assistant", "content": ANSWER}]
    parts = [{"role": "assistant", "content": [{"type": "text", "text": ANSWER}]}]
    constraints = [row(NO_BULLETS)] * 3
    # As TRL calls it: with the completions' tokens, the trainer's state and all of the row's columns.
    got = reward(
        prompts=[ASKED, messages, messages],
        completions=[ANSWER, said, parts],
        constraints=constraints,
        completion_ids=[[1], [2], [3]],
        trainer_state=None,
        kind=["prompt"] * 3,
    )
    assert got == [1.0, 1.0, 1.0]
    assert reward.__name__ == "constraint_reward"


def test_parameters_may_be_json_text_as_in_the_tables() -> None:
    name, params = next((name, params) for name, params in CASES if params)
    as_text = [{"type": name, "params": json.dumps(dict(params)), "text": ""}]
    reward = ConstraintReward(UNGATED, BY_NAME)
    assert reward([ASKED], [ANSWER], [as_text]) == reward([ASKED], [ANSWER], [row((name, params))])


@pytest.mark.parametrize(
    ("constraints", "says"),
    [
        ("not json", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "not empty"),
        ("{}", "not empty"),
        (None, "not empty"),
        ('["length:words"]', "constraint 1 names no type"),
        ('[{"type": "content:no_apology"}, {"params": {}}]', "constraint 2 names no type"),
        ('[{"type": "no:such"}]', '"no:such", which nothing registers'),
        ('[{"type": "content:no_apology", "params": [1]}]', "params must be an object"),
        ('[{"type": "content:no_apology", "params": "{"}]', "params are no JSON"),
    ],
)
def test_malformed_constraints_are_an_error_that_names_the_row(constraints: Any, says: str) -> None:
    with pytest.raises(VerificationError) as caught:
        ConstraintReward(types=BY_NAME)([ASKED, "Second?"], [ANSWER] * 2, [row(NO_BULLETS), constraints])
    assert "row 2" in str(caught.value)
    assert "Second?" in str(caught.value)
    assert says in str(caught.value)


def test_rows_that_do_not_match_are_an_error() -> None:
    with pytest.raises(VerificationError, match="2 prompts, 1 completions and 1 lists"):
        ConstraintReward(types=BY_NAME)([ASKED, ASKED], [ANSWER], [row(NO_BULLETS)])


class Broken(ConstraintType):
    """Raises, or says what is no score."""

    wordings = ("Be broken.",)

    def __init__(self, name: str, says: float | Exception) -> None:
        self.name = name  # type: ignore[misc]
        self.says = says

    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(self.score(text, params))

    def score(self, text: ParsedText, params: Params) -> float:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.mark.parametrize("says", [RuntimeError("out of luck"), RecursionError("too deep"), float("nan"), 2.0, -1.0])
def test_a_type_that_fails_gives_nothing_and_one_warning(
    says: float | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    types: Mapping[str, Any] = {**BY_NAME, "toy:broken": Broken("toy:broken", says)}
    reward = ConstraintReward(UNGATED, types)
    with caplog.at_level(logging.WARNING, "crabtk.rewards"):
        got = reward([ASKED] * 3, [ANSWER] * 3, [row(("toy:broken", {}), NO_BULLETS)] * 3)
    assert got == [0.5] * 3
    assert len(caplog.records) == 1
    assert "toy:broken" in caplog.text


def test_a_judge_needs_one() -> None:
    with pytest.raises(SettingsError, match="reward_from_settings"):
        ConstraintReward(Reward(intent="judge"), BY_NAME)


@pytest.mark.parametrize(
    "completion",
    [
        ("Desert plants keep their pores shut by day! And then it rains? " * 1_600)[:100_000],
        "a" * 100_000,
        "- x\n" * 25_000,
        "| a | b |\n|---|---|\n" * 5_000,
        "今天没有时间" * 5_500,
        '{"a":' * 20_000,
        "[" * 100_000,
        "\ud800 abc " * 15_000,
        "<think>" * 14_000,
        "</think>" * 12_000,
        "**" * 50_000,
    ],
)
def test_no_100_kb_take_time_out_of_proportion(completion: str) -> None:
    constraints = row(*CASES[::12])
    begun = time.process_time()
    ConstraintReward(types=BY_NAME)([ASKED], [completion], [constraints])
    # Half a second alone; several where the session's heap is large. What grows with the square takes minutes.
    assert time.process_time() - begun < 10
