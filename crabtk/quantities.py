"""Limits that a constraint puts on the quantities of a text, for arithmetic between constraints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds of one quantity: ``low ≤ quantity ≤ high``, each times the quantity ``per`` where that is given.

    ``Limit("words", high=200)`` is at most 200 words; ``Limit("words", low=100, per="sections")`` is at least
    100 words for each section.

    Attributes:
        quantity: A name of ``QUANTITIES``, or ``prefix:text`` with a prefix of ``PREFIXES``.
        low: None is no bound.
        high: None is no bound.
        per: Another quantity, or None.
    """

    quantity: str
    low: float | None = None
    high: float | None = None
    per: str | None = None


QUANTITIES: Final = frozenset(
    {
        "characters",
        "letters",
        "words",
        "unique_words",
        "sentences",
        "questions",
        "exclamations",
        "paragraphs",
        "lines",
        "lists",
        "bullets",
        "numbered_items",
        "headings",
        "sections",
        "bold_spans",
        "italic_spans",
        "code_blocks",
        "code_spans",
        "tables",
        "placeholders",
        "links",
        "emoji",
        "digits",
        "numbers",
        "all_capital_words",
        "lowercase_words",
        "quotations",
        "brackets",
        "block_quotes",
        "rules",
        "contractions",
    }
)
"""What is counted over the whole text."""

PREFIXES: Final = frozenset({"mark", "letter", "phrase"})
"""``mark:comma`` (names of ``punctuation.MARKS``), ``letter:e``, ``phrase:red tea`` (case folded)."""


def counted(quantity: str, relation: str, n: float) -> Limit:
    """Return the limit that a relation (exactly, at_least, at_most) and a number state."""
    return Limit(quantity, None if relation == "at_most" else n, None if relation == "at_least" else n)
