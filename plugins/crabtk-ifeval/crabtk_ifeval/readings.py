"""What several checkers count alike in a text; readings for ``ParsedText.part``."""

from __future__ import annotations

import re

from crabtk import ParsedText

_WORD = re.compile(r"\w+")
_MARKS_TO_SPACES = bytes(byte if chr(byte).isalnum() or chr(byte) == "_" else 32 for byte in range(128)) + bytes(128)
_ASTERISKS = re.compile(r"\s?\*\*\*\s?")
_LATIN_LETTER = re.compile("[a-zA-Z]")
_SMALL_WORD = re.compile(r"\b[a-z]+\b")


def word_count(text: ParsedText) -> int:
    """Count runs of letters, digits and underscores."""
    if text.raw.isascii():
        return len(text.raw.encode().translate(_MARKS_TO_SPACES).split())
    return len(_WORD.findall(text.raw))


def asterisk_split(text: ParsedText) -> tuple[str, ...]:
    """Split at every three asterisks."""
    return tuple(_ASTERISKS.split(text.raw))


def asterisk_parts(text: ParsedText) -> int | None:
    """Count the parts between three asterisks, blank ones at the ends left out; None if one inside is blank."""
    parts = text.part(asterisk_split)
    if not all(part.strip() for part in parts[1:-1]):
        return None
    return len(parts) - (not parts[0].strip()) - (len(parts) > 1 and not parts[-1].strip())


def latin_letters(text: ParsedText) -> int:
    """Count Latin letters without accents."""
    return len(_LATIN_LETTER.findall(text.raw))


def small_words(text: ParsedText) -> int:
    """Count words of small Latin letters without accents."""
    return len(_SMALL_WORD.findall(text.raw))
