"""What vLLM needs on a CPU, where its own defaults suit a large server that does nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import psutil
from vllm.platforms import current_platform

_FEW_CORES = 4
_SHARE = 4
_MOST_BYTES = 8 * 2**30
_SIZED_BY = ("kv_cache_memory_bytes", "gpu_memory_utilization")


def cpu_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return engine arguments for a CPU in the place of those that are not given; none elsewhere.

    Keys and values get a quarter of the memory that is free, 8 GiB at most, where vLLM would take nearly all of the
    machine's and refuse to start when others use some. Nothing is compiled, which would take two minutes of each start.
    Prompts are read in one piece: to read on after a piece, vLLM sets back the generator of a request that has a seed,
    which a CPU's cannot be, and the engine dies (0.32: "CPU Generator does not use offset").
    The prefix cache works in blocks of 32 tokens, not 128, of which a short question would waste half of one; as fast.
    On few cores vLLM, which keeps some for other work, may use all; variables that are set already stay.
    """
    if not current_platform.is_cpu():
        return {}
    if (os.cpu_count() or 1) <= _FEW_CORES:
        os.environ.setdefault("VLLM_CPU_NUM_OF_RESERVED_CPU", "0")
    found: dict[str, Any] = {"enforce_eager": True, "enable_chunked_prefill": False, "block_size": 32}
    if "VLLM_CPU_KVCACHE_SPACE" not in os.environ and not any(name in given for name in _SIZED_BY):
        found["kv_cache_memory_bytes"] = min(psutil.virtual_memory().available // _SHARE, _MOST_BYTES)
    return {name: value for name, value in found.items() if name not in given}
