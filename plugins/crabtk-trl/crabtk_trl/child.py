"""From a job to the method that runs it, and what all methods do first; runs in the child processes only."""

from __future__ import annotations

import importlib
import logging
from typing import Any

import torch

from crabtk.errors import TrainingError
from crabtk_trl.channel import Channel
from crabtk_trl.cores import physical_cores
from crabtk_trl.jobfile import JobFile
from crabtk_trl.model import device_kind
from crabtk_trl.options import TrainerOptions

# Each has ``run(job, channel) -> {"history": […], "figures": {…}}``; only the one that is asked for is imported.
_METHODS = {"sft": "crabtk_trl.sft_child", "dpo": "crabtk_trl.dpo_child", "grpo": "crabtk_trl.grpo_child"}


def run(job: JobFile, channel: Channel) -> dict[str, Any]:
    """Train and write the model; return history and figures.

    Raises:
        TrainingError: The model or the data cannot be used, or training diverged.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    outcome: dict[str, Any] = importlib.import_module(_METHODS[job.method]).run(job, channel)
    return outcome


def prepare_torch(options: TrainerOptions) -> None:
    """Set threads and, on an accelerator, repeatable algorithms.

    Raises:
        TrainingError: The device that the options ask for is not there; accelerate would train on another.
    """
    _check_device(options)
    torch.set_num_threads(options.threads or max(1, physical_cores() // options.processes))
    if options.deterministic and torch.cuda.is_available():
        # Warn only: a model whose operation has no repeatable variant is still trained.
        torch.use_deterministic_algorithms(True, warn_only=True)


def _check_device(options: TrainerOptions) -> None:
    # Of ``cuda:N`` this process sees that device alone, and none where there is no such device.
    kind = device_kind(options.device)
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there[kind]:
        raise TrainingError(
            f'{options.section}.options.device = "{options.device}", but torch {torch.__version__} finds no such '
            "device here. Check the driver, CUDA_VISIBLE_DEVICES and whether this torch is a build for the device, or "
            'set device = "auto" or "cpu".'
        )
