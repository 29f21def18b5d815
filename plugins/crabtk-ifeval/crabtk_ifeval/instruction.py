"""One published instruction, and the set of them that crabtk knows under a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crabtk import Checker, Constraint, Params, VerificationError
from crabtk_ifeval.arguments import Arguments

Alias = Callable[[Params], tuple[str, Params] | None]


@dataclass(frozen=True, slots=True)
class Instruction:
    """What one id means.

    Attributes:
        types: Names of the canonical types that its wording may mean.
        arguments: Names of its keyword arguments.
        upstream: Builds the reference's checker; draws from ``Arguments.draws`` in the reference's order.
        canonical: Builds the constraints that together say what the wording says.
    """

    types: tuple[str, ...]
    arguments: tuple[str, ...]
    upstream: Callable[[Arguments], Checker]
    canonical: Callable[[Arguments], Sequence[Constraint]]


class PublishedSet:
    """An instruction set made of a table of instructions and one of aliases."""

    def __init__(self, name: str, instructions: Mapping[str, Instruction], aliases: Mapping[str, Alias]) -> None:
        """Take the tables.

        Args:
            name: Of the set.
            instructions: By id.
            aliases: By canonical type: its parameters to id and keyword arguments, or None.
        """
        self.name = name
        self.ids: Mapping[str, tuple[str, ...]] = {id_: found.types for id_, found in instructions.items()}
        self._instructions = instructions
        self._aliases = aliases

    def upstream(self, id_: str, kwargs: Params, prompt: str, seed: int) -> Checker:
        """Return the reference's checker; what it draws at random follows from the seed."""
        found = self._find(id_)
        return found.upstream(Arguments(id_, kwargs, found.arguments, seed))

    def canonical(self, id_: str, kwargs: Params, prompt: str) -> Sequence[Constraint]:
        """Return the canonical constraints of the id's wording; where an id is worded in two ways, the prompt tells."""
        found = self._find(id_)
        return found.canonical(Arguments(id_, kwargs, found.arguments, prompt=prompt))

    def alias(self, constraint: Constraint) -> tuple[str, Params] | None:
        """Return the id and keyword arguments of a canonical constraint, or None."""
        alias = self._aliases.get(constraint.type)
        return alias(constraint.params) if alias else None

    def _find(self, id_: str) -> Instruction:
        if id_ not in self._instructions:
            raise VerificationError(
                f'"{id_}" is no instruction of the set "{self.name}": it has {", ".join(self._instructions)}.'
            )
        return self._instructions[id_]
