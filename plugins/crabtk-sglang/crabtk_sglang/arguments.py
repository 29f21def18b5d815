"""SGLang's server arguments from the backend's options."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from sglang.srt.server_args import ServerArgs

from crabtk.errors import BackendError

DEFAULTS: Mapping[str, Any] = {
    # A small model writes blanks for ever where the grammar lets it.
    "constrained_json_disable_any_whitespace": True,
    # The only one whose sampling takes a seed for each request.
    "sampling_backend": "pytorch",
    "log_level": "error",
}
"""What is given to SGLang where the options say nothing else."""

_OPTIONS = {"model_path": "model"}
"""Options whose name differs from SGLang's."""

_NEEDED = {
    "allow_auto_truncate": "a prompt that is too long gets an error, and is never cut silently",
    "is_embedding": "the model must generate",
    "preferred_sampling_params": "each request brings its own sampling parameters",
    "skip_tokenizer_init": "prompts are rendered with the tokenizer's chat template",
}
"""What the backend relies on as SGLang has it."""


def server_arguments(named: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of ``sglang.Engine``.

    Args:
        named: Arguments that are options of their own; None is left out.
        others: The option ``engine``.

    Raises:
        BackendError: ``others`` holds a name that this SGLang does not know, that is an option of its own, or that the
            backend relies on.
    """
    known = _known()
    for name in others:
        if name in named or name in _OPTIONS.values():
            option = _OPTIONS.get(name, name)
            raise BackendError(f'engine.{name} is an option of its own: give it once, as the option "{option}"')
        if name in _NEEDED:
            raise BackendError(f"engine.{name} cannot be set: {_NEEDED[name]}")
        if name not in known:
            near = get_close_matches(name, sorted(known - named.keys()), n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "see the fields of sglang's ServerArgs"
            raise BackendError(f"engine.{name} is none of this SGLang's server arguments: {hint}")
    given = {name: value for name, value in named.items() if value is not None}
    return {**{name: value for name, value in DEFAULTS.items() if name in known}, **given, **others}


def _known() -> set[str]:
    # A msgspec structure in newer versions, a dataclass in older ones.
    fields = getattr(ServerArgs, "__struct_fields__", None)
    return set(fields) if fields is not None else {field.name for field in dataclasses.fields(ServerArgs)}
