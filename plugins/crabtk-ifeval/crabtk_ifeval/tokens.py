"""Tokens exactly as NLTK's ``word_tokenize`` gives them; punctuation marks are tokens of their own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from crabtk import ParsedText
from crabtk_ifeval.sentences import CONTROLS, sentences
from crabtk_ifeval.sentences import split as split_sentences

if TYPE_CHECKING:
    from nltk.tokenize.destructive import NLTKWordTokenizer

_PLAIN = re.compile(r"[A-Z][a-z]+[,.;:!?]*")
_HANGS_ON_SENTENCE_END = re.compile(r"'\S*[.']|\.\S*'|\bWANNA\.|[.!?]:", re.IGNORECASE)
"""In these NLTK splits a word differently at the end of a sentence: ``DON'T.`` is two tokens there, else one."""


def tokens(text: ParsedText) -> tuple[str, ...]:
    """Return the tokens of a text; a reading for ``ParsedText.part``."""
    split = _tokenizer().tokenize
    return tuple(token for sentence in text.part(sentences) for token in split(sentence))


@lru_cache(maxsize=1024)
def split_tokens(sentence: str) -> tuple[str, ...]:
    """Split one string as NLTK's ``word_tokenize`` does, which splits it into sentences first."""
    split = _tokenizer().tokenize
    return tuple(token for part in split_sentences(sentence) for token in split(part))


def capital_tokens(text: ParsedText) -> int:
    """Count the tokens in capital letters; a reading for ``ParsedText.part``.

    A token comes from one stretch between white space, so only stretches that may hold one in capitals are
    split, and whether a stretch ends its sentence matters in few of them.
    """
    if not CONTROLS.search(text.raw):
        stretches = [found for found in text.raw.split() if not found.islower() and _may_hold_capital(found)]
        if not stretches:
            return 0
        together = " ".join(stretches)
        if not _HANGS_ON_SENTENCE_END.search(together):
            return sum(token.isupper() for token in _tokenizer().tokenize(together))
    return sum(token.isupper() for token in text.part(tokens))


def _may_hold_capital(stretch: str) -> bool:
    """Tell whether a token of a stretch may be in capitals: not of ``The``; beyond ASCII some have no small form."""
    if stretch.isascii():
        return stretch.lower() != stretch and not _PLAIN.fullmatch(stretch)
    return True


@lru_cache(maxsize=1)
def _tokenizer() -> NLTKWordTokenizer:
    from nltk.tokenize.destructive import NLTKWordTokenizer

    return NLTKWordTokenizer()
