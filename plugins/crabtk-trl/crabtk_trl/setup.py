"""From our options to those of TRL and PEFT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from peft import LoraConfig
from trl import SFTConfig  # type: ignore[attr-defined]  # trl loads its names lazily

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
        "num_train_epochs": options.epochs,
        "max_steps": options.max_steps,
        "per_device_train_batch_size": options.batch_size,
        "gradient_accumulation_steps": options.accumulation,
        "optim": options.optimizer,
        "warmup_steps": options.warmup_ratio,  # below 1 it is a share
        "lr_scheduler_type": options.scheduler,
        "lr_scheduler_kwargs": dict(options.scheduler_options),
        "weight_decay": options.weight_decay,
        "max_grad_norm": options.max_grad_norm,
        "activation_checkpointing": options.activation_checkpointing,
        "bf16": uses_bfloat16(options.dtype, options.device),
        "use_cpu": kind == "cpu",
        "dataloader_pin_memory": kind == "cuda",
        "logging_steps": options.log_every,
        "logging_nan_inf_filter": False,  # the reporter stops a run that diverged; hidden, it would train on
        "save_strategy": "steps",
        "save_steps": options.checkpoint_every,
        "save_total_limit": 2,
        "report_to": "none",
        "disable_tqdm": True,
        "push_to_hub": False,
    }


def configuration(job: JobFile, options: TrlTrainer) -> SFTConfig:
    """Return TRL's configuration of supervised fine-tuning."""
    return SFTConfig(
        **shared_arguments(job, options),
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
