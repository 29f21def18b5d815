"""The signatures of verifiers and open-instruct, called as those libraries call them (neither is installed here)."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.errors import VerificationError
from crabtk.rewards import ConstraintReward
from crabtk.rewards.open_instruct import ConstraintVerifier
from crabtk.rewards.verifiers import constraint_reward, rubric_function

ASKED = "Explain how desert plants manage photosynthesis. Do not apologise."
ANSWER = "Desert plants keep their pores shut by day. At night they open them and store carbon dioxide."
CONSTRAINTS = json.dumps([{"type": "content:no_apology", "params": {}, "text": "Do not apologise."}])
PROMPT = [{"role": "user", "content": ASKED}]
COMPLETION = [{"role": "assistant", "content": ANSWER}]


def as_a_rubric_calls(function: Any, info: Any, answer: str = "") -> float:
    """All of these by name, since the function takes further ones; the rubric tells groups by plural names."""
    names = set(inspect.signature(function).parameters)
    assert not names & {"prompts", "completions", "answers", "states", "tasks", "infos"}
    state = {"prompt": PROMPT, "completion": COMPLETION, "answer": answer, "info": info, "task": "default"}
    called = {**state, "state": state, "parser": object()}
    return float(function(**called))


@pytest.mark.parametrize(
    ("info", "answer"),
    [({"constraints": CONSTRAINTS}, "42"), (json.dumps({"constraints": CONSTRAINTS}), ""), ({}, CONSTRAINTS)],
)
def test_a_rubric_finds_the_constraints_in_info_or_else_in_the_answer(info: Any, answer: str) -> None:
    assert as_a_rubric_calls(constraint_reward, info, answer) == 1.0
    assert constraint_reward.__name__ == "constraint_reward"


def test_a_rubrics_function_is_of_the_reward_that_it_is_given() -> None:
    function = rubric_function(ConstraintReward(types={type_.name: type_ for type_ in TYPES}))
    assert function.__name__ == "constraint_reward"
    assert as_a_rubric_calls(function, {"constraints": CONSTRAINTS}) == 1.0
    assert function(PROMPT, [{"role": "assistant", "content": "Done."}], CONSTRAINTS, {}) == 0.0
    with pytest.raises(VerificationError):
        function(PROMPT, COMPLETION, "42", {"info": None})


class VerifierFunction:
    """What open-instruct's base class asks of a subclass."""

    def __init__(self, name: str, weight: float = 1.0, verifier_config: Any = None) -> None:
        raise AssertionError("a verifier sets its own name and weight")

    @classmethod
    def get_config_class(cls) -> type:
        return dict


class CrabtkVerifier(ConstraintVerifier, VerifierFunction):
    """As the module's docstring says."""


@pytest.fixture(scope="module")
def verifier() -> CrabtkVerifier:
    (found,) = VerifierFunction.__subclasses__()
    assert found is CrabtkVerifier
    return found(found.get_config_class()())


@pytest.mark.parametrize("label", [CONSTRAINTS, [CONSTRAINTS], json.loads(CONSTRAINTS)])
def test_a_verifier_scores_a_prediction_by_its_label(verifier: CrabtkVerifier, label: Any) -> None:
    assert (verifier.name, verifier.weight) == ("crabtk", 1.0)
    result = verifier(tokenized_prediction=[1, 2], prediction=f"<think>sorry</think>{ANSWER}", label=label, query=ASKED)
    assert (result.score, result.cost) == (1.0, 0.0)
    assert "on topic" in str(result.reasoning)
    assert verifier([], "I have followed all constraints.", label, ASKED).score == 0.0
    assert verifier([], "", label).score == 0.0
    assert verifier([], ANSWER, label).score == 1.0


def test_a_verifier_answers_asynchronously_too(verifier: CrabtkVerifier) -> None:
    call = verifier.async_call([], "Sorry, desert plants rest at night.", CONSTRAINTS, ASKED, rollout_state={})
    assert asyncio.run(call).score < 1.0
