"""The model card: what it was made from and how, with no path and no date."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crabtk_trl.jobfile import JobFile

_METHODS = {"sft": "supervised fine-tuning", "dpo": "preference training (DPO)", "grpo": "training by reward (GRPO)"}
_LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
_CARD = """\
---
license: unknown
base_model: {base}
library_name: transformers
tags: [crabtk, {method}]
---
# {base}, {what}

Trained from `{base}` with [TRL](https://huggingface.co/docs/trl) through crabtk, random seed {seed}. The licence of
the base model and of the data applies; crabtk does not know it.

## Data and course

| figure | value |
|---|---|
{figures}

## Options

```json
{options}
```

## Versions

{versions}
"""


def card(job: JobFile, figures: Mapping[str, float]) -> str:
    """Return the text of README.md; the same job gives the same text."""
    return _CARD.format(
        base=_name(job.model),
        method=job.method,
        what=_METHODS[job.method],
        seed=job.seed,
        figures="\n".join(
            f"| {name} | {value:g} |" if isinstance(value, float) else f"| {name} | {value} |"
            for name, value in figures.items()
        ),
        options=json.dumps(_options(job), indent=1),
        versions=", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
    )


def _options(job: JobFile) -> dict[str, Any]:
    template = job.options["chat_template"]
    return {**job.options, "chat_template": Path(template).name if template else ""}


def _name(model: str) -> str:
    """Return a hub name as it is, and of a folder only its own name: the rest says where it lies on this machine."""
    return Path(model).name if Path(model).is_absolute() else model
