"""Packages that only some options need, looked for before anything is started."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from crabtk.errors import TrainingError

# How transformers' names of optimisers that bitsandbytes has begin (its trainer_optimizer.py, heavy to import),
# and of GaLore's on eight bits, which build on them. ``adamw_torch_8bit`` is torchao's.
_BITSANDBYTES = ("adamw_bnb", "adamw_8bit", "ademamix", "lion_", "paged_", "rmsprop_bnb", "galore_adamw_8bit")


def require_packages(options: Mapping[str, Any]) -> None:
    """Make sure that what the options need is installed.

    Raises:
        TrainingError: It is not; names the option and the command that installs it.
    """
    if options["quantization"] != "none":
        _require("bitsandbytes", "qlora", f'quantization = "{options["quantization"]}"')
    if options["optimizer"].startswith(_BITSANDBYTES):
        _require("bitsandbytes", "qlora", f'optimizer = "{options["optimizer"]}"')
    if options["distributed"] == "deepspeed":
        _require("deepspeed", "deepspeed", 'distributed = "deepspeed"')


def _require(package: str, extra: str, setting: str) -> None:
    if find_spec(package) is None:
        raise TrainingError(f'{setting} needs the package {package}: pip install "crabtk-trl[{extra}]"')
