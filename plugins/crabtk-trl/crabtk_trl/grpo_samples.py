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

    Keys: ``step``, ``kind`` (``prompt``, ``trip_wire`` or ``dev``), ``prompt`` (messages), ``completion`` (text),
    ``constraints`` (a list), ``reward``, ``satisfied`` (a score each), ``on_topic``.
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


def sample(prompt: Any, completion: Any, constraints: str, explained: Explained, reward: float) -> dict[str, Any]:
    """Return one row of the file; ``reward`` is what training used."""
    return {
        "prompt": prompt,
        "completion": text_of(completion),
        "constraints": json.loads(constraints),
        "reward": reward,
        "satisfied": list(explained.satisfied),
        "on_topic": explained.on_topic,
    }


def text_of(completion: Any) -> str:
    """Return a completion's text, whether it is a text or a list of messages."""
    return completion if isinstance(completion, str) else "".join(str(turn["content"]) for turn in completion)


class SampledReward:
    """The reward as TRL calls it, which keeps samples of what it rewarded.

    Args:
        reward: Computes the rewards.
        samples: The file.
        options: Steps between samples are those between reports; ``samples`` of them are spread over the batch.
    """

    __name__ = "constraint_reward"

    def __init__(self, reward: Reward, samples: Samples, options: TrlGrpoTrainer) -> None:
        self._reward = reward
        self._samples = samples
        self._options = options

    def __call__(
        self, prompts: Sequence[Any], completions: Sequence[Any], constraints: Sequence[str], **given: Any
    ) -> list[float]:
        """Return the reward's own values; ``trainer_state`` is TRL's and tells the step."""
        rewards = self._reward(prompts, completions, constraints=constraints)
        state = given["trainer_state"]
        step = state.global_step + 1
        if state.is_world_process_zero and self._due(step):
            chosen = range(0, len(rewards), -(-len(rewards) // self._options.samples))
            rows = [self._sample(prompts[i], completions[i], constraints[i], rewards[i]) for i in chosen]
            self._samples.add(step, "prompt", rows)
        return rewards

    def _due(self, step: int) -> bool:
        # What is generated at once may serve several steps.
        every, last = self._options.log_every, step + self._options.steps_per_generation - 1
        return self._options.samples > 0 and (step == 1 or last // every > (step - 1) // every)

    def _sample(self, prompt: Any, completion: Any, constraints: str, reward: float) -> dict[str, Any]:
        return sample(prompt, completion, constraints, self._reward.explain(prompt, completion, constraints), reward)
