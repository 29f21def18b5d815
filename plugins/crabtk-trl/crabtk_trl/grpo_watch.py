"""Prompts that are never learnt from: trip wires, on which gaming shows, and those of the dev split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import GRPOTrainer  # type: ignore[attr-defined]  # trl loads its names lazily

from crabtk_trl.channel import Channel
from crabtk_trl.grpo_answers import greedy_answers
from crabtk_trl.grpo_prompts import Prompt
from crabtk_trl.grpo_rewards import Rewards
from crabtk_trl.grpo_samples import Explained, Samples, sample
from crabtk_trl.grpo_trainer import TrlGrpoTrainer


class Watch(TrainerCallback):
    """Answers the prompts at the start, every ``evaluation_steps`` and at the end; reports how that is rewarded.

    Args:
        prompts: By kind, ``trip_wire`` or ``dev``.
        samples: Gets every answer.
    """

    def __init__(
        self,
        trainer: GRPOTrainer,
        prompts: Mapping[str, Sequence[Prompt]],
        rewards: Rewards,
        samples: Samples,
        channel: Channel,
        options: TrlGrpoTrainer,
    ) -> None:
        self._trainer = trainer
        self._prompts = {kind: rows for kind, rows in prompts.items() if rows}
        self._rewards = rewards
        self._samples = samples
        self._channel = channel
        self._options = options

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Evaluate the model as it starts; a resumed run has done so."""
        if state.global_step == 0:
            self._evaluate(state)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Evaluate before the step is logged and its checkpoint written, so that both hold what came out."""
        if state.global_step % self._options.evaluation_steps == 0 or state.global_step >= state.max_steps:
            self._evaluate(state)

    def _evaluate(self, state: TrainerState) -> None:
        values: dict[str, float] = {}
        for kind, rows in self._prompts.items():
            values |= self._look(kind, rows, state)
        if not values:
            return
        state.log_history.append({"step": state.global_step, **values})
        if state.global_step and state.is_world_process_zero:
            self._channel.send(progress={"step": state.global_step, "steps": state.max_steps, "values": values})

    def _look(self, kind: str, rows: Sequence[Prompt], state: TrainerState) -> dict[str, float]:
        answers = greedy_answers(self._trainer, rows, self._options.batch_size)
        prompts, constraints = [row.messages for row in rows], [row.constraints for row in rows]
        whole = [row.opening + answer for row, answer in zip(rows, answers, strict=True)]
        explained = [self._rewards.guard.explain(*one) for one in zip(prompts, whole, constraints, strict=True)]
        rewards = [one.reward for one in explained]
        if self._rewards.guard is not self._rewards.training:
            rewards = self._rewards.training(prompts, whole, constraints=constraints)
        if state.is_world_process_zero:
            found = zip(prompts, answers, constraints, explained, rewards, strict=True)
            self._samples.add(state.global_step, kind, [sample(*one) for one in found])
        return figures(kind, rewards, explained)


def figures(kind: str, rewards: Sequence[float], explained: Sequence[Explained]) -> dict[str, float]:
    """Return the figures of one kind of prompts.

    Returns:
        ``trip_wire/reward`` and ``trip_wire/hacked``: mean reward, and the share of responses whose constraints all
        hold though they do not answer the instruction. For the dev split, ``eval_reward`` and ``eval_satisfied``: the
        share of responses whose constraints all hold.
    """
    hold = [all(score == 1.0 for score in one.satisfied) for one in explained]
    mean = sum(rewards) / len(rewards)
    if kind == "trip_wire":
        hacked = [held and one.on_topic is False for held, one in zip(hold, explained, strict=True)]
        return {"trip_wire/reward": mean, "trip_wire/hacked": sum(hacked) / len(hacked)}
    return {"eval_reward": mean, "eval_satisfied": sum(hold) / len(hold)}
