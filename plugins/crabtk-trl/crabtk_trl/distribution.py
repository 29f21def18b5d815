"""Several processes on one machine: how they start, and how accelerate shares the model out among them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crabtk_trl.options import TrainerOptions

_RANK, _LOCAL_RANK = "RANK", "LOCAL_RANK"


def command(options: Mapping[str, Any], arguments: Sequence[str]) -> list[str]:
    """Return the command that starts the child, or a launcher that starts one child per process."""
    if options["distributed"] == "none":
        return [sys.executable, "-m", "crabtk_trl", *arguments]
    # What ``accelerate launch`` starts too; it would want MPI to run several processes on CPUs. Standalone takes a
    # free port of this machine, and nobody else can join.
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={options['processes']}"]
    return [sys.executable, *launcher, "-m", "crabtk_trl", *arguments]


def reports() -> bool:
    """Tell whether this process reports to the caller: the only one, or the first of several."""
    return rank() == 0


def rank() -> int:
    """Return this process's number among those that train together, from 0."""
    return int(os.environ.get(_RANK, "0"))


def launched() -> bool:
    """Tell whether a launcher started this process; then that is its parent, not the caller."""
    return _LOCAL_RANK in os.environ


def distribution_arguments(options: TrainerOptions) -> dict[str, Any]:
    """Return the arguments of transformers that configure accelerate."""
    if options.distributed == "fsdp":
        return {"fsdp": True, "fsdp_config": _fsdp(options)}
    if options.distributed == "deepspeed":
        return {"deepspeed": deepspeed(options)}
    if options.distributed == "ddp":
        return {"ddp_find_unused_parameters": False}
    return {}


def _fsdp(options: TrainerOptions) -> dict[str, Any]:
    """FSDP2: weights, gradients and optimiser state are sharded, one layer of the transformer at a time."""
    return {
        "version": 2,
        "auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
        "reshard_after_forward": True,
        "state_dict_type": "FULL_STATE_DICT",
        "cpu_offload": options.offload,
        "activation_checkpointing": options.activation_checkpointing,
    }


def deepspeed(options: TrainerOptions) -> dict[str, Any]:
    """Return DeepSpeed's configuration (ZeRO-2 or ZeRO-3); ``auto`` takes the trainer's own value."""
    zero: dict[str, Any] = {"stage": options.zero_stage, "overlap_comm": True, "contiguous_gradients": True}
    if options.zero_stage == 3:
        zero["stage3_gather_16bit_weights_on_model_save"] = True
    if options.offload:
        zero["offload_optimizer"] = {"device": "cpu", "pin_memory": True}
    return {
        "zero_optimization": zero,
        "bf16": {"enabled": "auto"},
        "gradient_clipping": "auto",
        "gradient_accumulation_steps": "auto",
        "train_micro_batch_size_per_gpu": "auto",
        "train_batch_size": "auto",
    }
