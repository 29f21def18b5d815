"""Words as people count them: ``don't`` and ``well-being`` are one word each."""

from __future__ import annotations

import re

import regex

from crabtk.constraints.plain_text import signs_beyond
from crabtk.text import WORD, ParsedText

WHOLE_WORD = regex.compile(
    r"[\p{L}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d]*(?:['’‑-][\p{L}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d]*)*"
)
"""Letters, marks and digits; an apostrophe or hyphen between two of them joins them."""

_ASCII_WHOLE_WORD = re.compile("[A-Za-z0-9]+(?:['-][A-Za-z0-9]+)*")
"""The same in a text of ASCII, at a multiple of the speed."""

_OF_WORDS = regex.compile(r"[\p{L}\p{M}\p{N}\u200c\u200d]")
_CLOSING = ".,;:!?…\"'”’»)]}*_"
_OPENING = "\"'“‘«([{*_¿¡"


def in_ascii(text: ParsedText) -> str | None:
    """Return a text in ASCII that has the same words with the same joints; None where a letter is beyond ASCII.

    For ``ParsedText.part``.
    """
    if text.raw.isascii():
        return text.raw
    if _OF_WORDS.search(text.part(signs_beyond)):
        return None
    return text.raw.replace("’", "'").replace("‑", "-").encode("ascii", "replace").decode("ascii")


def fold(word: str) -> str:
    """Return a word without letter case, its apostrophe straight."""
    return word.casefold().replace("’", "'")


def same(one: str, other: str) -> bool:
    """Tell whether two words are one, letter case aside."""
    return fold(one) == fold(other)


def whole_words(text: str) -> list[str]:
    """Return the words of a text as written."""
    found: list[str] = (_ASCII_WHOLE_WORD if text.isascii() else WHOLE_WORD).findall(text)
    return found


def first_word(text: str) -> str:
    """Return the first word as written, or an empty string."""
    found = WHOLE_WORD.search(text)
    return found[0] if found else ""


def last_word(text: str) -> str:
    """Return the last word as written, or an empty string."""
    for line in reversed(text.splitlines()):
        if line.isascii():
            # Read backwards, a word is one too.
            if found := _ASCII_WHOLE_WORD.search(line[::-1]):
                return found[0][::-1]
        elif WORD.search(line):
            return whole_words(line)[-1]
    return ""


def opening_word(text: ParsedText) -> str:
    """Return the first word of a response; for `ParsedText.part`."""
    return first_word(text.raw)


def closing_word(text: ParsedText) -> str:
    """Return the last word of a response; for `ParsedText.part`."""
    return last_word(text.raw)


def plain(token: str) -> str:
    """Return the word of a token that everybody would take for the same word, else an empty string.

    Args:
        token: What stands between two spaces, marks and all.
    """
    word = token.lstrip(_OPENING).rstrip(_CLOSING)
    return word if WORD.fullmatch(word) else ""
