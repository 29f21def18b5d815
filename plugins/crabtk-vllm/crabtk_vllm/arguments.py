"""vLLM's engine arguments from the backend's options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from vllm import EngineArgs

from crabtk.errors import BackendError
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
    known = {field.name for field in fields(EngineArgs)}
    for name in others:
        if name in named:
            option = _OPTIONS.get(name, name)
            raise BackendError(f'engine.{name} is an option of its own: give it once, as the option "{option}"')
        if name in _NEEDED:
            raise BackendError(f"engine.{name} cannot be set: {_NEEDED[name]}")
        if name not in known:
            near = get_close_matches(name, sorted(known - named.keys()), n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "see the fields of vllm.EngineArgs"
            raise BackendError(f"engine.{name} is none of this vLLM's engine arguments: {hint}")
    given = {name: value for name, value in named.items() if value is not None}
    given = {**{name: value for name, value in DEFAULTS.items() if name in known}, **given, **others}
    return {**cpu_defaults(given), **given}
