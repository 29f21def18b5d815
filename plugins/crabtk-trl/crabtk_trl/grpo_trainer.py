"""Training by reward: the options that settings name, and nothing heavy."""

# Annotations must be objects here: settings are checked against those of the constructor.
import importlib.util
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from crabtk import TrainingJob, TrainingOutcome, TrainingProgress
from crabtk.errors import TrainingError
from crabtk_trl.options import TrainerOptions

GroupLoss = Literal["dapo", "grpo", "dr_grpo", "bnpo"]
_VLLM_MISSING = (
    'rl.options.use_vllm = "{}" needs the package vllm in the trainer\'s environment: pip install "crabtk-vllm[engine]"'
    ' (TRL 1.16 works with vLLM 0.22 to 0.31), or set use_vllm = "none".'
)


@dataclass(frozen=True, kw_only=True)
class TrlGrpoTrainer(TrainerOptions):
    """Trains by reward with TRL's ``GRPOTrainer``: the constraints' own checks reward sampled responses.

    Trip wires, prompts that are never learnt from, are answered greedily at the start, every ``evaluate_every`` steps
    and at the end, and reported apart; so are dev prompts. Training runs in a process of its own. On one machine, with
    one number of threads and without vLLM, the same job gives the same bytes, interrupted or not: a checkpoint always
    falls between two generations.

    Attributes:
        batch_size: Responses in one forward pass of one process.
        accumulation: Forward passes per optimiser step.
        num_generations: Responses per prompt, which are rewarded against each other; at least 2.
        generation_batch: Responses generated at once over all processes; None is those of one optimiser step. More
            than that makes the later steps learn from responses of an older model.
        max_completion_length: New tokens of a response.
        max_prompt_length: Longer prompts are dropped and counted; None drops those that leave no room for
            ``max_completion_length`` in the model's context.
        temperature: Of the responses that are learnt from.
        top_p: Nucleus sampling of them.
        beta: Weight of the KL divergence from the model that training starts from; 0 needs no reference.
        epsilon: Clipping range of the probability ratio.
        epsilon_high: Upper clipping range; None is ``epsilon``.
        loss_type: How token losses are averaged: ``dapo`` over the batch's tokens, ``grpo`` per response, ``dr_grpo``
            by a constant, ``bnpo`` over one forward pass.
        scale_rewards: Divide advantages by the deviation of the ``group``, of the ``batch``, or by nothing.
        mask_truncated_completions: Do not learn from responses that did not end. Where most do not, nothing is left:
            look at ``completions/clipped_ratio``.
        use_vllm: ``colocate`` generates by vLLM in the training process, ``server`` by one that runs elsewhere.
        vllm_server_host: Of ``server``.
        vllm_server_port: Of ``server``.
        vllm_memory: Share of the device's memory that ``colocate`` takes.
        evaluation_prompts: At most so many dev prompts are answered at each evaluation, the first of the file.
        samples: Responses that each logged step writes to ``completions.jsonl`` in the work folder; 0 writes those to
            trip wires and dev prompts alone.
    """

    name: ClassVar[str] = "trl-grpo"
    trains_on: ClassVar[str] = "prompts"
    method: ClassVar[str] = "grpo"
    section: ClassVar[str] = "rl"

    learning_rate: float = 1e-6
    batch_size: int = 8
    accumulation: int = 1
    scheduler: str = "constant_with_warmup"
    warmup_ratio: float = 0.03
    num_generations: int = 8
    generation_batch: int | None = None
    max_completion_length: int = 512
    max_prompt_length: int | None = None
    temperature: float = 1.0
    top_p: float = 1.0
    beta: float = 0.0
    epsilon: float = 0.2
    epsilon_high: float | None = None
    loss_type: GroupLoss = "dapo"
    scale_rewards: Literal["group", "batch", "none"] = "group"
    mask_truncated_completions: bool = False
    use_vllm: Literal["none", "colocate", "server"] = "none"
    vllm_server_host: str = "127.0.0.1"
    vllm_server_port: int = 8000
    vllm_memory: float = 0.3
    evaluation_prompts: int = 32
    samples: int = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        for key in ("max_completion_length", "vllm_server_port"):
            self._require(getattr(self, key) >= 1, key, "at least 1")
        for key in ("max_prompt_length", "generation_batch"):
            self._require((getattr(self, key) or 1) >= 1 and getattr(self, key) != 0, key, "at least 1")
        for key in ("beta", "samples", "evaluation_prompts"):
            self._require(getattr(self, key) >= 0, key, "at least 0")
        self._require(self.temperature > 0, "temperature", "above 0: equal responses teach nothing")
        self._require(0 < self.top_p <= 1, "top_p", "in (0, 1]")
        self._require(self.epsilon > 0, "epsilon", "above 0")
        self._require(self.epsilon_high is None or self.epsilon_high >= self.epsilon, "epsilon_high", "epsilon or more")
        self._require(0 < self.vllm_memory < 1, "vllm_memory", "between 0 and 1")
        self._require_batches()
        for key in ("keep_best", "early_stopping"):
            self._require(
                not getattr(self, key),
                key,
                f"{type(self).__dataclass_fields__[key].default!r}: GRPO has no evaluation loss",
            )
        self._require(self.distributed != "fsdp", "distributed", '"none", "ddp" or "deepspeed"')

    def _require_batches(self) -> None:
        step, forward = self.step_batch, self.batch_size * self.processes
        self._require(self.num_generations >= 2, "num_generations", "at least 2: responses are compared")
        generated = self.generation_batch or step
        self._require(
            generated % self.num_generations == 0,
            "num_generations",
            f"a divisor of the {generated} responses generated at once "
            "(generation_batch, or batch_size × accumulation × processes)",
        )
        self._require(generated % forward == 0, "generation_batch", f"a multiple of batch_size × processes = {forward}")
        self._require(
            generated % self.step_batch == 0 or self.step_batch % generated == 0,
            "generation_batch",
            f"a multiple or a divisor of the {self.step_batch} responses of a step (batch_size × accumulation × "
            "processes): steps and generations must end together for a run to be resumed exactly",
        )
        self._require(
            self.checkpoint_every % self.steps_per_generation == 0,
            "checkpoint_every",
            f"a multiple of the {self.steps_per_generation} optimiser steps that generation_batch and accumulation "
            "make of whole generations: a checkpoint in the middle of one could not be resumed exactly",
        )

    @property
    def step_batch(self) -> int:
        """Responses that one optimiser step learns from."""
        return self.batch_size * self.accumulation * self.processes

    @property
    def prompts_per_generation(self) -> int:
        """Prompts whose responses are generated at once; TRL leaves out of an epoch what does not fill a generation."""
        return (self.generation_batch or self.step_batch) // self.num_generations

    @property
    def steps_per_generation(self) -> int:
        """Fewest optimiser steps after which a step and a generation end together."""
        generated = self.generation_batch or self.step_batch
        return math.lcm(generated, self.step_batch) // self.step_batch

    def train(self, job: TrainingJob, report: Callable[[TrainingProgress], None]) -> TrainingOutcome:
        """Train in child processes; blocks until they end.

        Args:
            job: ``work`` also gets ``completions.jsonl``, samples of responses with their rewards. ``reward`` may hold
                ``engines`` beside the settings of the reward: those that a judge of intent is one of. ``tokens`` is
                refused: responses have no budget of tokens.
            report: Called on this thread at each logged step.
        Returns:
            History with ``loss``, ``reward``, ``reward_std``, ``kl`` (where ``beta`` is above 0) and the lengths of
            responses of each logged step; ``trip_wire/reward`` and ``trip_wire/hacked``, ``eval_reward`` and
            ``eval_satisfied`` of those that evaluate, the first of which is step 0. Figures: ``prompts``,
            ``prompts_dropped``, ``prompts_left_out`` (of each epoch, for want of a full generation), ``trip_wires``,
            ``trip_wires_dropped``, ``eval_prompts``, ``tokens_prompt``, ``responses`` and ``steps``.
        Raises:
            TrainingError: The prompts or the model cannot be used, vLLM is missing, or a child failed.
        """
        if job.tokens is not None:
            raise TrainingError("trl-grpo takes no number of tokens: set epochs or max_steps in rl.options.")
        if self.use_vllm != "none" and importlib.util.find_spec("vllm") is None:
            raise TrainingError(_VLLM_MISSING.format(self.use_vllm))
        return super().train(job, report)
