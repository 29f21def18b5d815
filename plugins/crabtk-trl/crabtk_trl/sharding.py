"""FSDP as it is asked for: really sharded, and with losses and gradients summed in full precision."""

from __future__ import annotations

import torch
from torch.distributed.fsdp import MixedPrecisionPolicy
from transformers import Trainer, TrainingArguments

from crabtk.errors import TrainingError
from crabtk_trl.options import TrainerOptions


def sum_in_float32(arguments: TrainingArguments) -> None:
    """Set the precision of what shards sum and hand back; to be called before the trainer is built.

    accelerate's own policy hands losses back in bfloat16, three digits, and sums gradients in it. A trainer shards a
    reference while it is built: by another policy its log-probabilities would be coarser than those of the model.
    """
    if arguments.bf16 and arguments.fsdp_plugin_args is not None:
        arguments.fsdp_plugin_args["mixed_precision_policy"] = MixedPrecisionPolicy(
            param_dtype=torch.bfloat16, reduce_dtype=torch.float32, output_dtype=torch.float32
        )


def prepare_sharding(trainer: Trainer, options: TrainerOptions) -> None:
    """Make sure that accelerate will shard; to be called before training.

    Raises:
        TrainingError: It would not: on CPUs it copies the model to each process without a word.
    """
    if options.distributed != "fsdp":
        return
    if not trainer.is_fsdp_enabled:
        raise TrainingError(
            'distributed = "fsdp" shards on accelerators only, and none is here. Set '
            f'{options.section}.options.distributed = "ddp", or "none".'
        )
