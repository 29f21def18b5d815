"""SGLang's server arguments from the backend's options."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from sglang.srt.server_args import ServerArgs

from crabtk.inference.engine_arguments import engine_arguments

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
    return engine_arguments(
        named,
        others,
        known=_known(),
        defaults=DEFAULTS,
        needed=_NEEDED,
        options=_OPTIONS,
        noun="SGLang's server arguments",
        source="the fields of sglang's ServerArgs",
    )


def _known() -> set[str]:
    # A msgspec structure in newer versions, a dataclass in older ones.
    fields = getattr(ServerArgs, "__struct_fields__", None)
    return set(fields) if fields is not None else {field.name for field in dataclasses.fields(ServerArgs)}
