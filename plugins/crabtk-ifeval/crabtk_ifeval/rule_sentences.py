"""Sentences by the rules of the reference's own splitter, which IFTrain's checkers use instead of NLTK.

Every ``.``, ``?`` and ``!`` ends a sentence unless a rule below keeps it; line breaks are spaces.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crabtk import ParsedText

_KEPT = "\ue000"
"""A full stop that ends nothing."""
_END = "\ue001"
_LETTER = "([A-Za-z])"
_STARTER = (
    r"(Mr|Mrs|Ms|Dr|Prof|Capt|Cpt|Lt|He\s|She\s|It\s|They\s|Their\s|Our\s|We\s|But\s|However\s|That\s|This\s|Wherever)"
)
_COMPANY = "(Inc|Ltd|Jr|Sr|Co)"
_EARLY = (
    ("(Mr|St|Mrs|Ms|Dr)[.]", rf"\1{_KEPT}"),
    ("[.](com|net|org|io|gov|edu|me)", rf"{_KEPT}\1"),
    ("([0-9])[.]([0-9])", rf"\1{_KEPT}\2"),
)
_LATE = (
    (rf"\s{_LETTER}[.] ", rf" \1{_KEPT} "),
    (rf"([A-Z][.][A-Z][.](?:[A-Z][.])?) {_STARTER}", rf"\1{_END} \2"),
    (rf"{_LETTER}[.]{_LETTER}[.]{_LETTER}[.]", rf"\1{_KEPT}\2{_KEPT}\3{_KEPT}"),
    (rf"{_LETTER}[.]{_LETTER}[.]", rf"\1{_KEPT}\2{_KEPT}"),
    (rf" {_COMPANY}[.] {_STARTER}", rf" \1{_END} \2"),
    (rf" {_COMPANY}[.]", rf" \1{_KEPT}"),
    (rf" {_LETTER}[.]", rf" \1{_KEPT}"),
)
_EARLY_RULES = tuple((re.compile(pattern), becomes) for pattern, becomes in _EARLY)
_LATE_RULES = tuple((re.compile(pattern), becomes) for pattern, becomes in _LATE)
_DOTS = re.compile(r"\.{2,}")
_QUOTED_ENDS = ((".”", "”."), ('."', '".'), ('!"', '"!'), ('?"', '"?'))


def rule_sentences(text: ParsedText) -> tuple[str, ...]:
    """Return the sentences of a text, blank ones inside it too; a reading for ``ParsedText.part``."""
    return split(text.raw)


@lru_cache(maxsize=256)
def split(raw: str) -> tuple[str, ...]:
    """Split by the rules; what follows the last mark is a sentence unless it is blank."""
    text = f" {raw}  ".replace("\n", " ")
    for pattern, becomes in _EARLY_RULES:
        text = pattern.sub(becomes, text)
    text = _DOTS.sub(lambda dots: _KEPT * len(dots[0]) + _END, text)
    text = text.replace("Ph.D.", f"Ph{_KEPT}D{_KEPT}")
    for pattern, becomes in _LATE_RULES:
        text = pattern.sub(becomes, text)
    for mark, becomes in _QUOTED_ENDS:
        text = text.replace(mark, becomes)
    for mark in ".?!":
        text = text.replace(mark, mark + _END)
    found = [sentence.strip() for sentence in text.replace(_KEPT, ".").split(_END)]
    return tuple(found if found[-1] else found[:-1])
