"""The trainer that settings name: options and nothing heavy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import ClassVar, Literal

from crabtk import TrainingJob, TrainingOutcome, TrainingProgress
from crabtk.errors import SettingsError
from crabtk_trl.jobfile import JobFile
from crabtk_trl.launch import launch


@dataclass(frozen=True, kw_only=True)
class TrlTrainer:
    """Fine-tunes on prompt–completion examples with TRL's ``SFTTrainer``; the loss covers completions only.

    Training runs in a process of its own on one device (the first that is visible, or ``device``). On one machine,
    with one number of threads, the same job gives the same bytes, interrupted or not.

    Attributes:
        learning_rate: Peak. LoRA usually wants five to ten times the default.
        epochs: Passes over the examples.
        max_steps: Stop after so many optimiser steps; -1 leaves it to ``epochs``.
        batch_size: Rows in one forward pass. With packing and no flash attention keep 1 and raise ``accumulation``:
            the rows of a batch are laid end to end, and attention costs the square of that.
        accumulation: Forward passes per optimiser step.
        max_length: Tokens of a row; longer examples lose their end; one with no completion left is dropped.
        packing: Put several examples into one row (best fit); attention does not cross from one to another.
        lora: Train low-rank adapters and merge them at the end; False trains all weights.
        lora_rank: Rank of the adapters.
        lora_alpha: Scale of the adapters.
        lora_dropout: Dropout before the adapters.
        lora_targets: ``all-linear``, or module names separated by commas.
        warmup_ratio: Share of the steps over which the learning rate rises, in [0, 1).
        scheduler: How it falls: ``linear``, ``cosine``, ``constant_with_warmup`` or another name of transformers.
        weight_decay: Of AdamW.
        max_grad_norm: Gradients are clipped to this norm.
        checkpoint_every: Optimiser steps between checkpoints, and the most that a kill loses.
        log_every: Optimiser steps between reports; every checkpoint reports too.
        dtype: Of computation. ``auto`` is bfloat16 where the device has instructions for it, else float32. Weights
            under training are float32 either way.
        save_dtype: Of the finished weights; ``auto`` is that of the model trained from.
        device: ``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:N``.
        attention: Attention implementation of transformers.
        activation_checkpointing: Recompute activations: less memory, about a fifth slower.
        deterministic: On an accelerator, choose algorithms that repeat bit by bit; costs speed. CPUs always do.
        threads: CPU threads; None is the number of physical cores that this process may use.
    """

    name: ClassVar[str] = "trl"

    learning_rate: float = 2e-5
    epochs: float = 1.0
    max_steps: int = -1
    batch_size: int = 1
    accumulation: int = 8
    max_length: int = 2048
    packing: bool = True
    lora: bool = False
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0
    lora_targets: str = "all-linear"
    warmup_ratio: float = 0.03
    scheduler: str = "cosine"
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    checkpoint_every: int = 100
    log_every: int = 1
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    save_dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    device: str = "auto"
    attention: str = "sdpa"
    activation_checkpointing: bool = False
    deterministic: bool = True
    threads: int | None = None

    def __post_init__(self) -> None:
        for key in ("batch_size", "accumulation", "max_length", "lora_rank", "checkpoint_every", "log_every"):
            self._require(getattr(self, key) >= 1, key, "at least 1")
        self._require(self.learning_rate > 0, "learning_rate", "above 0")
        self._require(self.epochs > 0, "epochs", "above 0")
        self._require(self.max_steps == -1 or self.max_steps >= 1, "max_steps", "-1 or at least 1")
        self._require(0 <= self.warmup_ratio < 1, "warmup_ratio", "in [0, 1)")
        self._require(self.threads is None or self.threads >= 1, "threads", "at least 1")

    def _require(self, holds: bool, key: str, rule: str) -> None:
        if not holds:
            raise SettingsError(f"training.options.{key} = {getattr(self, key)!r} must be {rule}.")

    def train(self, job: TrainingJob, report: Callable[[TrainingProgress], None]) -> TrainingOutcome:
        """Train in a child process; blocks until it ends.

        Args:
            job: ``work`` holds the checkpoints, ``train.log`` and the job file. A later call with the same model,
                examples, seed and options goes on from the last complete checkpoint; with others it starts anew.
            report: Called on this thread at each logged step.
        Returns:
            History of the logged steps; figures ``examples``, ``examples_truncated``, ``examples_dropped``,
            ``tokens_total``, ``tokens_in_loss`` and ``end_of_turn_in_loss`` (of one epoch), ``sequences`` (rows after
            packing) and ``steps``. Both are those of an uninterrupted run, wherever this call went on from.
        Raises:
            TrainingError: The data would teach nothing or never to stop, or the child failed; names the log.
        """
        return launch(JobFile.of(job, asdict(self)), report)
