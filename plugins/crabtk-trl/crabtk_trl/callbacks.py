"""What happens at each step: report, checkpoint, stop when training diverged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch.distributed as dist
from transformers import TrainerControl, TrainerState, TrainingArguments

from crabtk.errors import TrainingError
from crabtk_trl.channel import Channel
from crabtk_trl.checkpoints import Checkpoints
from crabtk_trl.history import KEPT, measured
from crabtk_trl.options import TrainerOptions
from crabtk_trl.selection import Selection

_FINITE = {"loss": "loss", "eval_loss": "evaluation loss", "grad_norm": "norm of the gradient"}


class Reporter(Selection):
    """Reports each logged step to the parent, seals each checkpoint and selects among them.

    Each checkpoint and each evaluation logs too: the averages that a log line holds start anew after it, in a resumed
    run as in an uninterrupted one.

    Args:
        tokens: Of one epoch, for progress; None where nobody knows before they are written.
        kept: Names of the logged values that do not depend on time.
    """

    def __init__(
        self,
        channel: Channel,
        checkpoints: Checkpoints,
        options: TrainerOptions,
        tokens: int | None,
        kept: Sequence[str] = KEPT,
    ) -> None:
        super().__init__(options)
        self._channel = channel
        self._checkpoints = checkpoints
        self._tokens = tokens
        self._kept = kept

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Evaluate at the end, and log wherever a checkpoint or an evaluation follows."""
        step, last = state.global_step, state.global_step >= state.max_steps
        if last and args.eval_strategy != "no":
            control.should_evaluate = True
        if last or control.should_evaluate or step % self._options.checkpoint_every == 0:
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
        """Report what was measured; refuse to go on where a loss or the gradient is no number."""
        values = measured(logs or {}, self._kept)
        if not {"loss", "eval_loss"} & values.keys():
            return
        self._refuse_divergence(values, state.global_step)
        if self._tokens is not None:
            values["tokens"] = round(values.get("epoch", 0.0) * self._tokens)
        self._channel.send(progress={"step": state.global_step, "steps": state.max_steps, "values": values})

    def _refuse_divergence(self, values: Mapping[str, float], step: int) -> None:
        # A loss is computed before the update of its step: what the update broke shows in the next one alone.
        for name, what in _FINITE.items():
            if not math.isfinite(values.get(name, 0.0)):
                raise TrainingError(
                    f"The {what} is {values[name]} at step {step}: training diverged. Lower "
                    f"{self._options.section}.options.learning_rate, or raise warmup_ratio."
                )

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Mark the checkpoint as complete, once every process has closed its files."""
        if dist.is_initialized():
            dist.barrier()
        if state.is_world_process_zero:
            self._checkpoints.seal(state.global_step)
