"""The language of a text as langdetect finds it with seed 0, so that a verdict never flips."""

from __future__ import annotations

from threading import Lock

from crabtk import ParsedText

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


_TURN = Lock()


def detected(text: ParsedText) -> str | None:
    """Return langdetect's code of the language; None where the text shows no feature of any.

    A reading for ``ParsedText.part``.
    """
    from langdetect_rs import DetectorFactory, LangDetectException, detect

    # The seed is a global of that package, which others may have set for themselves.
    with _TURN:
        before, DetectorFactory.seed = DetectorFactory.seed, SEED
        try:
            return str(detect(text.raw))
        except LangDetectException:
            return None
        finally:
            DetectorFactory.seed = before
