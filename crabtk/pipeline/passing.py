"""How often a policy's responses to a prompt hold every constraint and get through the gate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crabtk.pipeline.ask import Complete
from crabtk.pipeline.choose import Row
from crabtk.pipeline.intent import Case, Judged, answers_by_judge, answers_by_words, instruction_of
from crabtk.protocols import ConstraintType
from crabtk.randomness import generator
from crabtk.reply import without_thinking
from crabtk.settings import Rl
from crabtk.text import ParsedText, has_word
from crabtk.types import Completion, Message, Request, Sampling


@dataclass(frozen=True)
class Asked:
    """A prompt to try.

    Attributes:
        key: Of the prompt; with ``attempt`` it tells its draws from others.
        messages: Without a response.
        constraints: Rows of schema ``Constraints``, all of known types.
        attempt: How often it was made harder.
    """

    key: str
    messages: Sequence[Mapping[str, str]]
    constraints: Sequence[Row]
    attempt: int


@dataclass
class Passes:
    """Tries prompts on a policy.

    Attributes:
        types: By name.
        complete: The policy.
        settings: Rollouts, sampling, and the reward's gate.
        seed: Of the run.
        judge: The gate's, where it is one.
    """

    types: Mapping[str, ConstraintType]
    complete: Complete
    settings: Rl
    seed: int
    judge: Complete | None = None

    def __call__(self, prompts: Sequence[Asked]) -> list[tuple[int, int, str | None]]:
        """Return for each prompt how many responses pass, how many there are, and why one is missing if one is.

        A response that the gate's judge could not be asked about is missing like one that the policy did not give.
        """
        count = self.settings.rollouts
        completions = self.complete([self._request(prompt, n) for prompt in prompts for n in range(count)])
        by_prompt = [completions[start : start + count] for start in range(0, len(prompts) * count, count)]
        gated = self._gated(prompts, [self._held(*pair) for pair in zip(prompts, by_prompt, strict=True)])
        return [_counted(*pair) for pair in zip(by_prompt, gated, strict=True)]

    def _request(self, prompt: Asked, rollout: int) -> Request:
        drawn = generator(self.seed, "rl_prompts", prompt.key, str(prompt.attempt), str(rollout)).getrandbits(31)
        sampling = Sampling(self.settings.max_tokens, self.settings.temperature, seed=drawn)
        return Request(tuple(_message(turn) for turn in prompt.messages), sampling)

    def _held(self, prompt: Asked, answers: Sequence[Completion]) -> list[str]:
        """Return the responses that hold every constraint."""
        responses = [without_thinking(c.text) for c in answers if c.finish_reason != "error"]
        checks = [(self.types[row["type"]], json.loads(row["params"])) for row in prompt.constraints]
        return [
            response
            for response in responses
            if has_word(response)
            and all(_checks(type_, text, params) for text in (ParsedText(response),) for type_, params in checks)
        ]

    def _gated(self, prompts: Sequence[Asked], held: Sequence[Sequence[str]]) -> list[list[Judged]]:
        """Tell of each of those responses whether the gate lets it through."""
        gate = self.settings.reward.intent
        cases = [_case(prompt, response) for prompt, ones in zip(prompts, held, strict=True) for response in ones]
        if gate == "judge" and self.judge is not None:
            found = answers_by_judge(self.judge, cases)
        elif gate == "topic":
            found = [Judged(answers_by_words(*case) is not False) for case in cases]
        else:
            found = [Judged(True)] * len(cases)
        verdicts = iter(found)
        return [[next(verdicts) for _ in ones] for ones in held]


def _counted(answers: Sequence[Completion], gated: Sequence[Judged]) -> tuple[int, int, str | None]:
    errors = [completion.error for completion in answers if completion.finish_reason == "error"]
    unjudged = [f"the gate's judge failed: {judged.error}" for judged in gated if judged.error is not None]
    missing = len(errors) + len(unjudged)
    return sum(judged.answers for judged in gated), len(answers) - missing, next(iter((*errors, *unjudged)), None)


def _checks(type_: ConstraintType, text: ParsedText, params: Mapping[str, object]) -> bool:
    try:
        return type_.check(text, params)
    except Exception:  # as in the reward: a type that raises says nothing good of the response
        return False


def _case(prompt: Asked, response: str) -> Case:
    wordings, types = ([row[name] for row in prompt.constraints] for name in ("text", "type"))
    return Case(instruction_of(prompt.messages, wordings), response, wordings, types)


def _message(turn: Mapping[str, str]) -> Message:
    return Message("system" if turn["role"] == "system" else "user", turn["content"])
