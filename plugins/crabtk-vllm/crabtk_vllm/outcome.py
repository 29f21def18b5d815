"""What becomes of a request to vLLM."""

from __future__ import annotations

from vllm import RequestOutput

Outcome = tuple[str, RequestOutput | Exception]
"""Name of a request with its output, or with what vLLM says against it."""
