"""From a job to the method that runs it, and what all methods do first; runs in the child processes only."""

from __future__ import annotations

import importlib
import logging
from typing import Any

import torch

from crabtk_trl.channel import Channel
from crabtk_trl.cores import physical_cores
from crabtk_trl.jobfile import JobFile
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
    """Set threads and, on an accelerator, repeatable algorithms."""
    torch.set_num_threads(options.threads or max(1, physical_cores() // options.processes))
    if options.deterministic and torch.cuda.is_available():
        # Warn only: a model whose operation has no repeatable variant is still trained.
        torch.use_deterministic_algorithms(True, warn_only=True)
