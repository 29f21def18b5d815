"""How often a policy's responses to a prompt hold every constraint and get through the gate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crabtk.pipeline.ask import Complete
from crabtk.pipeline.choose import Row
from crabtk.pipeline.intent import answers_by_judge, answers_by_words, instruction_of
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
        """Return for each prompt how many responses pass, how many there are, and why one is missing if one is."""
        count = self.settings.rollouts
        completions = self.complete([self._request(prompt, n) for prompt in prompts for n in range(count)])
        by_prompt = [completions[start : start + count] for start in range(0, len(prompts) * count, count)]
        passed = self._gated(prompts, [self._held(*pair) for pair in zip(prompts, by_prompt, strict=True)])
        return [
            (
                passed[n],
                sum(completion.finish_reason != "error" for completion in answers),
                next((completion.error for completion in answers if completion.finish_reason == "error"), None),
            )
            for n, answers in enumerate(by_prompt)
        ]

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

    def _gated(self, prompts: Sequence[Asked], held: Sequence[Sequence[str]]) -> list[int]:
        """Count of those responses, for each prompt, the ones that the gate lets through."""
        gate = self.settings.reward.intent
        cases = [(prompt, response) for prompt, ones in zip(prompts, held, strict=True) for response in ones]
        if gate == "judge" and self.judge is not None:
            through = answers_by_judge(self.judge, [(_instruction(prompt), response) for prompt, response in cases])
        elif gate == "topic":
            through = [_by_words(prompt, response) is not False for prompt, response in cases]
        else:
            through = [True] * len(cases)
        verdicts = iter(through)
        return [sum(next(verdicts) for _ in ones) for ones in held]


def _checks(type_: ConstraintType, text: ParsedText, params: Mapping[str, object]) -> bool:
    try:
        return type_.check(text, params)
    except Exception:  # as in the reward: a type that raises says nothing good of the response
        return False


def _by_words(prompt: Asked, response: str) -> bool | None:
    wordings, types = ([row[name] for row in prompt.constraints] for name in ("text", "type"))
    return answers_by_words(_instruction(prompt), response, wordings, types)


def _instruction(prompt: Asked) -> str:
    return instruction_of(prompt.messages, [row["text"] for row in prompt.constraints])


def _message(turn: Mapping[str, str]) -> Message:
    return Message("system" if turn["role"] == "system" else "user", turn["content"])
