"""What of a text can be read the quick way: its ASCII, and letters that need no knowledge of marks and scripts."""

from __future__ import annotations

import re

from crabtk.text import ParsedText
from crabtk.words import NOT_SIMPLE, beyond_ascii

_NOT_SIMPLE = re.compile(f"[\x1c-\x1f]|{NOT_SIMPLE.pattern}")


def is_simple(text: str) -> bool:
    """Tell whether nothing in a text can carry or be a mark, join letters or belong to a script without spaces.

    Letters, digits and white space are then what Python takes for them, in ``re`` and elsewhere.
    """
    return text.isascii() or _NOT_SIMPLE.search(text) is None


def simple(text: ParsedText) -> bool:
    """Return whether the whole text is simple; for ``ParsedText.part``."""
    return is_simple(text.raw)


def signs_beyond(text: ParsedText) -> str:
    """Return the characters of the whole text that are not ASCII; for ``ParsedText.part``."""
    return beyond_ascii(text.raw)
