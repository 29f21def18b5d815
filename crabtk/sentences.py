"""Sentences: Punkt's models for languages written with full stops, one rule for the other scripts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from punkt import PunktSentenceTokenizer

PUNKT_MODELS = {
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "es": "spanish",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "ml": "malayalam",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ru": "russian",
    "sl": "slovene",
    "sv": "swedish",
    "tr": "turkish",
}
"""Punkt's model by ISO 639-1 code; every other language is split by the English one."""

_EMPHASIS = re.compile(r"\*+")
_PIECE = re.compile(r"[^。！？｡।॥؟۔]*+[。！？｡।॥؟۔]+[”’」』）)\"']*|[^。！？｡।॥؟۔]+")


def split(text: str, language: str) -> list[str]:
    """Split one block of running text into sentences.

    Args:
        text: A paragraph or list item; emphasis marks are dropped, since they hide a full stop.
        language: ISO 639-1 code; chooses the model of abbreviations.

    Returns:
        Sentences without surrounding white space, in order; pieces without a word are included.
    """
    plain = _EMPHASIS.sub("", text)
    pieces = _tokenizer(PUNKT_MODELS.get(language, "english")).tokenize(plain)
    return [part.strip() for piece in pieces for part in _PIECE.findall(piece) if part.strip()]


@lru_cache(maxsize=32)
def _tokenizer(model: str) -> PunktSentenceTokenizer:
    """Load one model; the package costs a third of a second to import, and most runs need one model."""
    import punkt

    return punkt.tokenizer_for(model, prefixes=punkt.has_prefixes(model))
