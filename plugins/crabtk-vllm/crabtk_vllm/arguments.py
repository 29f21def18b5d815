"""vLLM's engine arguments from the backend's options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from vllm import EngineArgs

from crabtk.inference.engine_arguments import engine_arguments as checked
from crabtk_vllm.cpu import cpu_defaults

DEFAULTS: Mapping[str, Any] = {
    "enable_prefix_caching": True,
    # A small model writes blanks for ever where the grammar lets it; only these two of vLLM's libraries forbid them.
    "structured_outputs_config": {"backend": "xgrammar", "disable_any_whitespace": True},
    "disable_log_stats": True,
    "use_tqdm_on_load": False,
}
"""What is given to vLLM where the options say nothing else."""

_OPTIONS = {"kv_cache_memory_bytes": "kv_cache_gib"}
"""Options whose name differs from vLLM's."""

_NEEDED = {
    "logprobs_mode": "choices are scored by raw log-probabilities",
    "runner": "the model must generate",
    "skip_tokenizer_init": "crabtk renders prompts with the tokenizer's chat template",
}
"""What the backend relies on as vLLM has it."""


def engine_arguments(named: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of ``vllm.LLM``.

    Args:
        named: Arguments that are options of their own; None is left out.
        others: The option ``engine``.

    Raises:
        BackendError: ``others`` holds a name that this vLLM does not know, that is an option of its own, or that the
            backend relies on.
    """
    given = checked(
        named,
        others,
        known={field.name for field in fields(EngineArgs)},
        defaults=DEFAULTS,
        needed=_NEEDED,
        options=_OPTIONS,
        noun="vLLM's engine arguments",
        source="the fields of vllm.EngineArgs",
    )
    return {**cpu_defaults(given), **given}
