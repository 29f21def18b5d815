"""What the rules count: sentences, words, marks; as the release counts them, which is not as a reader would."""

from __future__ import annotations

import re
import string
from collections.abc import Callable

Condition = Callable[[str], bool]
"""Judges a response as it stands."""

_END = re.compile("[.!?]")
_CONTINUOUS = re.compile(r"\b(?:am|is|are)\s+\w+ing\b")
_PERFECT = re.compile(r"\b(?:has|have)\s+\w+")


def sentences(text: str) -> list[str]:
    """Return what stands between full stops, exclamation and question marks, white space included.

    A decimal number, an abbreviation or a line break after the last full stop each make a sentence of their own.
    """
    return [part for part in _END.split(text) if part]


def sentence_count(number: int) -> Condition:
    """Exactly so many sentences."""
    return lambda text: len(sentences(text)) == number


def sentences_below(words: int) -> Condition:
    """Each sentence has fewer words than that."""
    return lambda text: all(len(sentence.split()) < words for sentence in sentences(text))


def sentences_above(words: int) -> Condition:
    """Each sentence has more words than that."""
    return lambda text: all(len(sentence.split()) > words for sentence in sentences(text))


def spaced_words(fits: Callable[[int], bool]) -> Condition:
    """The number of words fits; words are set apart by single spaces, so that two in a row make an empty one."""
    return lambda text: fits(text.count(" ") + 1)


def has_word(word: str) -> Condition:
    """The word or phrase stands there whole, in this very case."""
    pattern = re.compile(rf"\b{re.escape(word)}\b")
    return lambda text: pattern.search(text) is not None


def in_sentence(place: int, holds: Condition) -> Condition:
    """A condition holds in the sentence at this place, counted from 1; there is such a sentence."""

    def check(text: str) -> bool:
        found = sentences(text)
        return len(found) >= place and holds(found[place - 1])

    return check


def negation(condition: Condition) -> Condition:
    """The condition does not hold."""
    return lambda text: not condition(text)


def has_stem(stem: str) -> Condition:
    """The letters stand there in any case, be it within a word."""
    return lambda text: re.search(re.escape(stem), text, re.IGNORECASE) is not None


def present_continuous(text: str) -> bool:
    """``am``, ``is`` or ``are`` is followed by a word in -ing."""
    return _CONTINUOUS.search(text) is not None


def present_perfect(text: str) -> bool:
    """``has`` or ``have`` is followed by any word."""
    return _PERFECT.search(text) is not None


def marks(fits: Callable[[int], bool]) -> Condition:
    """The number of ASCII punctuation marks fits."""
    return lambda text: fits(sum(character in string.punctuation for character in text))
