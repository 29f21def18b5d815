"""The rewards of a job: that of training, and those that look where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from crabtk.errors import CrabtkError, TrainingError
from crabtk.rewards import reward_from_settings
from crabtk_trl.grpo_samples import Reward
from crabtk_trl.jobfile import JobFile


@dataclass(frozen=True, slots=True)
class Rewards:
    """What a job rewards and watches by.

    Attributes:
        training: What is learnt from.
        guard: Tells whether responses answer the instruction. That of training, or the guard by words where training
            has no gate: then most of all, trip wires must tell.
        form: Without a gate; reads constraints before the first step.
    """

    training: Reward
    guard: Reward
    form: Reward


@contextmanager
def open_rewards(job: JobFile) -> Iterator[Rewards]:
    """Open the rewards that the job's settings ask for; leaving the block closes a judge's engine.

    Raises:
        TrainingError: The settings are no reward's, or the judge cannot be opened or asked.
    """
    ungated, by_words = ({**job.reward, "intent": intent} for intent in ("off", "topic"))
    try:
        with (
            reward_from_settings(job.reward) as training,
            reward_from_settings(by_words) as words,
            reward_from_settings(ungated) as form,
        ):
            gated = job.reward.get("intent", "topic") != "off"
            yield Rewards(training, training if gated else words, form)
    except TrainingError:
        raise
    except CrabtkError as error:
        raise TrainingError(f"The reward cannot be computed: {error}") from error
