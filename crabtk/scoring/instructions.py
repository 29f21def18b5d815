"""Instruction ids and names of constraint types, judged by either registry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from crabtk.errors import VerificationError
from crabtk.protocols import Checker, ConstraintType, InstructionSet
from crabtk.reply import without_thinking
from crabtk.scoring.loose import Readings
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

Which = Literal["upstream", "fixed"]
Asked = tuple[str, Params]
"""An instruction's id, or the name of a constraint type, with its keyword arguments or parameters."""


@dataclass
class Instructions:
    """What instructions mean: in registry ``upstream`` to the reference, in ``fixed`` by their wordings.

    Attributes:
        sets: Where two know one id, the earlier judges it. To be sent to other processes it must survive pickling.
        types: Constraint types by name; their names are ids, too.
        seed: Of what a reference draws at random.
    """

    sets: Sequence[InstructionSet]
    types: Mapping[str, ConstraintType]
    seed: int = 0

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_by_id"}

    @cached_property
    def _by_id(self) -> dict[str, InstructionSet]:
        return {id_: set_ for set_ in reversed(self.sets) for id_ in set_.ids}

    def checker(self, asked: Asked, prompt: str, registry: Which) -> Checker:
        """Return what judges an instruction.

        Raises:
            VerificationError: Nobody knows the id, or its arguments are unfit.
        """
        id_, kwargs = asked
        set_ = self._by_id.get(id_)
        if set_ is None:
            return self._of_types([Constraint(id_, kwargs)])
        if registry == "upstream":
            return set_.upstream(id_, kwargs, prompt, self.seed)
        return self._of_types(set_.canonical(id_, kwargs, prompt))

    def judge(self, asked: Asked, readings: Readings, registry: Which) -> tuple[bool, bool]:
        """Return the strict and the loose verdict; a blank text follows nothing.

        Raises:
            VerificationError: Nobody knows the id, its arguments are unfit, or checking it failed.
        """
        prompt = readings.strict.prompt or ""
        try:
            strict = _follows(self.checker(asked, prompt, registry), (readings.strict,))
            # The reference builds its checker anew for the loose verdict, and once for all variants.
            return strict, _follows(self.checker(asked, prompt, registry), readings.loose)
        except VerificationError:
            raise
        except KeyError as error:
            raise VerificationError(f"{asked[0]} lacks the parameter {error}") from error
        except Exception as error:  # a set or a type is a plugin: its failure is named, once
            raise VerificationError(f"checking {asked[0]} raised {type(error).__name__}: {error}") from error

    def _of_types(self, constraints: Sequence[Constraint]) -> Checker:
        missing = [constraint.type for constraint in constraints if constraint.type not in self.types]
        if missing:
            raise VerificationError(
                f'there is neither an instruction nor a constraint type "{missing[0]}"; `crabtk types` lists them, '
                "and a plugin may bring more (crabtk-ifeval, crabtk-ifbench)"
            )
        return lambda text: all(self.types[c.type].check(text, c.params) for c in constraints)


def readings_for(response: str, prompt: str, registry: Which) -> Readings:
    """Return what a registry judges: the reply as it stands, or (``fixed``) without hidden reasoning."""
    return Readings(response if registry == "upstream" else without_thinking(response), prompt)


def read_instructions(row: Mapping[str, Any]) -> Iterator[Asked]:
    """Yield what a row asks for, in its order; ids may repeat.

    Args:
        row: With ``instruction_id_list`` and ``kwargs`` as IFEval writes them (also as JSON text; null counts as
            absent), or ``constraints``, a list of ``{"type", "params"}``.

    Raises:
        ValueError: It has neither, or they are of another form; says which.
    """
    ids, constraints = _decoded(row.get("instruction_id_list")), row.get("constraints")
    if isinstance(ids, list):
        given = row.get("kwargs")
        kwargs = [{}] * len(ids) if given is None else _decoded(given)
        if not isinstance(kwargs, list) or len(kwargs) != len(ids):
            raise ValueError("`kwargs` must be a list with one object for each of `instruction_id_list`")
        for id_, arguments in zip(ids, kwargs, strict=True):
            yield _name(id_), _params(arguments)
    elif isinstance(constraints, list):
        for constraint in constraints:
            if not isinstance(constraint, Mapping) or "type" not in constraint:
                raise ValueError('each of `constraints` must be an object {"type": …, "params": …}')
            yield _name(constraint["type"]), _params(constraint.get("params"))
    else:
        raise ValueError("it names no instructions: neither a list `instruction_id_list` nor a list `constraints`")


def _follows(checker: Checker, texts: Sequence[ParsedText]) -> bool:
    return any(bool(text.raw.strip()) and checker(text) for text in texts)


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"an instruction's id is a text, not {value!r}")
    return value.strip()


def _params(value: Any) -> Params:
    decoded = _decoded({} if value is None else value)
    if not isinstance(decoded, Mapping):
        raise ValueError(f"an instruction's arguments are an object, not {decoded!r}")
    return {name: argument for name, argument in decoded.items() if argument is not None}


def _decoded(value: Any) -> Any:
    """Decode what a table holds as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise ValueError(f"arguments are no JSON: {value[:80]!r}") from None
