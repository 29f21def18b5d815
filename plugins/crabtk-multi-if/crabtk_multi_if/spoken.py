"""The language that the reference counts a response by."""

from __future__ import annotations

from threading import Lock

from crabtk import ParsedText

SEED = 0
"""langdetect draws at random, and the reference pins nothing; with one seed no verdict flips."""

_TURN = Lock()


def detected(text: ParsedText) -> str:
    """Return langdetect's code of the language; ``en`` where it finds none. A reading for ``ParsedText.part``."""
    from langdetect_rs import DetectorFactory, LangDetectException, detect

    # The seed is a global of that package, which others may have set for themselves.
    with _TURN:
        before, DetectorFactory.seed = DetectorFactory.seed, SEED
        try:
            return str(detect(text.raw))
        except LangDetectException:
            return "en"
        finally:
            DetectorFactory.seed = before
