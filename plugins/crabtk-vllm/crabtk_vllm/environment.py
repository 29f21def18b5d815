"""The environment variables that vLLM is given before it is imported; what is set already stays."""

from __future__ import annotations

import os

DEFAULTS = {
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_LOGGING_LEVEL": "WARNING",
    # What crabtk writes to standard output may be read by a program.
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
    # A copy of a process whose threads hold locks (polars', torch's) may wait for them for ever.
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
}


def prepare() -> None:
    """Turn usage statistics off, log warnings only, to standard error, and have the engine's processes start afresh."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
