"""What of a text can be read the quick way: its ASCII, and letters that need no knowledge of marks and scripts."""

from __future__ import annotations

import re

from crabtk.text import ParsedText

_ASCII = bytes(range(128))
_NOT_SIMPLE = re.compile("[\x1c-\x1f\u0300-\u1fff\u200c\u200d\u2070-\u209f\u20d0-\u20ff\u2c00-\U0010ffff]")


def is_simple(text: str) -> bool:
    """Tell whether nothing in a text can carry or be a mark, join letters or belong to a script without spaces.

    Letters, digits and white space are then what Python takes for them, in ``re`` and elsewhere.
    """
    return text.isascii() or _NOT_SIMPLE.search(text) is None


def simple(text: ParsedText) -> bool:
    """Return whether the whole text is simple; for ``ParsedText.part``."""
    return is_simple(text.raw)


def beyond_ascii(text: str) -> str:
    """Return the characters of a text that are not ASCII."""
    if text.isascii():
        return ""
    # In UTF-8, no part of a longer character is a byte of ASCII.
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def signs_beyond(text: ParsedText) -> str:
    """Return the characters of the whole text that are not ASCII; for ``ParsedText.part``."""
    return beyond_ascii(text.raw)
