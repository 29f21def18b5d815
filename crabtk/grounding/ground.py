"""A free-text constraint as typed ones, if it says nothing but what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from crabtk.constraints.counting import ground as ground_wording
from crabtk.grounding.normal import normal
from crabtk.grounding.rules import Context, Rule, Typed, rules
from crabtk.protocols import ConstraintType
from crabtk.randomness import generator
from crabtk.types import Constraint, Params

_WHOLE = r"(?:entire |whole |final )?(?:response|answer|reply|text|output|message)"
_FRAMES = (
    r"please|kindly|also|then|and|but|additionally|in addition,?",
    r"(?:make sure|ensure|see to it|be sure|remember)(?: that| to)?",
    r"i (?:want|need|would like|expect)|you (?:must|should|need to|have to|are to)|to|(?:that )?you",
    rf"(?:in )?(?:your|the) {_WHOLE},?|it|must|should|needs to|has to|have to|is to|shall|will",
    r"use|write|include|contains?|have|has|be|is|consists? of|comprise|give|give me|provide|produce|add",
    rf"(?:keep|limit) (?:it|yourself|(?:your|the) {_WHOLE})|keep to|stay|respond|answer|reply",
    r"in|with|containing|using|of|within|into|as|at|a total of|a (?:response|text|answer) of",
    r"(?:structure|divide|split|organi[sz]e|format|present) it|structured|divided|split|organi[sz]ed|formatted",
    r"be written|written|presented",
)
_FRAME = re.compile(f"(?:{'|'.join(_FRAMES)})(?: |$)")
"""Words that say nothing of themselves."""
_SEPARATOR = re.compile(r"(?:, and |, but |; |, |\. | and | with | - |: )")
_MOST_FRAMES = 8
_LONGEST = 600


def ground(text: str, types: Mapping[str, ConstraintType]) -> tuple[Constraint, ...]:
    """Map a constraint in free text to typed ones.

    Args:
        text: One constraint in English, by a person or a model.
        types: By name; what is found is one of them.

    Returns:
        The typed constraints that together say what the text says, in its order, with empty wordings; empty where
        any part of the text says more, or may be read otherwise. Precision goes before recall.
    """
    known = ground_wording(text, types.values())
    if known is not None:
        return (Constraint(known[0], known[1]),)
    plain = normal(text)
    if not plain.text or len(plain.text) > _LONGEST:
        return ()
    found = _understood(plain.text, 0, Context(plain.quoted))
    if not found or len({name for name, _ in found}) < len(found):
        return ()
    constraints = tuple(Constraint(name, params) for name, params in found)
    return constraints if all(_is_of(c.type, c.params, types) for c in constraints) else ()


@lru_cache(maxsize=1)
def _rules() -> tuple[Rule, ...]:
    return tuple(rules())


def _understood(text: str, at: int, context: Context) -> Sequence[Typed] | None:
    """Return what the text says from a place on; None where a part is not understood."""
    for start in _framed(text, at):
        for rule in _rules():
            match = rule.pattern.match(text, start)
            if match is None:
                continue
            typed = rule.meaning(match, context)
            if not typed:
                continue
            if match.end() == len(text):
                return typed
            separator = _SEPARATOR.match(text, match.end())
            if separator is None:
                continue
            rest = _understood(text, separator.end(), Context(context.quoted, _unit(match)))
            if rest:
                return [*typed, *rest]
    return None


def _framed(text: str, at: int) -> Iterator[int]:
    """Yield where a clause may begin: here, or after words that only frame it."""
    yield at
    for _ in range(_MOST_FRAMES):
        frame = _FRAME.match(text, at)
        if frame is None or frame.end() == at:
            return
        at = frame.end()
        yield at


def _unit(match: re.Match[str]) -> str:
    """Return the part that "each" in the next clause stands for."""
    unit = match.groupdict().get("unit") or match[0]
    return next((part for part in ("paragraph", "sentence", "bullet", "line") if part in unit), "")


def _is_of(name: str, params: Params, types: Mapping[str, ConstraintType]) -> bool:
    """Tell whether the type is there and takes these parameters, by wording them and reading them back."""
    type_ = types.get(name)
    if type_ is None:
        return False
    try:
        return type_.parse(type_.render(params, generator(0, "ground", name))) == params
    except (KeyError, ValueError):
        return False
