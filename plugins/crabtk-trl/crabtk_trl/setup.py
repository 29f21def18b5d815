"""From our options to those of TRL and PEFT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from peft import LoraConfig
from trl import SFTConfig  # type: ignore[attr-defined]  # trl loads its names lazily

from crabtk_trl.distribution import distribution_arguments
from crabtk_trl.jobfile import JobFile
from crabtk_trl.model import device_kind, uses_bfloat16

if TYPE_CHECKING:
    from crabtk_trl.options import TrainerOptions
    from crabtk_trl.trainer import TrlTrainer


def shared_arguments(job: JobFile, options: TrainerOptions) -> dict[str, Any]:
    """Return the arguments that TRL's configurations of all methods take; everything they would guess is stated."""
    kind = device_kind(options.device)
    return {
        "output_dir": str(Path(job.work, "checkpoints")),
        "seed": job.seed,
        "data_seed": job.seed,
        "learning_rate": options.learning_rate,
        "num_train_epochs": options.epochs if job.tokens is None else 1.0,
        "max_steps": options.max_steps if job.tokens is None else -1,
        "per_device_train_batch_size": options.batch_size,
        "gradient_accumulation_steps": options.accumulation,
        "optim": options.optimizer,
        "warmup_steps": options.warmup_ratio,  # below 1 it is a share
        "lr_scheduler_type": options.scheduler,
        "lr_scheduler_kwargs": dict(options.scheduler_options),
        "weight_decay": options.weight_decay,
        "max_grad_norm": options.max_grad_norm,
        # FSDP has its own, which gathers a layer once less.
        "activation_checkpointing": options.activation_checkpointing and options.distributed != "fsdp",
        "bf16": uses_bfloat16(options.dtype, options.device),
        "use_cpu": kind == "cpu",
        "dataloader_pin_memory": kind == "cuda",
        "logging_steps": options.log_every,
        "logging_nan_inf_filter": False,  # the reporter stops a run that diverged; hidden, it would train on
        "save_strategy": "steps",
        "save_steps": options.checkpoint_every,
        # The last one goes only when the next is sealed; the best stays beside them.
        "save_total_limit": 3 if options.keep_best else 2,
        **_evaluation(job, options),
        **distribution_arguments(options),
        "report_to": "none",
        "disable_tqdm": True,
        "push_to_hub": False,
    }


def _evaluation(job: JobFile, options: TrainerOptions) -> dict[str, Any]:
    # Training by reward evaluates by its own generations.
    if job.evaluation is None or job.method == "grpo":
        return {"eval_strategy": "no"}
    return {"eval_strategy": "steps", "eval_steps": options.evaluation_steps}


def evaluation_batch(options: TrainerOptions) -> int:
    """Return the rows of one process's forward pass in evaluation.

    Several processes take one at a time: accelerate fills their last batches up with rows that they have had, which
    would count again in the mean of such a batch; of single rows it drops the repeated ones.
    """
    return 1 if options.processes > 1 else options.batch_size


def configuration(job: JobFile, options: TrlTrainer) -> SFTConfig:
    """Return TRL's configuration of supervised fine-tuning, for rows that are ready as they are."""
    return SFTConfig(
        **shared_arguments(job, options),
        per_device_eval_batch_size=1 if options.packing else evaluation_batch(options),
        dataset_kwargs={"skip_prepare_dataset": True},
        # Passes over a number of tokens are shuffled one by one.
        train_sampling_strategy="random" if job.tokens is None else "sequential",
        max_length=options.max_length,
        packing=options.packing,
        packing_strategy="bfd",
        completion_only_loss=True,
        neftune_noise_alpha=options.neftune_alpha or None,
    )


def adapters(options: TrainerOptions) -> LoraConfig | None:
    """Return PEFT's configuration, or None where all weights are trained."""
    if not options.lora:
        return None
    names = [name.strip() for name in options.lora_targets.split(",")]
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=options.lora_rank,
        lora_alpha=options.lora_alpha,
        lora_dropout=options.lora_dropout,
        target_modules=options.lora_targets if names == ["all-linear"] else names,
        use_rslora=options.lora_variant == "rslora",
        use_dora=options.lora_variant == "dora",
    )
