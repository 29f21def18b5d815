"""Sentences: Punkt's models for languages written with full stops, one rule for the other scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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

ABBREVIATIONS = {
    "ar": ("د.", "أ.", "أ.د.", "م.", "ص.", "ج.", "ت.", "هـ.", "ق.م."),
    "fr": ("janv.", "févr.", "avr.", "juil.", "sept.", "oct.", "nov.", "déc.", "env.", "tél.", "p. ex.", "c.-à-d."),
    "hi": ("डॉ.", "श्री.", "पं.", "प्रो.", "कु.", "सु.", "कि.मी.", "रु."),
    "mr": ("डॉ.", "श्री.", "प्रा.", "रु."),
    "ur": ("ڈاکٹر.", "محترم."),
}
"""What ends in a full stop and ends no sentence, by language; what Punkt's model does not know."""

_MARKS = (".", "?", "!")
_INSIDE = re.compile(r"\.(?=[^\W_]|[,%°/-])")
_PLAIN_END = re.compile(r"[.?!](?=\s+[^\W\d_])")
_OTHER_STOPS = re.compile("[。！？｡।॥؟۔]")
_PIECE = re.compile(r"[^。！？｡।॥؟۔]*+[。！？｡।॥؟۔]+[”’」』）)\"']*|[^。！？｡।॥؟۔]+")


def split(text: str, language: str) -> list[str]:
    """Split one block of running text into sentences.

    Args:
        text: A paragraph or list item; emphasis marks are dropped, since they hide a full stop.
        language: ISO 639-1 code; chooses the model of abbreviations.

    Returns:
        Sentences without surrounding white space, in order; pieces without a word are included.
    """
    plain = text.replace("*", "")
    if _is_one(plain):
        return [plain.strip()] if plain.strip() else []
    model = PUNKT_MODELS.get(language, "english")
    # Greek ends sentences at semicolons too.
    pieces: Iterable[str] = _tokenizer(model).tokenize(plain) if model == "greek" else _divided_by(model, plain)
    if language in ABBREVIATIONS:
        pieces = _after_abbreviations(pieces, ABBREVIATIONS[language])
    if not plain.isascii() and _OTHER_STOPS.search(plain):
        pieces = (part for piece in pieces for part in _divided(piece))
    return [piece.strip() for piece in pieces if piece.strip()]


def _is_one(text: str) -> bool:
    """Tell whether a text surely is but one sentence, as most list items and headings are; Punkt is not quick."""
    if not text.isascii() and _OTHER_STOPS.search(text):
        return False
    marks = _marks(text)
    return marks == 0 or (marks == 1 and text.rstrip()[-1:] in _MARKS)


def _divided_by(model: str, text: str) -> list[str]:
    """Divide a text as Punkt would, and ask Punkt only about the marks that are not plain.

    A mark is plain that stands between a word of letters that the model knows nothing special of and a space with a
    letter behind it, and ends a sentence; so is one inside a number or name, such as ``3.5``, and ends nothing. Punkt
    decides these by the mark alone, at thirty times the cost, and no decision of its hangs on what lies beyond them.
    """
    text = text.rstrip()
    special = _special(model)
    pieces: list[str] = []
    start = 0
    for match in _PLAIN_END.finditer(text):
        end = match.start()
        word = text[max(start, text.rfind(" ", start, end) + 1) : end]
        if len(word) < 2 or not (word.isalpha() or all(map(str.isalpha, word.split("-")))):
            continue
        if text[end] == "." and (word.lower() in special or word.lower().rpartition("-")[2] in special):
            continue
        pieces.append(text[start : end + 1].lstrip())
        start = end + 1
    pieces.append(text[start:].lstrip())
    if _marks(text) == len(pieces) - 1 + (text[-1] in _MARKS):
        return pieces
    tokenize = _tokenizer(model).tokenize
    return [part for piece in pieces for part in (tokenize(piece) if _is_doubtful(piece) else (piece,))]


def _is_doubtful(piece: str) -> bool:
    """Tell whether a mark stands before the last character that is not inside a number or name."""
    before = piece[:-1]
    marks = _marks(before)
    return marks > 0 and marks != len(_INSIDE.findall(before))


def _marks(text: str) -> int:
    return text.count(".") + text.count("?") + text.count("!")


@lru_cache(maxsize=32)
def _special(model: str) -> frozenset[str]:
    """Return the words after which a full stop may end nothing: abbreviations, and first parts of collocations."""
    params = _tokenizer(model).params
    return frozenset(params.abbrev_types) | frozenset(first for first, _ in params.collocations)


def _after_abbreviations(pieces: Iterable[str], abbreviations: tuple[str, ...]) -> Iterator[str]:
    """Join what was divided after an abbreviation."""
    held = ""
    for piece in pieces:
        held = f"{held} {piece}" if held else piece
        last = held.rsplit(None, 1)[-1:] or [""]
        if last[0].lstrip('(«"') not in abbreviations:
            yield held
            held = ""
    if held:
        yield held


def _divided(piece: str) -> Iterator[str]:
    """Divide at the full stops of other scripts, which Punkt does not know."""
    held = ""
    parts = _PIECE.findall(piece)
    for number, part in enumerate(parts):
        held += part
        following = parts[number + 1] if number + 1 < len(parts) else ""
        if not _goes_on(held, following):
            yield held
            held = ""


def _goes_on(before: str, after: str) -> bool:
    """Tell whether a sentence goes on after a mark that stands in quotation marks or brackets within it."""
    if not after:
        return False
    last = before[-1]
    if last in "）)" and before.lstrip()[:1] not in "（(":
        return True
    return last in "」』" and after.startswith(_QUOTING)


_QUOTING = ("と", "って", "という", "は", "が", "を", "に", "の", "も")
"""Japanese particles by which a quotation is part of its sentence."""


@lru_cache(maxsize=32)
def _tokenizer(model: str) -> PunktSentenceTokenizer:
    """Load one model; the package costs a third of a second to import, and most runs need one model."""
    import punkt

    return punkt.tokenizer_for(model, prefixes=punkt.has_prefixes(model))
