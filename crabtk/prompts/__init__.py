"""Prompt templates: text files beside this one, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def prompt(name: str) -> str:
    """Return the template in ``NAME.md``, without the white space around it."""
    return (resources.files(__name__) / f"{name}.md").read_text("utf-8").strip()


@cache
def worked_example() -> Mapping[str, Any]:
    """Return the example that models are shown before their own question; see ``worked_example.toml``."""
    return tomllib.loads((resources.files(__name__) / "worked_example.toml").read_text("utf-8"))
