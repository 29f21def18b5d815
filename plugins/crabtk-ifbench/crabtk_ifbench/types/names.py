"""Names of places, compared without accents, case and marks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

import regex

_MARKS = regex.compile(r"[\p{P}\p{S}\s]+")


def plain(name: str) -> str:
    """Return a name in small letters, without accents, marks as spaces."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return str(_MARKS.sub(" ", letters.casefold())).strip()


def likeness(found: Sequence[str], wanted: Sequence[str]) -> float:
    """Return how far two rows agree, order counted: 1.0 only where they are equal."""
    if not found:
        return 0.0
    # More than this is far from right however it goes on.
    return SequenceMatcher(None, found[: 4 * len(wanted)], wanted, autojunk=False).ratio()
