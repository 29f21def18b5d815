"""A few of the rewarded responses, as JSON Lines that a person can read while training runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from crabtk_trl.grpo_trainer import TrlGrpoTrainer


class Explained(Protocol):
    """What a reward says of one response; ``crabtk.rewards`` gives it."""

    @property
    def reward(self) -> float:
        """The reward."""
        ...

    @property
    def satisfied(self) -> tuple[float, ...]:
        """Score of each constraint, in [0, 1]; 1 exactly where it holds."""
        ...

    @property
    def on_topic(self) -> bool | None:
        """Whether the response answers the instruction; None where nobody looked or nothing tells."""
        ...


class Reward(Protocol):
    """A reward that also explains itself; ``crabtk.rewards.ConstraintReward`` is one."""

    def __call__(
        self, prompts: Sequence[Any], completions: Sequence[Any], constraints: Sequence[str], **_: Any
    ) -> list[float]:
        """Reward each completion."""
        ...

    def explain(self, prompt: Any, completion: Any, constraints: str) -> Explained:
        """Tell how the reward of one completion comes about."""
        ...


@dataclass(frozen=True, slots=True)
class Samples:
    """The file of samples: one JSON object per line, in the order of steps.

    Keys: ``step``, ``kind`` (``prompt``, ``trip_wire`` or ``dev``), ``prompt`` (messages), ``completion`` (text,
    as the model wrote it), ``constraints`` (a list), ``reward``, ``satisfied`` (a score each), ``on_topic``.
    """

    path: Path

    def begin(self, step: int) -> None:
        """Go on after a step: lines of later steps, and one that a kill cut off, are removed."""
        kept = [line for line in self._lines() if _step(line) <= step] if step else []
        draft = self.path.with_name(f"{self.path.name}.partial")
        draft.write_bytes(b"".join(kept))
        draft.replace(self.path)

    def _lines(self) -> Iterable[bytes]:
        if not self.path.is_file():
            return []
        return [line for line in self.path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]

    def add(self, step: int, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Append rows of one step."""
        with self.path.open("a", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps({"step": step, "kind": kind, **row}) + "\n")


def _step(line: bytes) -> int:
    return int(json.loads(line)["step"])


def sample(prompt: Any, completion: str, constraints: str, explained: Explained, reward: float) -> dict[str, Any]:
    """Return one row of the file; ``reward`` is what training used."""
    return {
        "prompt": prompt,
        "completion": completion,
        "constraints": json.loads(constraints),
        "reward": reward,
        "satisfied": list(explained.satisfied),
        "on_topic": explained.on_topic,
    }


class SampledReward:
    """The reward as TRL calls it, which keeps samples of what it rewarded.

    Args:
        reward: Computes the rewards.
        samples: The file.
        options: Steps between samples are those between reports; ``samples`` of them are spread over the batch.
        tokenizer: Decodes completions, of which TRL may already have taken hidden reasoning out, closed or not.
    """

    __name__ = "constraint_reward"

    def __init__(self, reward: Reward, samples: Samples, options: TrlGrpoTrainer, tokenizer: Any) -> None:
        self._reward = reward
        self._samples = samples
        self._options = options
        self._tokenizer = tokenizer

    def __call__(
        self,
        prompts: Sequence[Any],
        completion_ids: Sequence[Sequence[int]],
        constraints: Sequence[str],
        opening: Sequence[str],
        trainer_state: Any,
        **_: Any,
    ) -> list[float]:
        """Return the reward's own values.

        Args:
            prompts: Messages.
            completion_ids: Tokens that the model wrote.
            constraints: JSON text for each.
            opening: For each, the block of hidden reasoning that its rendered prompt opened.
            trainer_state: TRL's; tells the step.
        """
        completions: list[str] = self._tokenizer.batch_decode(completion_ids, skip_special_tokens=True)
        whole = [opened + written for opened, written in zip(opening, completions, strict=True)]
        rewards = self._reward(prompts, whole, constraints=constraints)
        step = trainer_state.global_step + 1
        if trainer_state.is_world_process_zero and self._due(step):
            every = -(-len(rewards) // self._options.samples)
            explained = map(self._reward.explain, prompts[::every], whole[::every], constraints[::every])
            found = (values[::every] for values in (prompts, completions, constraints))
            rows = zip(*found, explained, rewards[::every], strict=True)
            self._samples.add(step, "prompt", [sample(*row) for row in rows])
        return rewards

    def _due(self, step: int) -> bool:
        # What is generated at once may serve several steps.
        every, last = self._options.log_every, step + self._options.steps_per_generation - 1
        return self._options.samples > 0 and (step == 1 or last // every > (step - 1) // every)
