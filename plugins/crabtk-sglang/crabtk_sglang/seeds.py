"""Sampling with each request's own seed.

SGLang's samplers can draw with one seed for each request, but it hands the seeds on only in its deterministic mode,
which also swaps its kernels for slower ones. Here they are handed on without that mode: a request with a seed gets the
same tokens whatever is in the batch with it, as far as the probabilities that the kernels compute are the same.
"""

from __future__ import annotations

import os
from typing import Any

from crabtk_sglang.environment import MARK

_TARGET = "sglang.srt.sampling.sampling_batch_info.SamplingBatchInfo.from_schedule_batch"
_CPU_OPERATOR = "murmur_hash32_cpu"
"""What the sampler needs on a CPU; SGLang's kernels for some CPUs lack it, and the engine would die."""

_SEED_OF_NONE = 42
"""SGLang's own for a request without one."""


def register() -> None:
    """Have SGLang hand on the seeds; it calls this in each of its processes. Engines of other users are left alone."""
    if MARK not in os.environ:
        return
    from sglang.srt.plugins.hook_registry import HookRegistry, HookType

    HookRegistry.register(_TARGET, _hand_on, HookType.AFTER)


def _hand_on(info: Any, _: Any, batch: Any, *__: Any, **___: Any) -> None:
    from sglang.srt.runtime_context import get_exec

    # The other samplers take no seeds, and refuse a batch that has them.
    if info.sampling_seed is not None or get_exec().kernel.sampling_backend != "pytorch":
        return
    import torch

    if torch.device(batch.device).type == "cpu" and not hasattr(torch.ops.sgl_kernel, _CPU_OPERATOR):
        return
    seeds = [request.sampling_params.sampling_seed for request in batch.reqs]
    seeds = [_SEED_OF_NONE if seed is None else seed for seed in seeds]
    info.sampling_seed = torch.tensor(seeds, dtype=torch.int64).to(batch.device, non_blocking=True)
