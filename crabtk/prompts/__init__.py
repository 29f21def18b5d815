"""Prompt templates: text files beside this one, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def prompt(name: str) -> str:
    """Return the template in ``NAME.md``, without the white space around it."""
    return (resources.files(__name__) / f"{name}.md").read_text("utf-8").strip()
