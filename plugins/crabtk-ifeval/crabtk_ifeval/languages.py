"""The language of a text as langdetect finds it with seed 0, so that a verdict never flips."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from crabtk import ParsedText

if TYPE_CHECKING:
    from langdetect_rs import DetectorFactory

SEED = 0
"""langdetect draws at random; the published verdicts were made with this seed."""

NAMES = {
    "en": "English",
    "es": "Spanish",
    "pt": "Portuguese",
    "ar": "Arabic",
    "hi": "Hindi",
    "fr": "French",
    "ru": "Russian",
    "de": "German",
    "ja": "Japanese",
    "it": "Italian",
    "bn": "Bengali",
    "uk": "Ukrainian",
    "th": "Thai",
    "ur": "Urdu",
    "ta": "Tamil",
    "te": "Telugu",
    "bg": "Bulgarian",
    "ko": "Korean",
    "pl": "Polish",
    "he": "Hebrew",
    "fa": "Persian",
    "vi": "Vietnamese",
    "ne": "Nepali",
    "sw": "Swahili",
    "kn": "Kannada",
    "mr": "Marathi",
    "gu": "Gujarati",
    "pa": "Punjabi",
    "ml": "Malayalam",
    "fi": "Finnish",
}
"""The languages that the reference draws from, in its order."""


def detected(text: ParsedText) -> str | None:
    """Return langdetect's code of the language; None where the text shows no feature of any.

    A reading for ``ParsedText.part``.
    """
    from langdetect_rs import LangDetectException

    detector = _factory().create()
    detector.append(text.raw)
    try:
        return str(detector.detect())
    except LangDetectException:
        return None


@lru_cache(maxsize=1)
def _factory() -> DetectorFactory:
    """Load the profiles; a factory of our own, since langdetect's seed is a global that others set."""
    from langdetect_rs import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.set_seed(SEED)
    factory.load_profile(PROFILES_DIRECTORY)
    return factory
