"""How readers may divide a text into words and sentences, so that types ask only for what all of them see.

``ParsedText.words`` ends a word at an apostrophe and at a hyphen, which is right for lengths. Whoever looks for
repeated words or for first letters takes ``don't`` and ``well-known`` for one word each; that is what ``joined``
gives, and what the types of this family check.
"""

from __future__ import annotations

import re
from collections import Counter

import regex

from crabtk.constraints.plain_text import is_simple
from crabtk.constraints.running_text import breaks_at_an_initial, goes_on
from crabtk.text import UNSPACED, ParsedText, words_in
from crabtk.words import beyond_ascii

JOINED = regex.compile(
    r"[\p{L}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d]*+(?:['’‐‑-][\p{L}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d]*+)*+"
)
"""A word with what apostrophes and hyphens join to it."""

_JOINS_NOTHING = {sign: re.compile(rf"{sign}(?:(?<![^\W_].)|(?![^\W_]))") for sign in "'’‐‑-"}
_NO_WORD = bytes(code if code > 127 or chr(code).isalnum() or chr(code) in "'-" else 32 for code in range(256))
"""Makes a space of what in ASCII neither is a letter or digit nor joins them; in UTF-8, leaves all else as it is."""

_SPACED = regex.compile(r"[\p{L}\p{N}](?:\S*[\p{L}\p{M}\p{N}])?")
_ASCII_SIGNS = "".join(chr(code) for code in range(128) if not chr(code).isalnum())
_SEPARATORS = frozenset("\x1c\x1d\x1e\x1f")
"""White space to Python and not to Unicode."""

_JOINTS = str.maketrans("", "", "'’‐‑-")
_END_MARKS = re.compile("[.!?…。！？।॥؟۔]+")
_SENTENCE = re.compile(r"[^.!?…。！？।॥؟۔]++[.!?…。！？।॥؟۔]++[\"'”’»)]*+")
_CLOSING = frozenset(".!?…。！？।॥؟۔\"'”’»)")


def joined(text: ParsedText) -> tuple[str, ...]:
    """Return the words in lower case; apostrophes and hyphens between letters or digits belong to the word.

    Scripts without spaces are divided as in ``text.words``.
    """
    words = _joined_in(text.raw.lower())
    if is_simple(text.raw) or not UNSPACED.search(text.raw):
        return tuple(words)
    return tuple(part for word in words for part in (words_in(word) if UNSPACED.search(word) else (word,)))


def spaced(text: ParsedText) -> tuple[str, ...]:
    """Return what white space separates outside code, in lower case, without list marks and outer punctuation."""
    return tuple(spaced_in("\n".join(text.prose_lines).lower()))


def spaced_in(lower: str) -> list[str]:
    """Return what white space separates in a text in lower case, without outer punctuation."""
    if not is_simple(lower) or any(sign in lower for sign in _SEPARATORS):
        words: list[str] = _SPACED.findall(lower)
        return words
    signs = "".join((_ASCII_SIGNS, *(sign for sign in set(beyond_ascii(lower)) if not sign.isalnum())))
    return [*filter(None, [word if word.isalnum() else word.strip(signs) for word in lower.split()])]


def spaced_tally(text: ParsedText) -> Counter[str]:
    """Count each word of ``spaced``: what surely is a word of its own."""
    return Counter(text.part(spaced))


def prose_joined(text: ParsedText) -> tuple[str, ...]:
    """Return the words outside code as ``joined`` does, without list marks."""
    if text.is_prose and text.raw.isascii():
        return text.part(joined)
    return tuple(_joined_in("\n".join(text.prose_lines).lower()))


def _joined_in(lower: str) -> list[str]:
    if not is_simple(lower):
        words: list[str] = JOINED.findall(lower)
        return words
    # What is left of the signs between words becomes a space, and the words are what spaces set apart.
    for sign, joins_nothing in _JOINS_NOTHING.items():
        if sign in lower:
            lower = joins_nothing.sub(" ", lower)
    for sign in set(beyond_ascii(lower)):
        if not sign.isalnum() and sign not in _JOINS_NOTHING:
            lower = lower.replace(sign, " ")
    return lower.encode().translate(_NO_WORD).decode().split()


def bare(word: str) -> str:
    """Return a word without its apostrophes and hyphens."""
    return word.translate(_JOINTS)


def readings(text: ParsedText) -> tuple[tuple[str, ...], ...]:
    """Return the words in each way that readers take: parts or wholes, with code or without."""
    return (text.lower_words, text.part(joined), text.part(prose_joined), text.part(spaced))


def tallies(text: ParsedText) -> tuple[Counter[str], ...]:
    """Count each word in each of the ``readings``."""
    return tuple(map(Counter, readings(text)))


def single_reading(text: ParsedText) -> bool:
    """Tell whether every reader gets the same words in the same order: no code, no compound, no lone sign."""
    words = text.lower_words
    return words == text.part(joined) == text.part(spaced) and len(text.raw.split()) == len(words)


def undoubted_sentences(text: ParsedText) -> tuple[str, ...]:
    """Return the sentences of running text where nobody would divide it otherwise; else none.

    Every line ends a sentence, and no full stop, question or exclamation mark stands anywhere but at the end
    of one. None goes on after a quoted question: "Why?" he asked.
    """
    sentences = text.sentences
    if not text.is_prose or len(_END_MARKS.findall(text.raw)) != len(sentences):
        return ()
    lines = [line.strip() for line in text.lines if line.strip()]
    if any(line[-1] not in _CLOSING for line in lines):
        return ()
    if any(map(goes_on, sentences)) or any(map(breaks_at_an_initial, sentences)):
        return ()
    naive = [part.strip() for line in lines for part in _SENTENCE.findall(line)]
    return sentences if naive == list(sentences) else ()
