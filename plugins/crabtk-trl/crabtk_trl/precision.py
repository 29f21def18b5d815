"""The precision of what is trained: float32, whatever the frozen weights are kept in."""

from __future__ import annotations

from typing import Any

import torch

from crabtk_trl.options import TrainerOptions


def train_in_float32(model: Any, options: TrainerOptions) -> None:
    """Make adapters on quantized weights float32; to be called once the trainer is built, before training.

    TRL rounds them to bfloat16, where a small update is lost; PEFT reads those of a checkpoint as float32, so a resumed
    run would train other numbers than an uninterrupted one.
    """
    if options.quantization == "none":
        return
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.to(torch.float32)
