"""Markdown headings."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, exact_or_at_least
from crabtk.constraints.numbers import share
from crabtk.text import ParsedText
from crabtk.types import Params
from crabtk.wording import Field, OneOf


class Headings(CountedType):
    """Number of headings of any level, a title counted."""

    name = "heading:count"
    wordings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "exactly": (
            "Use exactly {n} Markdown {n|heading|headings}, the title counted if there is one.",
            "Your response must contain precisely {n} {n|heading|headings} in Markdown (lines that begin with #).",
            "Number of Markdown headings, of whatever level: {n}.",
            "Could you structure the text with {n} Markdown {n|heading|headings}, no more and no fewer?",
            "A table of contents made from the lines starting with # should have exactly {n} {n|entry|entries}.",
            "Mark sections with # headings as Markdown does, {n} in all, neither more nor fewer.",
        ),
        "at_least": (
            "Use at least {n} Markdown {n|heading|headings}, the title counted if there is one.",
            "Your response must contain {n} or more headings in Markdown (lines that begin with #).",
            "Minimum number of Markdown headings, of whatever level: {n}.",
            "Could you structure the text with no fewer than {n} Markdown {n|heading|headings}?",
            "A table of contents made from the lines starting with # should have at least {n} {n|entry|entries}.",
            "Mark sections with # headings as Markdown does, {n} or more in all.",
        ),
        "at_most": (
            "Use at most {n} Markdown {n|heading|headings}, the title counted if there is one.",
            "Your response must contain {n} or fewer headings in Markdown (lines that begin with #).",
            "Maximum number of Markdown headings, of whatever level: {n}.",
            "Could you structure the text with no more than {n} Markdown {n|heading|headings}?",
            "A table of contents made from the lines starting with # should have at most {n} {n|entry|entries}.",
            "Mark sections with # headings as Markdown does, {n} or fewer in all.",
        ),
    }

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return exact_or_at_least(len(text.headings), rng) if text.headings else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.headings)


class Level(ConstraintType):
    """The one level that all headings are of; there must be headings."""

    name = "heading:level"
    fields: ClassVar[Mapping[str, Field]] = {"level": OneOf({n: f'"{"#" * n}"' for n in range(1, 7)})}
    wordings = (
        "Markdown headings, all at level {level}.",
        "Use Markdown headings, and begin every one of them with {level}, neither more nor fewer signs.",
        "Your response must have Markdown headings, all of them of the level written {level}.",
        "Include headings in Markdown; the only heading marker allowed is {level}.",
        "Could you divide the text by Markdown headings, using no level other than {level}?",
        "Structure the answer with Markdown headings on a single level: {level}.",
        "My page template only styles headings marked {level}, so use Markdown headings of that level and no other.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        levels = {heading.level for heading in text.headings}
        return {"level": levels.pop()} if len(levels) == 1 and len(text.headings) > 1 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return share(sum(h.level == params["level"] for h in text.headings), len(text.headings))


TYPES: tuple[ConstraintType, ...] = (Headings(), Level())
