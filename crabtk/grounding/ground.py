"""A free-text constraint as typed ones, if it says nothing but what they say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from crabtk.grounding.amounts import amounts
from crabtk.grounding.edges import edges
from crabtk.grounding.forms import forms
from crabtk.grounding.frames import after, next_clause, starts
from crabtk.grounding.keywords import keywords
from crabtk.grounding.normal import normal
from crabtk.grounding.parts import parts
from crabtk.grounding.rule import Context, Rule, Typed
from crabtk.grounding.several import together
from crabtk.grounding.wordings import worded_by
from crabtk.protocols import ConstraintType
from crabtk.randomness import generator
from crabtk.types import Constraint, Params

_LONGEST = 600
_LONGEST_WORDING = 4000
_UNITS = ("paragraph", "sentence", "bullet", "line", "item", "heading")
_NEGATED = re.compile(r"(?:please )?(?:no|do not|don't|never|without|avoid|refrain|omit|leave out|neither|exclude)\b")


def ground(text: str, types: Mapping[str, ConstraintType]) -> tuple[Constraint, ...]:
    """Map a constraint in free text to typed ones.

    Args:
        text: One constraint in English, by a person or a model.
        types: By name; what is found is one of them.

    Returns:
        The typed constraints that together say what the text says, in its order, with empty wordings; empty where
        any part of the text says more, or may be read otherwise. Precision goes before recall.
    """
    if len(text) > _LONGEST_WORDING:
        return ()
    known = worded_by(text, types.values())
    if known is not None:
        return (Constraint(known[0], known[1]),)
    plain = normal(text)
    if not plain.text or len(plain.text) > _LONGEST:
        return ()
    found = _Reading(plain.text, plain.quoted).understood(0)
    constraints = tuple(Constraint(name, params) for name, params in together(found or ()))
    return constraints if all(_is_of(c.type, c.params, types) for c in constraints) else ()


@lru_cache(maxsize=1)
def _rules() -> tuple[Rule, ...]:
    return (*parts(), *keywords(), *edges(), *forms(), *amounts())


class _Reading:
    """One text, read clause by clause; a place that was not understood once is not tried again."""

    def __init__(self, text: str, quoted: Sequence[str]) -> None:
        self._text = text
        self._quoted = quoted
        self._failed: set[tuple[int, str, bool]] = set()

    def understood(self, at: int, unit: str = "", negated: bool = False) -> Sequence[Typed] | None:
        """Return what the text says from a place on; None where a part is not understood."""
        if (at, unit, negated) in self._failed:
            return None
        for start, verb in starts(self._text, at):
            context = Context(self._quoted, unit, bare=negated and not verb)
            for rule in _rules():
                found = self._clause(rule, start, context)
                if found is not None:
                    return found
        self._failed.add((at, unit, negated))
        return None

    def _clause(self, rule: Rule, start: int, context: Context) -> Sequence[Typed] | None:
        """Return what one clause and all that follow say."""
        match = rule.pattern.match(self._text, start)
        typed = rule.meaning(match, context) if match is not None else None
        if match is None or not typed:
            return None
        end = after(self._text, match.end())
        if end == len(self._text):
            return typed
        following = next_clause(self._text, end)
        if following is None:
            return None
        rest = self.understood(following, _unit(match), _NEGATED.match(match[0]) is not None)
        return [*typed, *rest] if rest else None


def _unit(match: re.Match[str]) -> str:
    """Return the part that "each" in the next clause stands for."""
    unit = match.groupdict().get("unit") or match[0]
    return next((part for part in _UNITS if part in unit), "")


def _is_of(name: str, params: Params, types: Mapping[str, ConstraintType]) -> bool:
    """Tell whether the type is there and takes these parameters, by wording them and reading them back."""
    type_ = types.get(name)
    if type_ is None:
        return False
    try:
        return type_.parse(type_.render(params, generator(0, "ground", name))) == params
    except (KeyError, ValueError):
        return False
