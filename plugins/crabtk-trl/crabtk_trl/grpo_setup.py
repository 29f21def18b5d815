"""From our options to TRL's for training by reward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trl import GRPOConfig  # type: ignore[attr-defined]  # trl loads its names lazily

from crabtk_trl.grpo_trainer import TrlGrpoTrainer
from crabtk_trl.history import measured
from crabtk_trl.jobfile import JobFile
from crabtk_trl.setup import shared_arguments

WATCHED: tuple[str, ...] = ("trip_wire/reward", "trip_wire/hacked", "eval_reward", "eval_satisfied")
"""What evaluations log."""
KEPT: tuple[str, ...] = (
    "epoch", "loss", "grad_norm", "learning_rate", "reward", "reward_std", "frac_reward_zero_std", "kl", "entropy",
    "completions/mean_length", "completions/clipped_ratio", "clip_ratio/region_mean",
)  # fmt: skip
"""What steps log, as far as it does not depend on time."""


def grpo_configuration(job: JobFile, options: TrlGrpoTrainer, context: int | None) -> GRPOConfig:
    """Return TRL's configuration.

    Args:
        context: Of the model; bounds the memory that vLLM sets aside.
    """
    # TRL takes either; without one, a generation is one optimiser step.
    generation: dict[str, Any] = (
        {} if options.generation_batch is None else {"generation_batch_size": options.generation_batch}
    )
    return GRPOConfig(
        **shared_arguments(job, options),
        **generation,
        num_generations=options.num_generations,
        max_completion_length=options.max_completion_length,
        temperature=options.temperature,
        top_p=options.top_p,
        beta=options.beta,
        epsilon=options.epsilon,
        epsilon_high=options.epsilon_high,
        loss_type=options.loss_type,
        scale_rewards=options.scale_rewards,
        mask_truncated_completions=options.mask_truncated_completions,
        use_vllm=options.use_vllm != "none",
        vllm_mode="server" if options.use_vllm == "server" else "colocate",
        vllm_server_host=options.vllm_server_host,
        vllm_server_port=options.vllm_server_port,
        vllm_gpu_memory_utilization=options.vllm_memory,
        vllm_max_model_length=context,
    )


def grpo_history(log: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Return one mapping per step that logged or evaluated, in order; the first is the evaluation at step 0."""
    lines: dict[float, dict[str, float]] = {}
    for line in log:
        values = measured(line, (*KEPT, *WATCHED))
        if values.keys() - {"epoch"}:  # the summary at the end has nothing else to keep
            lines.setdefault(line["step"], {"step": line["step"]}).update(values)
    return [lines[step] for step in sorted(lines)]
