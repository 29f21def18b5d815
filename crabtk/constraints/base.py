"""The base class of constraint types: a type writes ``measure``, ``check`` and its wordings; the rest follows.

Three rules hold for every built-in type:

- What ``measure`` states holds under every reasonable reading of its wording, not only under the one that
  ``check`` takes (a hyphenated compound as one word or two, say); where readings differ, it stays silent.
- What every text does is not worth asking.
- A response without a word satisfies nothing.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import ClassVar

from crabtk import wording
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field


class ConstraintType(ABC):
    """A property of a text that code can measure, word and check.

    Attributes:
        name: ``family:name``.
        fields: How each parameter is written in a sentence.
        wordings: Sentences of one meaning; or, where the meaning hangs on one parameter (``variant``),
            a mapping from that parameter's value to its sentences.
        variant: The parameter that chooses among ``wordings`` when it is a mapping.
        counts: Whether the parameters state a number, which a model that judges is apt to get wrong;
            follows from ``fields``.
        examples: Texts that the type measures something in, for `crabtk types` and the conformance suite.
        example_params: Parameters to show and test with, where ordinary texts give none.
        evaluation_only: Whether the type is there for benchmarks that measure transfer, so that no training
            example asks for it unless the settings name it.
    """

    name: ClassVar[str]
    fields: ClassVar[Mapping[str, Field]] = {}
    wordings: ClassVar[Sequence[str] | Mapping[str, Sequence[str]]] = ()
    variant: ClassVar[str] = "relation"
    counts: ClassVar[bool] = False
    examples: ClassVar[Sequence[str]] = ()
    example_params: ClassVar[Sequence[Params]] = ()
    evaluation_only: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        """Derive ``counts``."""
        super().__init_subclass__()
        cls.counts = any(isinstance(written, Count) for written in cls.fields.values())

    @abstractmethod
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        """Return the tightest natural parameters that the text satisfies; None if nothing is worth asking."""

    @abstractmethod
    def check(self, text: ParsedText, params: Params) -> bool:
        """Tell whether the text satisfies the parameters."""

    def score(self, text: ParsedText, params: Params) -> float:
        """Return 1.0 where ``check`` holds, else 0.0; override where partial credit has a meaning."""
        return float(self.check(text, params))

    def render(self, params: Params, rng: random.Random) -> str:
        """Word the parameters by one of the sentences, drawn evenly."""
        sentences = self.wordings[params[self.variant]] if isinstance(self.wordings, Mapping) else self.wordings
        return wording.write(rng.choice(sentences), self.fields, params)

    def parse(self, wording_: str) -> Params | None:
        """Recover the parameters from a wording of this type."""
        wording_ = wording_.strip()
        if not wording_.startswith(self._beginnings):
            return None
        for value, template in self.templates():
            found = wording.read(template, self.fields, wording_)
            if found is not None:
                return found if value is None else {self.variant: value, **found}
        return None

    @cached_property
    def _beginnings(self) -> tuple[str, ...]:
        """What the wordings of this type begin with."""
        return tuple({wording.beginning(template) for _, template in self.templates()})

    def conflicts(self, params: Params, other: Constraint) -> bool:
        """Tell whether the two contradict or repeat one another, as far as this type knows.

        Callers ask both sides, since each type knows only what it was written to know. Two constraints of
        one type repeat one another; override to add contradictions.
        """
        return other.type == self.name

    def limits(self, params: Params) -> Sequence[Limit]:
        """Return the bounds that the parameters put on quantities of the text, as far as they follow surely."""
        return ()

    def demands(self, params: Params) -> Sequence[str]:
        """Return the phrases that a text must hold to satisfy the parameters."""
        return ()

    def allows(self, phrase: str, params: Params) -> bool:
        """Tell whether a text that holds the phrase, written just so, can satisfy the parameters."""
        return True

    def templates(self) -> Iterator[tuple[str | None, str]]:
        """Yield every sentence with the value of ``variant`` that it belongs to (None where there is none)."""
        if isinstance(self.wordings, Mapping):
            for value, sentences in self.wordings.items():
                yield from ((value, sentence) for sentence in sentences)
        else:
            yield from ((None, sentence) for sentence in self.wordings)
