"""The reference's sentences: rules on full stops, then a cut after every mark that ends a sentence."""

from __future__ import annotations

import re

from crabtk import ParsedText

_STOP = "<stop>"
_KEPT = "<prd>"
"""Stands for a full stop that ends nothing. A text that holds either mark is cut or changed by it, as there."""

_LETTER = "([A-Za-z])"
_OPENERS = (
    r"(Mr|Mrs|Ms|Dr|Prof|Capt|Cpt|Lt|He\s|She\s|It\s|They\s|Their\s|Our\s|We\s|But\s|However\s|That\s|This\s|Wherever)"
)
_COMPANIES = "(Inc|Ltd|Jr|Sr|Co)"

_TITLES_AND_NUMBERS = tuple(
    (re.compile(pattern), kept)
    for pattern, kept in (
        ("(Mr|St|Mrs|Ms|Dr)[.]", rf"\1{_KEPT}"),
        ("[.](com|net|org|io|gov|edu|me)", rf"{_KEPT}\1"),
        ("([0-9])[.]([0-9])", rf"\1{_KEPT}\2"),
    )
)
_DOTS = re.compile(r"\.{2,}")
_INITIALS = tuple(
    (re.compile(pattern), kept)
    for pattern, kept in (
        (rf"\s{_LETTER}[.] ", rf" \1{_KEPT} "),
        (rf"([A-Z][.][A-Z][.](?:[A-Z][.])?) {_OPENERS}", rf"\1{_STOP} \2"),
        (rf"{_LETTER}[.]{_LETTER}[.]{_LETTER}[.]", rf"\1{_KEPT}\2{_KEPT}\3{_KEPT}"),
        (rf"{_LETTER}[.]{_LETTER}[.]", rf"\1{_KEPT}\2{_KEPT}"),
        (rf" {_COMPANIES}[.] {_OPENERS}", rf" \1{_STOP} \2"),
        (rf" {_COMPANIES}[.]", rf" \1{_KEPT}"),
        (rf" {_LETTER}[.]", rf" \1{_KEPT}"),
    )
)
_QUOTED_ENDS = ((".”", "”."), ('."', '".'), ('!"', '"!'), ('?"', '"?'))
"""A mark before a closing quotation mark changes places with it."""


def sentences(text: ParsedText) -> tuple[str, ...]:
    """Return the sentences of a text; share them by ``text.part(sentences)``."""
    return tuple(split(text.raw))


def split(raw: str) -> list[str]:
    """Cut a text into sentences, stripped; one that is empty may stand anywhere but at the end."""
    marked = f" {raw}  ".replace("\n", " ")
    for pattern, kept in _TITLES_AND_NUMBERS:
        marked = pattern.sub(kept, marked)
    marked = _DOTS.sub(lambda dots: _KEPT * len(dots[0]) + _STOP, marked)
    marked = marked.replace("Ph.D.", f"Ph{_KEPT}D{_KEPT}")
    for pattern, kept in _INITIALS:
        marked = pattern.sub(kept, marked)
    for written, swapped in _QUOTED_ENDS:
        marked = marked.replace(written, swapped)
    for mark in ".?!":
        marked = marked.replace(mark, mark + _STOP)
    found = [part.strip() for part in marked.replace(_KEPT, ".").split(_STOP)]
    return found if found[-1] else found[:-1]
