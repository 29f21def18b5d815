"""The reward of responses by the types' own checks, in the signature that TRL calls."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from crabtk.errors import BackendError, SettingsError, VerificationError
from crabtk.pipeline.ask import Complete
from crabtk.pipeline.intent import Case, answers_by_judge, answers_by_words
from crabtk.plugins import load
from crabtk.protocols import ConstraintType
from crabtk.rewards.rows import RewardRow, read_row
from crabtk.scoring.reward import reward
from crabtk.settings import Reward, selects
from crabtk.text import ParsedText, has_word
from crabtk.types import Constraint

_log = logging.getLogger("crabtk.rewards")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Explained:
    """A reward and what it is made of.

    Attributes:
        reward: In [0, 1].
        satisfied: For each constraint its score in [0, 1]: 1 exactly where it holds.
        on_topic: What the gate found; None where it is off, or has no basis to tell.
    """

    reward: float
    satisfied: tuple[float, ...]
    on_topic: bool | None


class ConstraintReward:
    """Rewards responses by what their constraints' types say; TRL's trainers take it as a reward function.

    Only what a reader sees is scored: hidden reasoning (``<think>…</think>``) is left out first, and a response
    without a word gets 0. A type that raises gives 0 for its constraint, and a warning once.

    Args:
        settings: How scores become one number, and the gate.
        types: By name; all installed ones where not given.
        judge: Answers the gate's questions, where ``settings.intent`` is ``judge``; see ``reward_from_settings``.
        opening: What the chat template writes before each completion, or all that it renders of some prompt with its
            generation prompt. Where its end opens hidden reasoning (``<think>``), a completion that never closes the
            block is hidden whole. Needed where prompts are messages, which do not show it; a prompt that is a text
            with such an end, or that ends with an assistant's message, tells by itself.
            To be left empty where whoever generates takes the reasoning out of completions.

    Raises:
        SettingsError: The gate is a judge, and none is given; or ``settings.weights`` names what is no type.
    """

    __name__ = "constraint_reward"

    def __init__(
        self,
        settings: Reward = Reward(),  # noqa: B008  # frozen
        types: Mapping[str, ConstraintType] | None = None,
        judge: Complete | None = None,
        opening: str = "",
    ) -> None:
        if settings.intent == "judge" and judge is None:
            raise SettingsError(
                'reward.intent = "judge" needs a judge: use reward_from_settings with the engine that reward.judge '
                'names, pass judge=…, or set intent = "topic".'
            )
        self.settings = settings
        self._types = installed_types() if types is None else types
        _check_weights(settings.weights, self._types)
        self._judge = judge
        self._opening = opening
        self._warned: set[str] = set()

    def __call__(
        self, prompts: Sequence[Any], completions: Sequence[Any], constraints: Sequence[Any], **_: Any
    ) -> list[float]:
        """Return the rewards of responses, in their order.

        Args:
            prompts: Texts or lists of messages.
            completions: Texts or lists of messages, one per prompt.
            constraints: For each, JSON text of a list of ``{"type", "params", "text"}``. The wordings (``text``) tell
                the gate what of the prompt is no instruction; without them it takes the whole prompt for one.

        Raises:
            VerificationError: Constraints cannot be read; names the row.
            BackendError: The gate's judge failed on a question; says why.
        """
        if not len(prompts) == len(completions) == len(constraints):
            raise VerificationError(
                f"There are {len(prompts)} prompts, {len(completions)} completions and {len(constraints)} lists of "
                "constraints; each row needs one of each."
            )
        rows = [
            read_row(*row, self._types, f"row {n} ({_shown(row[0])})", self._opening)
            for n, row in enumerate(zip(prompts, completions, constraints, strict=True), start=1)
        ]
        return [explained.reward for explained in self._explained(rows)]

    def explain(self, prompt: Any, completion: Any, constraints: Any) -> Explained:
        """Return one response's reward with what it is made of; arguments as in a call, of one row."""
        return self._explained([read_row(prompt, completion, constraints, self._types, "the row", self._opening)])[0]

    def _explained(self, rows: Sequence[RewardRow]) -> list[Explained]:
        return [self._one(row, gate) for row, gate in zip(rows, self._gate(rows), strict=True)]

    def _one(self, row: RewardRow, on_topic: bool | None) -> Explained:
        text = ParsedText(row.response)
        spoken = has_word(row.response)
        satisfied = tuple(self._score(text, constraint) if spoken else 0.0 for constraint in row.constraints)
        scores = [(constraint.type, score) for constraint, score in zip(row.constraints, satisfied, strict=True)]
        made = reward(scores, aggregate=self.settings.aggregate, weights=self.settings.weights, on_topic=on_topic)
        return Explained(made, satisfied, on_topic)

    def _gate(self, rows: Sequence[RewardRow]) -> list[bool | None]:
        if self.settings.intent == "judge" and self._judge is not None:
            return _judged(self._judge, [_case(row) for row in rows])
        if self.settings.intent == "topic":
            return [answers_by_words(*_case(row)) for row in rows]
        return [None] * len(rows)

    def _score(self, text: ParsedText, constraint: Constraint) -> float:
        type_ = self._types[constraint.type]
        try:
            if not self.settings.partial:
                return float(type_.check(text, constraint.params))
            score = float(type_.score(text, constraint.params))
        except Exception as error:  # a type may be anybody's, and training must not end for one text
            return self._failed(constraint, f"raised {type(error).__name__}: {error}")
        if math.isnan(score) or not 0.0 <= score <= 1.0:
            return self._failed(constraint, f"gave the score {score}, which is not in [0, 1]")
        return score

    def _failed(self, constraint: Constraint, what: str) -> float:
        if constraint.type not in self._warned:
            self._warned.add(constraint.type)
            params = dict(constraint.params)
            _log.warning("%s with %s %s; that counts as 0, here and later", constraint.type, params, what)
        return 0.0


def _check_weights(weights: Mapping[str, float], types: Mapping[str, ConstraintType]) -> None:
    for name in weights:
        if not any(selects((name,), known) for known in types):
            families = ", ".join(sorted({known.partition(":")[0] for known in types})) or "none"
            raise SettingsError(
                f'reward.weights: there is no constraint type or family "{name}", so its weight would have no effect. '
                f"Known families: {families}; `crabtk types` lists their types."
            )


def _case(row: RewardRow) -> Case:
    return Case(row.instruction, row.response, [c.text for c in row.constraints], [c.type for c in row.constraints])


def _judged(judge: Complete, cases: Sequence[Case]) -> list[bool | None]:
    """Return a judge's verdicts; a failure is none of them, or it would teach that good responses are bad."""
    found = answers_by_judge(judge, cases)
    errors = [judged.error for judged in found if judged.error is not None]
    if errors:
        raise BackendError(
            f"The judge of the gate gave no answer on {len(errors)} of {len(cases)} responses: {errors[0]}. See that "
            'its engine answers, or set reward.intent to "topic".'
        )
    return [judged.answers for judged in found]


def _shown(prompt: Any) -> str:
    """Return the end of a prompt, by which a user finds the row."""
    last = prompt[-1] if isinstance(prompt, list) and prompt else prompt
    text = last.get("content", last) if isinstance(last, Mapping) else last
    return repr(str(text)[-_SHOWN:])


@cache
def installed_types() -> Mapping[str, ConstraintType]:
    """Return all installed constraint types by name."""
    return {plugin.name: plugin.value for plugin in load().all("constraint type")}
