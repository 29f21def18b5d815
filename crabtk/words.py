"""Words: runs of letters or digits; scripts without spaces are divided by Unicode's dictionaries."""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d]*")
"""A run of letters, marks or digits that begins with a letter or digit; the underscore ends it."""

_ASCII = bytes(range(128))
_NO_WORD = bytes(code if code < 128 and chr(code).isalnum() else 32 for code in range(256))
"""Makes all but the letters and digits of ASCII a space, at a multiple of the speed of any expression."""

_SIMPLE_WORD = re.compile(r"[^\W_]+")
"""The same as ``WORD`` where nothing of ``NOT_SIMPLE`` stands, at a multiple of the speed."""

NOT_SIMPLE = re.compile("[\u0300-\u1fff\u200c\u200d\u2070-\u209f\u20d0-\u20ff\u2c00-\U0010ffff]")
"""What may carry marks or join, what is written without spaces, and letters that Python and ``regex`` may know from
different versions of Unicode."""

UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+")
"""Letters of scripts that are written without spaces between words."""


def has_word(text: str) -> bool:
    """Tell whether a text holds a word; the first character tells it of most."""
    return text[:1].isalnum() or WORD.search(text) is not None


def beyond_ascii(text: str) -> str:
    """Return the characters of a text that are not ASCII."""
    if text.isascii():
        return ""
    # In UTF-8, no part of a longer character is a byte of ASCII.
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def words_in(text: str) -> list[str]:
    """Return the words of a text in order, as written.

    ``don't`` is two and ``a_b`` is two. In Chinese, Japanese, Thai, Lao, Khmer and Burmese, where no space tells,
    a word is what ICU's dictionary of the language takes for one: ``今天没有时间`` is three.
    """
    if text.isascii():
        return text.encode("ascii").translate(_NO_WORD).decode("ascii").split()
    # The few characters beyond ASCII alone are quicker to search than the whole text.
    beyond = beyond_ascii(text)
    if not NOT_SIMPLE.search(beyond):
        if _SIMPLE_WORD.search(beyond):
            return _SIMPLE_WORD.findall(text)
        # Signs such as dashes and quotation marks divide words as any other do.
        return text.encode("ascii", "replace").translate(_NO_WORD).decode("ascii").split()
    runs: list[str] = WORD.findall(text)
    if not UNSPACED.search(text):
        return runs
    return [word for run in runs for word in (_divided(run) if UNSPACED.search(run) else (run,))]


def _divided(run: str) -> Iterator[str]:
    """Divide a run at the boundaries of ICU's root locale, which knows all these scripts."""
    from icu4py.breakers import WordBreaker  # half of all processes never meet such a script

    return (part for part in WordBreaker(run, "und") if WORD.match(part))
