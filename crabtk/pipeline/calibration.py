"""Calibration by pass rate: prompts that the policy sometimes passes stay, those that it always passes get harder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from crabtk.constraints.satisfiable import satisfiable
from crabtk.pipeline.choose import Row
from crabtk.pipeline.compose import Chosen, forward_prompt
from crabtk.pipeline.passing import Asked, Passes
from crabtk.protocols import ConstraintType
from crabtk.settings import Rl
from crabtk.text import ParsedText
from crabtk.types import Constraint


@dataclass(frozen=True)
class Prompt:
    """A prompt for RL on its way to the table.

    Attributes:
        chosen: What it asks for.
        further: The seed's other constraints that could be appended, those to try first in front.
        rollouts: Responses that tell its pass rate.
        pass_rate: Share of them that pass; None without calibration.
        appended: Constraints that were appended.
        error: Why a response is missing, where one is.
    """

    chosen: Chosen
    further: Sequence[Row] = ()
    kind: str = "prompt"
    rollouts: int = 0
    pass_rate: float | None = None
    appended: int = 0
    error: str | None = None


@dataclass(frozen=True)
class Calibration:
    """Keeps prompts by pass rate.

    Attributes:
        passes: Tries prompts on the policy.
        types: By name.
        settings: ``pass_rates`` and ``append``.
        seed: Of the run.
        reject: Told of each prompt that leaves, and why.
    """

    passes: Passes
    types: Mapping[str, ConstraintType]
    settings: Rl
    seed: int
    reject: Callable[[Chosen, str], None]

    def __call__(self, prompts: Sequence[Prompt]) -> list[Prompt]:
        """Return the prompts that stay, in their order, with their pass rates."""
        kept: dict[str, Prompt] = {}
        trying = list(prompts)
        while trying:
            harder: list[Prompt] = []
            for prompt in self._rated(trying):
                if self._within(prompt):
                    kept[prompt.chosen.seed_id] = prompt
                elif prompt.pass_rate == 1.0 and (more := self._harder(prompt)) is not None:
                    harder.append(more)
                else:
                    self.reject(prompt.chosen, self._reason(prompt))
            trying = harder
        return [kept[p.chosen.seed_id] for p in prompts if p.chosen.seed_id in kept]

    def _within(self, prompt: Prompt) -> bool:
        low, high = self.settings.pass_rates
        return prompt.pass_rate is not None and low < prompt.pass_rate <= high

    def _rated(self, prompts: Sequence[Prompt]) -> list[Prompt]:
        """Return the prompts with their pass rates, without those that the engine could not answer at all."""
        asked = [
            Asked(p.chosen.seed_id, forward_prompt(p.chosen, self.seed), p.chosen.constraints, p.appended)
            for p in prompts
        ]
        rated: list[Prompt] = []
        for prompt, (passed, answered, error) in zip(prompts, self.passes(asked), strict=True):
            if answered:
                rated.append(replace(prompt, rollouts=answered, pass_rate=passed / answered, error=error))
            else:
                self.reject(prompt.chosen, f"the engine gave no answer: {error}")
        return rated

    def _harder(self, prompt: Prompt) -> Prompt | None:
        """Append the first further constraint that agrees with all; None where there is none, or it is enough."""
        if prompt.appended == self.settings.append:
            return None
        chosen = prompt.chosen
        witness = ParsedText(chosen.seed["response"], chosen.seed["language"])
        for n, row in enumerate(prompt.further):
            together = [*chosen.constraints, row]
            if not any(clash(row, other) for other in chosen.constraints) and self._shown(together, witness):
                longer = replace(chosen, constraints=together)
                return replace(prompt, chosen=longer, further=prompt.further[n + 1 :], appended=prompt.appended + 1)
        return None

    def _shown(self, rows: Sequence[Row], witness: ParsedText) -> bool:
        """Tell whether the seed's own response shows that constraints can be met together."""
        together = [Constraint(row["type"], json.loads(row["params"]), row["text"]) for row in rows]
        return satisfiable(together, self.types, witness).holds == "holds"

    def _reason(self, prompt: Prompt) -> str:
        rate = f"pass rate {prompt.pass_rate:.3g} over {prompt.rollouts} responses"
        if prompt.error is not None:
            rate += f" (others are missing: {prompt.error})"
        if prompt.pass_rate != 1.0:
            return f"{rate}, which rl.pass_rates leaves out"
        if prompt.appended == self.settings.append:
            return f"{rate}, with as many constraints appended as rl.append allows ({prompt.appended})"
        return f"{rate}, and no further constraint of its seed agrees with the others"


def clash(one: Row, other: Row) -> bool:
    """Tell whether two constraints of a seed cannot be asked together."""
    return one["type"] == other["type"] or other["constraint_id"] in one["conflicts"]
