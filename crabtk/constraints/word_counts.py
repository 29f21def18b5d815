"""Words and stretches between white space counted in many texts at once, without taking the texts apart.

In ASCII, every character is made a sign that tells no more than what it is to a word; where words begin is then counted
at a multiple of the speed of a search for words. Other texts are counted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from crabtk.text import words_in

_APART = "\x80"
"""Stands between texts of ASCII, in which it cannot occur."""


def shapes(within: Callable[[str], bool]) -> bytes:
    """Return the table that makes an ``a`` of each character of ASCII that is within a run, and of others a space."""
    return bytes(97 if within(chr(code)) else 32 for code in range(128)) + bytes(range(128, 256))


_OF_WORDS = shapes(str.isalnum)
_OF_STRETCHES = shapes(lambda sign: not sign.isspace())
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum() and not chr(code).isspace())


def word_counts(parts: Sequence[str]) -> list[int]:
    """Return how many words each of several texts has; see ``words_in``."""
    if all(map(str.isascii, parts)):
        return _runs(parts, _OF_WORDS)
    return [len(words_in(part)) for part in parts]


def stretch_counts(parts: Sequence[str]) -> list[int]:
    """Return how many stretches white space sets apart in each of several texts."""
    if all(map(str.isascii, parts)):
        return _runs(parts, _OF_STRETCHES)
    return [len(part.split()) for part in parts]


def solid_counts(parts: Sequence[str]) -> list[int]:
    """Return how many of the stretches that white space sets apart hold a letter or digit, in each of several texts."""
    if all(map(str.isascii, parts)):
        return _runs(parts, _OF_STRETCHES, _SIGNS)
    return [
        len([token for token in part.split() if token[0].isalnum() or any(map(str.isalnum, token))]) for part in parts
    ]


def word_ranges(parts: Sequence[str]) -> list[tuple[int, int]]:
    """Count words in two ways, by letters and by spaces; return the smaller count and the greater for each text."""
    counts = zip(word_counts(parts), solid_counts(parts), stretch_counts(parts), strict=True)
    return [(min(words, solid), max(words, stretches)) for words, solid, stretches in counts]


def runs_over(length: int, text: str, table: bytes = _OF_STRETCHES) -> Iterator[str]:
    """Yield the runs of a text of ASCII that are longer than so many characters; by default what spaces set apart."""
    shape, run = text.encode("ascii").translate(table), b"a" * (length + 1)
    start = shape.find(run)
    while start >= 0:
        end = shape.find(b" ", start)
        end = len(shape) if end < 0 else end
        yield text[start:end]
        start = shape.find(run, end)


def longest_run(text: str, table: bytes = _OF_WORDS) -> int:
    """Return the length of the longest run of a text of ASCII; by default that of its longest word."""
    shape = text.encode("ascii").translate(table)
    longest, step = 0, 8
    while step:
        if b"a" * (longest + step) in shape:
            longest += step
        else:
            step //= 2
    return longest


def _runs(parts: Sequence[str], table: bytes, left_out: bytes = b"") -> list[int]:
    """Count in each of several texts of ASCII the runs of what a table makes an ``a``."""
    whole = f"{_APART} ".join(("", *parts)).encode("latin-1").translate(table, left_out)
    return [part.count(b" a") for part in whole.split(_APART.encode("latin-1"))[1:]]
