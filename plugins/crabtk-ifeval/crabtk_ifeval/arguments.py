"""Keyword arguments of an instruction, read with the reference's rules for what is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from random import Random
from typing import Any

from crabtk import Params, VerificationError

LESS_THAN, AT_LEAST = RELATIONS = ("less than", "at least")
WORDS = ("lantern", "meadow", "pebble", "harbour", "thimble", "orchard", "compass", "velvet", "glacier", "saddle")
"""Stand-ins for the list that the reference draws unset keywords from."""


class Arguments:
    """The keyword arguments of one instruction; None counts as absent.

    With a seed, what is absent is drawn as the reference draws it; without one, it is an error.
    """

    def __init__(
        self, id_: str, kwargs: Params | None, known: Iterable[str], seed: int | None = None, prompt: str = ""
    ) -> None:
        """Take the arguments.

        Raises:
            VerificationError: An argument that the instruction does not know has a value.
        """
        self.id = id_
        self.prompt = prompt
        self._seed = seed
        self._given = {name: value for name, value in (kwargs or {}).items() if value is not None}
        known = tuple(known)
        for name in self._given:
            if name not in known:
                takes = f"takes {', '.join(known)}" if known else "takes none"
                raise VerificationError(
                    f'"{id_}" does not know the keyword argument "{name}": it {takes}. Remove it or set it to null.'
                )

    @cached_property
    def draws(self) -> Random:
        """The generator of what the reference draws at random."""
        return Random(self._seed)  # noqa: S311 - the reference's generator

    @property
    def draws_allowed(self) -> bool:
        """Whether what is absent may be drawn."""
        return self._seed is not None

    def count(self, name: str, draw: Callable[[Random], int], *, zero: bool = True, negative: bool = False) -> int:
        """Return a whole number.

        Args:
            name: Of the argument.
            draw: What the reference does where the argument is absent.
            zero: Whether 0 is a value; the reference takes it for absent in some instructions.
            negative: Whether a negative number is a value.
        """
        value = self._given.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.unfit(name, "a whole number")
        fit = value is not None and (negative or value >= 0) and (zero or value != 0)
        if fit and value is not None:
            return value
        if not self.draws_allowed:
            raise self.missing(name) if value is None else self.unfit(name, "a number from 0" if zero else "from 1")
        return draw(self.draws)

    def relation(self, name: str) -> str:
        """Return "less than" or "at least"."""
        value = self._given.get(name)
        if value is None and self.draws_allowed:
            return self.draws.choice(RELATIONS)
        if value is None:
            raise self.missing(name)
        if value not in RELATIONS:
            raise self.unfit(name, '"less than" or "at least"')
        return str(value)

    def text(self, name: str, draw: Callable[[Random], str] | None = None) -> str:
        """Return a string as it stands; without ``draw`` it must be there even for the reference."""
        value = self._given.get(name)
        if isinstance(value, list | tuple) and value and isinstance(value[0], str):
            value = value[0]
        if value is not None and not isinstance(value, str):
            raise self.unfit(name, "a string")
        if value:
            return value
        if draw is None or not self.draws_allowed:
            raise self.missing(name)
        return draw(self.draws)

    def texts(self, name: str, draw: Callable[[Random], list[str]]) -> list[str]:
        """Return strings in the order given."""
        value: Any = self._given.get(name)
        if value is not None and not (
            isinstance(value, list | tuple) and all(isinstance(entry, str) and entry for entry in value)
        ):
            raise self.unfit(name, "a list of strings")
        if value:
            return list(value)
        if not self.draws_allowed:
            raise self.missing(name)
        return draw(self.draws)

    def pattern(self, name: str, value: str, flags: int = re.IGNORECASE, form: str = "{}") -> re.Pattern[str]:
        """Compile a keyword as the reference does, which takes it for a regular expression."""
        try:
            return _compiled(form.format(value), flags)
        except re.error as error:
            raise VerificationError(
                f'The reference reads "{name}" of "{self.id}" as a regular expression, and {value!r} is none '
                f'({error}): escape it, or ask for the registry "fixed".'
            ) from None

    def missing(self, name: str) -> VerificationError:
        """Return the error for an absent argument."""
        return VerificationError(f'"{self.id}" needs the keyword argument "{name}": add it to the row\'s kwargs.')

    def unfit(self, name: str, fit: str) -> VerificationError:
        """Return the error for an argument of a wrong kind or range."""
        return VerificationError(
            f'The keyword argument "{name}" of "{self.id}" is {self._given.get(name)!r}: it must be {fit}.'
        )


def word(rng: Random) -> str:
    """Draw one keyword."""
    return rng.choice(WORDS)


def two_words(rng: Random) -> list[str]:
    """Draw two keywords."""
    return rng.sample(WORDS, k=2)


def between(low: int, high: int) -> Callable[[Random], int]:
    """Return a draw of a whole number, both ends included."""
    return lambda rng: rng.randint(low, high)


def compare(relation: str, n: int) -> Callable[[int], bool]:
    """Return the test of a count."""
    return (lambda count: count < n) if relation == LESS_THAN else (lambda count: count >= n)


@lru_cache(maxsize=4096)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    return re.compile(pattern, flags)
