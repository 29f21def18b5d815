"""Untrusted text in Markdown: escaped where it is prose, fenced where it is code."""

from __future__ import annotations

import json
import re
from typing import Any

from markupsafe import Markup

from crabtk.reporting.formats import visible

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#+|~$!&:@]")
_LINES = re.compile(r"\s+")


def prose(value: Any) -> Markup:
    """Return one line of text that Markdown shows as it is; what is marked up already stays.

    Punctuation that means something to Markdown, HTML or GitHub's autolinks becomes a numeric entity.
    """
    if isinstance(value, Markup):
        return value
    line = _LINES.sub(" ", visible(str(value))).strip()
    return Markup(_SPECIAL.sub(lambda found: f"&#{ord(found[0])};", line))  # noqa: S704 - escaped here


def code(value: Any) -> Markup:
    """Return inline code of one line, also within a table's cell."""
    line = _LINES.sub(" ", visible(str(value))).strip().replace("|", "¦") or " "
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return Markup(f"{fence}{pad}{line}{pad}{fence}")  # noqa: S704 - nothing in a code span is markup


def block(value: Any, language: str = "") -> Markup:
    """Return a fenced block of code whose fence the text cannot close."""
    text = visible(str(value)).rstrip("\n")
    fence = "`" * max(_longest_run(text) + 1, 3)
    return Markup(f"{fence}{language}\n{text}\n{fence}")  # noqa: S704 - nothing in a fenced block is markup


def yaml_text(value: Any) -> Markup:
    """Return a double-quoted YAML text."""
    return Markup(json.dumps(visible(str(value)), ensure_ascii=False))  # noqa: S704 - quoted and escaped


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
