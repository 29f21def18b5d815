"""From our options to TRL's for preference pairs."""

from __future__ import annotations

from trl import DPOConfig  # type: ignore[attr-defined]  # trl loads its names lazily

from crabtk_trl.dpo_reference import precomputes
from crabtk_trl.dpo_trainer import TrlDpoTrainer
from crabtk_trl.jobfile import JobFile
from crabtk_trl.setup import evaluation_batch, shared_arguments

KEPT: tuple[str, ...] = (
    "epoch", "loss", "grad_norm", "learning_rate", "entropy", "mean_token_accuracy", "rewards/accuracies",
    "rewards/margins", "rewards/chosen", "rewards/rejected", "logps/chosen", "logps/rejected", "eval_loss",
    "eval_rewards/accuracies", "eval_rewards/margins", "eval_rewards/chosen", "eval_rewards/rejected",
    "eval_logps/chosen", "eval_logps/rejected",
)  # fmt: skip
"""Logged values that do not depend on time."""


def dpo_configuration(job: JobFile, options: TrlDpoTrainer) -> DPOConfig:
    """Return TRL's configuration."""
    return DPOConfig(
        **shared_arguments(job, options),
        per_device_eval_batch_size=evaluation_batch(options),
        beta=options.beta,
        loss_type=[options.loss_type],
        label_smoothing=options.label_smoothing,
        max_length=options.max_length,
        truncation_mode="keep_start",
        precompute_ref_log_probs=precomputes(options),
        disable_dropout=True,
    )
