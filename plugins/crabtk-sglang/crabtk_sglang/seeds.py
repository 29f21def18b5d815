"""Sampling with each request's own seed.

SGLang's samplers can draw with one seed for each request, but it hands the seeds on only in its deterministic mode,
which also swaps its kernels for slower ones. Here they are handed on without that mode. And where a request of a batch
has a top p, SGLang gives the noise of the draw to ranks in place of tokens, for all requests of the batch: here it is
always the tokens'. So a request with a seed gets the same tokens whatever is in the batch with it, as far as the
probabilities that the kernels compute are the same.
"""

from __future__ import annotations

import os
from typing import Any

from crabtk_sglang.environment import MARK

_BATCH = "sglang.srt.sampling.sampling_batch_info.SamplingBatchInfo.from_schedule_batch"
_FILTERING = "sglang.srt.layers.sampler.top_k_top_p_min_p_sampling_from_probs_torch"
_CPU_OPERATOR = "murmur_hash32_cpu"
"""What the sampler needs on a CPU; SGLang's kernels for some CPUs lack it, and the engine would die."""

_SEED_OF_NONE = 42
"""SGLang's own for a request without one."""


def register() -> None:
    """Have SGLang hand on the seeds; it calls this in each of its processes. Engines of other users are left alone."""
    if MARK not in os.environ:
        return
    from sglang.srt.plugins.hook_registry import HookRegistry, HookType

    HookRegistry.register(_BATCH, _hand_on, HookType.AFTER)
    HookRegistry.register(_FILTERING, _draw, HookType.AROUND)


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


def _draw(
    original: Any,
    probs: Any,
    top_ks: Any,
    top_ps: Any,
    min_ps: Any,
    need_min_p_sampling: bool,
    sampling_seed: Any,
    positions: Any,
    **how: Any,
) -> Any:
    """Draw with seeds from what top k and top p leave, in the order of the vocabulary; shapes as in SGLang's own."""
    if sampling_seed is None or need_min_p_sampling or how.get("return_filtered_probs"):
        return original(probs, top_ks, top_ps, min_ps, need_min_p_sampling, sampling_seed, positions, **how)
    import torch
    from sglang.srt.layers.sampler import multinomial_with_seed

    values, tokens = probs.sort(dim=-1, descending=True)
    before = torch.cumsum(values, dim=-1) - values
    ranks = torch.arange(values.shape[-1], device=values.device)
    values[(ranks >= top_ks.view(-1, 1)) | (before > top_ps.view(-1, 1))] = 0.0
    left = torch.zeros_like(probs).scatter_(1, tokens, values)
    return multinomial_with_seed(left.log(), sampling_seed, positions).view(-1).to(torch.int32)
