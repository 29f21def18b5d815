"""The options that all trainers share: optimiser, adapters, precision, devices, evaluation."""

# Annotations must be objects here, not texts: a trainer's constructor is made in its own module, and settings are
# checked against these annotations there.
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import ClassVar, Literal

from crabtk import TrainingJob, TrainingOutcome, TrainingProgress
from crabtk.errors import SettingsError
from crabtk_trl.extras import require_packages
from crabtk_trl.jobfile import JobFile
from crabtk_trl.launch import launch

Precision = Literal["auto", "float32", "bfloat16"]
Quantization = Literal["none", "nf4", "int8"]
Distribution = Literal["none", "ddp", "fsdp", "deepspeed"]
AT_LEAST_ONE = ("batch_size", "accumulation", "lora_rank", "checkpoint_every", "log_every", "processes")
AT_LEAST_NONE = ("evaluate_every", "early_stopping", "lora_dropout", "weight_decay")


@dataclass(frozen=True, kw_only=True)
class TrainerOptions:
    """What supervised, preference and reward training have in common.

    Attributes:
        learning_rate: Peak. LoRA usually wants five to ten times the rate of full fine-tuning.
        epochs: Passes over the examples; a job that gives a number of tokens overrides it.
        max_steps: Stop after so many optimiser steps; -1 leaves it to ``epochs``, and a number of tokens overrides it.
        batch_size: Rows in one forward pass of one process.
        accumulation: Forward passes per optimiser step.
        lora: Train low-rank adapters and merge them at the end; False trains all weights.
        lora_rank: Rank of the adapters.
        lora_alpha: Scale of the adapters.
        lora_dropout: Dropout before the adapters, in [0, 1).
        lora_targets: ``all-linear``, or module names separated by commas.
        lora_variant: ``rslora`` scales by the root of the rank; ``dora`` learns magnitudes apart.
        quantization: Of the frozen weights under adapters (QLoRA); needs ``crabtk-trl[qlora]``. The adapters are
            merged into the weights as they were before quantization.
        keep_adapter: Also save the adapters, in ``adapter/`` of the finished folder.
        chat_template: A Jinja file, or ``chatml`` for base models that have none; empty is the model's own.
        optimizer: Name of an optimiser of transformers, such as ``adamw_torch_fused``, ``adafactor``, ``adamw_8bit``.
        warmup_ratio: Share of the steps over which the learning rate rises, in [0, 1).
        scheduler: How it falls: ``linear``, ``cosine``, ``constant_with_warmup`` or another name of transformers.
        scheduler_options: Of the schedule, such as ``{min_lr_rate = 0.1}`` for ``cosine_with_min_lr``.
        weight_decay: Of the optimiser.
        max_grad_norm: Gradients are clipped to this norm.
        checkpoint_every: Optimiser steps between checkpoints, and the most that a kill loses.
        log_every: Optimiser steps between reports; every checkpoint and every evaluation reports too.
        evaluate_every: Optimiser steps between evaluations on the job's dev rows; 0 is ``checkpoint_every``. There is
            always one after the last step.
        early_stopping: Stop once so many evaluations in a row brought no lower loss; 0 never does. Needs dev rows.
        keep_best: The finished model is the one with the lowest evaluation loss; False takes the last. Needs dev rows.
        dtype: Of computation. ``auto`` is bfloat16 where the device has instructions for it, else float32. Weights
            under training are float32 either way.
        save_dtype: Of the finished weights; ``auto`` is that of the model trained from. Where it cannot hold a weight:
            float32.
        device: ``auto``, ``cpu``, ``mps``, ``cuda``, or ``cuda:N`` for one process. One that is not there is an error.
        attention: Attention implementation of transformers.
        activation_checkpointing: Recompute activations: less memory, about a fifth slower.
        deterministic: On an accelerator, choose algorithms that repeat bit by bit; costs speed. CPUs always do.
        threads: CPU threads of one process; None divides the physical cores that this process may use.
        distributed: ``ddp`` copies the model to each process; ``fsdp`` shards it (FSDP2, all of it); ``deepspeed``
            shards by ZeRO and needs ``crabtk-trl[deepspeed]``.
        processes: On this machine, one device each.
        zero_stage: Of DeepSpeed: 2 shards gradients and optimiser state, 3 the weights too.
        offload: Keep sharded weights (FSDP) or optimiser state (DeepSpeed) in the CPU's memory.
    """

    method: ClassVar[str]
    section: ClassVar[str] = "training"
    """Of the settings, for error messages."""

    learning_rate: float = 2e-5
    epochs: float = 1.0
    max_steps: int = -1
    batch_size: int = 1
    accumulation: int = 8
    lora: bool = False
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0
    lora_targets: str = "all-linear"
    lora_variant: Literal["none", "rslora", "dora"] = "none"
    quantization: Quantization = "none"
    keep_adapter: bool = False
    chat_template: str = ""
    optimizer: str = "adamw_torch_fused"
    warmup_ratio: float = 0.03
    scheduler: str = "cosine"
    scheduler_options: Mapping[str, float] = field(default_factory=dict)
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    checkpoint_every: int = 100
    log_every: int = 1
    evaluate_every: int = 0
    early_stopping: int = 0
    keep_best: bool = False
    dtype: Precision = "auto"
    save_dtype: Precision = "auto"
    device: str = "auto"
    attention: str = "sdpa"
    activation_checkpointing: bool = False
    deterministic: bool = True
    threads: int | None = None
    distributed: Distribution = "none"
    processes: int = 1
    zero_stage: Literal[2, 3] = 2
    offload: bool = False

    def __post_init__(self) -> None:
        for key in AT_LEAST_ONE:
            self._require(getattr(self, key) >= 1, key, "at least 1")
        for key in AT_LEAST_NONE:
            self._require(getattr(self, key) >= 0, key, "at least 0")
        self._require(self.learning_rate > 0, "learning_rate", "above 0")
        self._require(self.epochs > 0, "epochs", "above 0")
        self._require(self.max_steps == -1 or self.max_steps >= 1, "max_steps", "-1 or at least 1")
        self._require(0 <= self.warmup_ratio < 1, "warmup_ratio", "in [0, 1)")
        self._require(self.lora_dropout < 1, "lora_dropout", "in [0, 1)")
        self._require(self.threads is None or self.threads >= 1, "threads", "at least 1")
        self._require(self.lora or self.quantization == "none", "quantization", '"none" without lora = true')
        self._require(self.lora or not self.keep_adapter, "keep_adapter", "false without lora = true")
        self._require(
            self.distributed != "none" or self.processes == 1, "processes", '1 with distributed = "none"; set "ddp"'
        )
        known = re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", self.device)
        self._require(known is not None, "device", '"auto", "cpu", "mps", "cuda" or "cuda:N"')
        self._require(
            self.distributed == "none" or ":" not in self.device,
            "device",
            f'"cuda" with distributed = "{self.distributed}": each process takes a device of its own, among those that '
            "CUDA_VISIBLE_DEVICES lists",
        )

    def _require(self, holds: bool, key: str, rule: str) -> None:
        if not holds:
            raise SettingsError(f"{self.section}.options.{key} = {getattr(self, key)!r} must be {rule}.")

    @property
    def evaluation_steps(self) -> int:
        """Optimiser steps between evaluations."""
        return self.evaluate_every or self.checkpoint_every

    def train(self, job: TrainingJob, report: Callable[[TrainingProgress], None]) -> TrainingOutcome:
        """Train in child processes; blocks until they end.

        Args:
            job: ``work`` holds the checkpoints, ``train.log`` and the job file. A later call with the same model,
                rows, seed and options goes on from the last complete checkpoint; with others it starts anew.
            report: Called on this thread at each logged step.
        Returns:
            History of the logged steps, and figures. Both are those of an uninterrupted run, wherever this call went
            on from.
        Raises:
            SettingsError: An option names a file that is not there.
            TrainingError: An option needs a package that is not installed, the data or the model cannot be used, or
                a child failed (names the log).
        """
        options = asdict(self)
        require_packages(options)
        return launch(JobFile.of(job, self.method, options, self.section), report)
