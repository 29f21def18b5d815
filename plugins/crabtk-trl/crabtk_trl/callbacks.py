"""What happens at each step: report, checkpoint, stop when training diverged."""

from __future__ import annotations

import math
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from crabtk.errors import TrainingError
from crabtk_trl.channel import Channel
from crabtk_trl.checkpoints import Checkpoints
from crabtk_trl.history import measured


class Reporter(TrainerCallback):
    """Reports each logged step to the parent and seals each checkpoint.

    Args:
        checkpoint_every: Steps between checkpoints. Each of them logs too: the averages that a log line holds start
            anew after it, in a resumed run as in an uninterrupted one.
        tokens: Of one epoch, for progress.
    """

    def __init__(self, channel: Channel, checkpoints: Checkpoints, checkpoint_every: int, tokens: int) -> None:
        self._channel = channel
        self._checkpoints = checkpoints
        self._checkpoint_every = checkpoint_every
        self._tokens = tokens

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Log wherever a checkpoint is written: every so many steps, and at the end."""
        if state.global_step % self._checkpoint_every == 0 or state.global_step >= state.max_steps:
            control.should_log = True
        return control

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Report the loss; refuse to go on without one."""
        values = measured(logs or {})
        if "loss" not in values:
            return
        if not math.isfinite(values["loss"]):
            raise TrainingError(
                f"The loss is {values['loss']} at step {state.global_step}: training diverged. Lower "
                "training.options.learning_rate, or raise warmup_ratio."
            )
        values["tokens"] = round(values.get("epoch", 0.0) * self._tokens)
        self._channel.send(progress={"step": state.global_step, "steps": state.max_steps, "values": values})

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Mark the checkpoint as complete; called once all its files are closed."""
        self._checkpoints.seal(state.global_step)
