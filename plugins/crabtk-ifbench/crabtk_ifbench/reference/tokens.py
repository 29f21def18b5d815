"""The reference's words: tokens and stop words by nltk, words without ASCII punctuation, word characters."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from crabtk import ParsedText, VerificationError

T = TypeVar("T")

MARKS = string.punctuation + " "
"""What the reference strips from a word: ASCII punctuation and the space."""

_NO_MARKS = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"\w+")
_TAGGED = 3
"""The tagger looks two tokens ahead, so that the first tag hangs on no more than these."""


def without_marks(raw: str) -> str:
    """Return a text without its ASCII punctuation."""
    return raw.translate(_NO_MARKS)


def bare_words(text: ParsedText) -> tuple[str, ...]:
    """Return what white space sets apart once ASCII punctuation is gone, case kept."""
    return tuple(without_marks(text.raw).split())


def word_runs(text: ParsedText) -> tuple[str, ...]:
    """Return the runs of word characters, case kept.

    As nltk found them before 3.10, when the reference's verdicts were published; from then on its expressions take
    combining marks for word characters.
    """
    return tuple(_WORD.findall(text.raw))


def tokens(text: ParsedText) -> tuple[str, ...]:
    """Return nltk's tokens of a whole text."""
    return tokenised(text.raw)


def tokenised(raw: str) -> tuple[str, ...]:
    """Return nltk's tokens; punctuation marks are tokens of their own."""
    import nltk

    return tuple(_with_data("punkt_tab", lambda: nltk.word_tokenize(raw)))


def first_tag(text: ParsedText) -> str:
    """Return nltk's part of speech of the first token; empty where there is none."""
    import nltk

    first = list(text.part(tokens)[:_TAGGED])
    return _with_data("averaged_perceptron_tagger_eng", lambda: str(nltk.pos_tag(first)[0][1])) if first else ""


@lru_cache
def stop_words() -> frozenset[str]:
    """Return nltk's English stop words."""
    from nltk.corpus import stopwords

    return _with_data("stopwords", lambda: frozenset(stopwords.words("english")))


def _with_data(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except LookupError:
        raise VerificationError(
            f"IFBench's reference checkers need nltk's data {name!r}, which is not there: "
            f"python -m nltk.downloader {name} (or set NLTK_DATA to a folder that holds it)"
        ) from None  # nltk's own message is forty lines long
