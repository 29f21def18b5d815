"""Which step's model is kept, and when to stop: read off the evaluations so far, which every checkpoint records."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from crabtk.errors import TrainingError
from crabtk_trl.jobfile import JobFile
from crabtk_trl.options import TrainerOptions


class Best(NamedTuple):
    """The evaluation with the lowest loss, the first of equals."""

    step: int
    eval_loss: float


def best(log: Sequence[Mapping[str, float]]) -> Best | None:
    """Return the best evaluation of a trainer's log; None where none had a loss that is a number."""
    evaluations = (Best(int(line["step"]), line["eval_loss"]) for line in log if "eval_loss" in line)
    found = (evaluation for evaluation in evaluations if math.isfinite(evaluation.eval_loss))
    return min(found, key=lambda evaluation: evaluation.eval_loss, default=None)


def evaluations_since(log: Sequence[Mapping[str, float]], step: int) -> int:
    """Count the evaluations after a step."""
    return sum("eval_loss" in line and line["step"] > step for line in log)


def check_selection(job: JobFile, options: TrainerOptions) -> None:
    """Make sure that there is something to select by.

    Raises:
        TrainingError: The options ask for the best model or an early end, and the job has no dev rows.
    """
    asked = [key for key in ("keep_best", "early_stopping") if getattr(options, key)]
    if asked and job.evaluation is None:
        raise TrainingError(
            f"{options.section}.options sets {' and '.join(asked)}, and the job has no dev rows to evaluate on. "
            "Give the split dev some rows, or leave these options out."
        )


class Selection(TrainerCallback):
    """Keeps the checkpoint of the best evaluation, and stops once the loss no longer falls.

    It has no state of its own, so a resumed run decides as an uninterrupted one.
    """

    def __init__(self, options: TrainerOptions) -> None:
        self._options = options

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Have the best model loaded at the end; its path is that of this run, wherever the one before it lay."""
        if not self._options.keep_best or args.eval_strategy == "no":
            return
        # The constructor of the arguments would want a checkpoint with every evaluation.
        args.load_best_model_at_end = True
        if state.best_global_step:
            state.best_model_checkpoint = str(_checkpoint(args, state.best_global_step))

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Ask for a checkpoint of a new best model; stop where patience is at its end."""
        found = best(state.log_history)
        if found is None:
            return control
        if self._options.keep_best and found.step == state.global_step:
            state.best_global_step, state.best_metric = found
            control.should_save = True
        patience = self._options.early_stopping
        if patience and evaluations_since(state.log_history, found.step) >= patience:
            control.should_training_stop = True
            # A run that goes on from a checkpoint of this very step would not know that it has to stop.
            control.should_save = False
        return control


def _checkpoint(args: TrainingArguments, step: int) -> Path:
    return Path(str(args.output_dir), f"{PREFIX_CHECKPOINT_DIR}-{step}")
