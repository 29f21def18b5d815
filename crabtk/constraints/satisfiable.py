"""Whether constraints can be met together: by a witness, by what types say of one another, by arithmetic.

No solver: the limits that the constraints put on the quantities of a text (words, sentences, sections …) are
propagated until nothing changes or an interval is empty. What is found impossible is impossible; what is not
found so may still be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from crabtk.protocols import ConstraintType
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Holds

_ROUNDS = 200
_EXACT_UP_TO = 2**53


@dataclass(frozen=True, slots=True)
class Satisfiability:
    """The answer.

    Attributes:
        holds: ``holds`` where the witness satisfies all, ``fails`` where no text can, else ``unknown``.
        why: A sentence; for ``fails`` it names the constraints.
        culprits: For ``fails``, a smallest set of constraints that cannot be met together.
    """

    holds: Holds
    why: str
    culprits: tuple[Constraint, ...] = ()


@dataclass(frozen=True, slots=True)
class _Inequality:
    """``sum(factor · quantity) ≤ bound``."""

    factors: Mapping[str, float]
    bound: float


_AXIOMS = (
    # Between two words stands at least one character.
    _Inequality({"words": 2.0, "characters": -1.0}, 1.0),
    _Inequality({"letters": 1.0, "characters": -1.0}, 0.0),
    _Inequality({"digits": 1.0, "characters": -1.0}, 0.0),
    _Inequality({"numbers": 1.0, "digits": -1.0}, 0.0),
    _Inequality({"unique_words": 1.0, "words": -1.0}, 0.0),
    _Inequality({"sentences": 1.0, "words": -1.0}, 0.0),
    _Inequality({"questions": 1.0, "exclamations": 1.0, "sentences": -1.0}, 0.0),
    _Inequality({"paragraphs": 1.0, "words": -1.0}, 0.0),
    _Inequality({"paragraphs": 1.0, "lines": -1.0}, 0.0),
    _Inequality({"all_capital_words": 1.0, "lowercase_words": 1.0, "words": -1.0}, 0.0),
    _Inequality({"contractions": 1.0, "words": -1.0}, 0.0),
    # A line has one marker at most; a table takes two lines and a fenced block one.
    _Inequality(
        {
            "bullets": 1.0,
            "numbered_items": 1.0,
            "headings": 1.0,
            "rules": 1.0,
            "tables": 2.0,
            "code_blocks": 1.0,
            "lines": -1.0,
        },
        0.0,
    ),
)
"""What is true of every text."""


def satisfiable(
    constraints: Sequence[Constraint], types: Mapping[str, ConstraintType], witness: ParsedText | None = None
) -> Satisfiability:
    """Tell whether constraints can be met by one text.

    Args:
        constraints: In any order; those of types that are not among ``types`` are passed over.
        types: By name.
        witness: A text that may satisfy all, such as the response that they were measured on.

    Returns:
        ``holds`` if the witness satisfies every constraint whose type is known; else ``fails`` if two of them
        contradict or repeat one another, or their limits leave a quantity no value; else ``unknown``.
    """
    known = [constraint for constraint in constraints if constraint.type in types]
    if witness is not None and known and all(types[c.type].check(witness, c.params) for c in known):
        return Satisfiability("holds", "the witness satisfies all of them")
    for one, other in combinations(known, 2):
        reason = clash(one, other, types)
        if reason:
            return Satisfiability("fails", reason, (one, other))
    quantity = _impossible(known, types)
    if quantity is None:
        return Satisfiability("unknown", "nothing speaks against it")
    culprits = _needed(known, types)
    names = ", ".join(f"{c.type} {dict(c.params)}" for c in culprits)
    return Satisfiability("fails", f"together they leave no possible number of {quantity}: {names}", culprits)


def clash(one: Constraint, other: Constraint, types: Mapping[str, ConstraintType]) -> str | None:
    """Return why two constraints cannot be asked together; None where nothing is known against it.

    Each type knows only its own side, so both are asked; what one demands the other must allow; and their limits
    must leave room for one another.
    """
    if one.type == other.type or _says(one, other, types) or _says(other, one, types):
        return f"{one.type} and {other.type} contradict or repeat one another"
    for demanding, allowing in ((one, other), (other, one)):
        for phrase in _demands(demanding, types):
            if not _allows(allowing, phrase, types):
                return f'{demanding.type} demands "{phrase}", which {allowing.type} does not allow'
    quantity = _impossible((one, other), types)
    return f"{one.type} and {other.type} leave no possible number of {quantity}" if quantity else None


def _says(one: Constraint, other: Constraint, types: Mapping[str, ConstraintType]) -> bool:
    return one.type in types and types[one.type].conflicts(one.params, other)


def _demands(constraint: Constraint, types: Mapping[str, ConstraintType]) -> Sequence[str]:
    demands = getattr(types.get(constraint.type), "demands", None)
    return demands(constraint.params) if demands else ()


def _allows(constraint: Constraint, phrase: str, types: Mapping[str, ConstraintType]) -> bool:
    allows = getattr(types.get(constraint.type), "allows", None)
    return bool(allows(phrase, constraint.params)) if allows else True


def _limits(constraint: Constraint, types: Mapping[str, ConstraintType]) -> Sequence[Limit]:
    limits = getattr(types.get(constraint.type), "limits", None)
    return limits(constraint.params) if limits else ()


def _needed(constraints: Sequence[Constraint], types: Mapping[str, ConstraintType]) -> tuple[Constraint, ...]:
    """Leave out whatever the contradiction does not need."""
    kept = list(constraints)
    for constraint in constraints:
        rest = [other for other in kept if other is not constraint]
        if _impossible(rest, types):
            kept = rest
    return tuple(kept)


def _impossible(constraints: Iterable[Constraint], types: Mapping[str, ConstraintType]) -> str | None:
    """Propagate all limits; return the quantity that is left no value, or None."""
    limits = [limit for constraint in constraints for limit in _limits(constraint, types)]
    if not limits:
        return None
    inequalities = [*_AXIOMS, *(one for limit in limits for one in _inequalities(limit))]
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    for _ in range(_ROUNDS):
        changed = False
        for inequality in inequalities:
            for quantity, empty in _tighten(inequality, low, high):
                changed = True
                if empty:
                    return quantity
        if not changed:
            return None
    return None


def _inequalities(limit: Limit) -> Iterator[_Inequality]:
    """Write a limit as inequalities, and what its quantity is part of."""
    per = limit.per
    if limit.low is not None:
        yield _Inequality({limit.quantity: -1.0, **({per: limit.low} if per else {})}, 0.0 if per else -limit.low)
    if limit.high is not None:
        yield _Inequality({limit.quantity: 1.0, **({per: -limit.high} if per else {})}, 0.0 if per else limit.high)
    prefix, _, text = limit.quantity.partition(":")
    if prefix in ("mark", "letter"):
        yield _Inequality({limit.quantity: 1.0, "characters": -1.0}, 0.0)
    elif prefix == "phrase" and WORD.search(text):
        yield _Inequality({limit.quantity: float(len(WORD.findall(text))), "words": -1.0}, 0.0)


def _tighten(inequality: _Inequality, low: dict[str, float], high: dict[str, float]) -> Iterator[tuple[str, bool]]:
    """Narrow each quantity's interval by the others' bounds; yield those that changed and whether they are empty."""
    for quantity, factor in inequality.factors.items():
        rest = inequality.bound
        for other, weight in inequality.factors.items():
            if other != quantity:
                least = low.get(other, 0.0) if weight > 0 else high.get(other, math.inf)
                rest -= weight * least
        if math.isinf(rest) or math.isnan(rest):
            continue
        # Quantities are whole numbers; a hair's breadth is left for what division rounds.
        if factor > 0:
            most = math.floor(rest / factor + 1e-9)
            if most < high.get(quantity, math.inf):
                high[quantity] = most
                yield quantity, most < low.get(quantity, 0.0)
        elif factor < 0:
            least = math.ceil(rest / factor - 1e-9)
            if low.get(quantity, 0.0) < least < _EXACT_UP_TO:
                low[quantity] = least
                yield quantity, least > high.get(quantity, math.inf)
