"""What a rule is: an expression for one clause, and the typed constraints that say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crabtk.grounding.normal import quotation
from crabtk.grounding.quantity import quantity

Typed = tuple[str, dict[str, Any]]
"""A type's name and parameters."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a clause may refer to.

    Attributes:
        quoted: What is quoted in the text.
        unit: The part that the clause before counted, for "each".
        bare: Whether the clause follows a negated one without a verb of its own: in "no emojis and bullet
            points" nobody knows what the bullet points are.
    """

    quoted: Sequence[str]
    unit: str = ""
    bare: bool = False


Meaning = Callable[[re.Match[str], Context], Sequence[Typed] | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression for a clause and what it means; None where it matches and yet is not understood."""

    pattern: re.Pattern[str]
    meaning: Meaning


def rule(expression: str, meaning: Meaning) -> Rule:
    """Return a rule; its expression is written for normal spelling."""
    return Rule(re.compile(expression), meaning)


def says(type_: str, **params: Any) -> Meaning:
    """Mean one type with these parameters, whatever the match holds."""
    return lambda match, context: [(type_, dict(params))]


def some(type_: str) -> Meaning:
    """Mean that there is at least one."""
    return lambda match, context: None if context.bare else [(type_, {"relation": "at_least", "n": 1})]


def counter(type_: str, **more: Any) -> Meaning:
    """Mean so many of what the type counts.

    A bare number of two or more is exact; a bare "one" is not: "include one table" asks for a table.
    """

    def meaning(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
        found = quantity(match)
        if found is None or (found.relation == "bare" and (context.bare or found.n == 1)):
            return None
        return [(type_, {"relation": relation, **more, "n": n}) for relation, n in found.bounds] or None

    return meaning


QUOTE = quotation("[0-9]+").replace("(", "(?:")
QUOTES = rf"{QUOTE}(?:(?:,? (?:and|or) |, ){QUOTE})*"
"""One or more quotations, as they are listed."""


def quoted(written: str, context: Context) -> list[str]:
    """Return the quotations that a piece of a match lists, without the comma that belongs to the sentence."""
    return [context.quoted[int(place)].rstrip(",.;").strip() for place in re.findall(quotation(), written)]


def verbatim(written: str, context: Context) -> str:
    """Return the one quotation in a piece of a match, to the letter."""
    return context.quoted[int(written.strip("\x1a"))]


def one_word(written: str, context: Context) -> str | None:
    """Return the quotation if it is a single word."""
    word = quoted(written, context)[0].strip(" .,;:!?")
    return word if word and not re.search(r"\s", word) else None
