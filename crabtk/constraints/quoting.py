"""Phrases: where they stand in a text, and which ones a constraint demands."""

from __future__ import annotations

import regex

from crabtk.types import Constraint

_INNER = r"[\p{L}\p{M}\p{N}\u200c\u200d]"
_DEMANDS = {
    "keyword:include": "phrases",
    "keyword:frequency": "keyword",
    "start_end:first_phrase": "phrase",
    "start_end:last_phrase": "phrase",
}


def occurrences(phrase: str, text: str) -> int:
    """Count a phrase as whole words, case ignored; the pattern cache is regex's own."""
    return len(regex.findall(rf"(?<!{_INNER}){regex.escape(phrase)}(?!{_INNER})", text, regex.IGNORECASE))


def occurs(phrase: str, text: str) -> bool:
    """Tell whether a phrase occurs as whole words, case ignored."""
    return regex.search(rf"(?<!{_INNER}){regex.escape(phrase)}(?!{_INNER})", text, regex.IGNORECASE) is not None


def demanded(other: Constraint) -> tuple[str, ...]:
    """Return the phrases that a response must hold to satisfy a constraint, as far as crabtk knows."""
    value = other.params.get(_DEMANDS.get(other.type, ""), ())
    return (value,) if isinstance(value, str) else tuple(value)
