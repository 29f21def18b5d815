"""FSDP as it is asked for: really sharded, and with losses and gradients summed in full precision."""

from __future__ import annotations

import torch
from torch.distributed.fsdp import MixedPrecisionPolicy
from transformers import Trainer

from crabtk.errors import TrainingError
from crabtk_trl.options import TrainerOptions


def prepare_sharding(trainer: Trainer, options: TrainerOptions) -> None:
    """Make sure that accelerate will shard, and set the precision of what is summed; to be called before training.

    accelerate's own policy hands losses back in bfloat16, three digits, and sums gradients in it.

    Raises:
        TrainingError: It would not: on CPUs it copies the model to each process without a word.
    """
    if options.distributed != "fsdp":
        return
    if not trainer.is_fsdp_enabled:
        raise TrainingError(
            'distributed = "fsdp" shards on accelerators only, and none is here. Set training.options.distributed = '
            '"ddp", or "none".'
        )
    if trainer.args.bf16:
        trainer.accelerator.state.fsdp_plugin.mixed_precision_policy = MixedPrecisionPolicy(
            param_dtype=torch.bfloat16, reduce_dtype=torch.float32, output_dtype=torch.float32
        )
