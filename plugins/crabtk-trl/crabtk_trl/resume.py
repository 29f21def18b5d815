"""Going on from a checkpoint, even where it is that of the last step."""

from __future__ import annotations

from typing import Any

from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from crabtk_trl.checkpoints import Checkpoint


class _Finished(Exception):
    """There is no step left to take."""


class _EndWhereFinished(TrainerCallback):
    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        if state.global_step >= state.max_steps:
            raise _Finished


def train_from(trainer: Trainer, start: Checkpoint | None) -> None:
    """Train to the end, from a checkpoint or from the model as it was loaded.

    A run may be killed between its last checkpoint and the finished folder. Left to itself, transformers 5 would take
    a further step from there wherever the last step does not end an epoch: it looks for the end only after a step. By
    the time that this is found out, weights and state are those of the checkpoint.
    """
    trainer.add_callback(_EndWhereFinished())  # the last: what others do at the start is done
    try:
        trainer.train(resume_from_checkpoint=str(start.folder) if start else None)
    except _Finished:
        if trainer.args.load_best_model_at_end and trainer.state.best_model_checkpoint is not None:
            trainer._load_best_model()
