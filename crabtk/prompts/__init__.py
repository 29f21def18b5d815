"""Prompt templates: text files beside this one, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any


@cache
def prompt(name: str) -> str:
    """Return the template in ``NAME.md``, without the white space around it."""
    return (resources.files(__name__) / f"{name}.md").read_text("utf-8").strip()


@cache
def worked_examples() -> Sequence[Mapping[str, Any]]:
    """Return the examples that models are shown before their own question; see ``worked_examples.toml``."""
    text = (resources.files(__name__) / "worked_examples.toml").read_text("utf-8")
    examples: Sequence[Mapping[str, Any]] = tomllib.loads(text)["examples"]
    return examples
