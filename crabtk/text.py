"""ParsedText: a text split once, shared by all constraint types."""

from __future__ import annotations


class ParsedText:
    """A text and its parts, each computed on first use and kept (placeholder, see the text helper)."""

    def __init__(self, raw: str, language: str | None = None) -> None:
        self.raw = raw
