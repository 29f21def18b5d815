"""Markdown headings: how many, of which level, where, and doing without them."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.numbers import share
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf

_FEWEST_WORDS = 250
_FEWEST_MARKS = 6
_STRAY = re.compile(r"[>\s]*#|\s*(?:[-*+•]|[0-9]+[.)])\s+#{1,6}\s")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{2,})\s*")
_OF_STRAYS = ("#", "=", "--")
_OF_HEADINGS = frozenset({"section:count", "section:words", "document:thesis"})


class Headings(CountedType):
    """Number of headings of any level, a title counted."""

    name = "heading:count"
    wordings = (
        "Markdown headings, title included: {relation} {n}.",
        "Use {relation} {n} Markdown {n|heading|headings}, the title counted if there is one.",
        "Your response must contain {relation.firm} {n} {n|heading|headings} in Markdown (lines that begin with #).",
        "{relation.limit} number of Markdown headings, of whatever level: {n}.",
        "{relation.cap} {n} {n|line|lines} should be {n|a heading|headings}, marked with # as in Markdown.",
        "Could you structure the text with {n} Markdown {n|heading|headings}{relation.tail}?",
        "The number of headings in Markdown, over all levels, {relation.must} {n}.",
        "I generate a table of contents from the lines that start with # signs, and it should have {relation} {n} "
        "{n|entry|entries}.",
        "Mark headings with # as Markdown does, {relation.firm} {n} in all, whatever their level.",
        "When you are done, count the Markdown headings of all levels: I asked for {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.headings or not text.words:
            return None
        return agreed({len(text.headings)}, rng, sure=not text.part(strays))

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.headings)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("headings", params["relation"], params["n"]),)


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
        "Every heading in Markdown, and there must be at least one, takes the marker {level}.",
        "No Markdown heading may have another marker than {level}, and do use headings.",
        "Headings are required, in Markdown and without exception of the level marked {level}.",
        "My page template only styles headings marked {level}, so use Markdown headings of that level and no other.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.headings) < 2:
            return None
        levels = {heading.level for heading in text.headings}
        if len(levels) != 1 or not text.words or text.part(strays):
            return None
        return {"level": levels.pop()}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        headings = text.headings if text.words else ()
        return share(sum(h.level == params["level"] for h in headings), len(headings))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("headings", low=1),)


class HeadingFirst(ConstraintType):
    """The first line that is not blank is a Markdown heading."""

    name = "heading:first"
    wordings = (
        "Begin the response with a Markdown heading.",
        "First line: a heading in Markdown.",
        "Your response must open with a heading, marked with # as in Markdown.",
        "Start straight with a Markdown heading; nothing may come before it.",
        "The very first line must be a Markdown heading (# to ######).",
        "Could you put a Markdown heading at the very top, ahead of any other text?",
        "A heading in Markdown has to stand above everything else in the response.",
        "Let a line that Markdown shows as a heading be the first thing that I read.",
        "No introduction before the first heading, please: the response opens with that heading, written in Markdown.",
        "My wiki takes the page name from the first line, so make that line a Markdown heading.",
    )
    examples = ("# Knots\n\nA bowline holds and yet comes loose with ease.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if text.headings and self.check(text, {}) and len(text.prose_lines) > 1 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        first = next((line for line in text.marked_lines if line.kind != "blank"), None)
        return bool(text.words) and first is not None and first.kind == "heading"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("headings", low=1),)


class NoHeadings(ConstraintType):
    """No Markdown heading; measured on long texts that are structured otherwise."""

    name = "heading:absent"
    wordings = (
        "Do not use Markdown headings (lines that begin with #).",
        "No headings in Markdown, of any level.",
        "Your response must not contain a Markdown heading.",
        "Markdown headings are not allowed, be it for a title or for sections.",
        "Number of lines marked as headings with # signs: none.",
        "Could you do without headings that are marked with # as in Markdown?",
        "Leave out Markdown headings altogether, the title's included.",
        "Structure the text in whatever way you like, only not with # headings.",
        "Not a single line may be a heading as Markdown marks it with # signs.",
        "The form that I paste this into shows # signs as they are, so write no Markdown headings.",
    )
    examples = (
        "\n".join("- **Tide:** The moon pulls the sea, and the sea follows slowly along the coast." for _ in range(20)),
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or text.headings:
            return None
        marks = len(text.bold_spans) + len(text.bullet_items) + len(text.numbered_items)
        if marks < _FEWEST_MARKS or text.part(strays):
            return None
        if not text.code_blocks:
            return {}
        return None if any(line.kind == "code" and line.text.lstrip()[:1] == "#" for line in text.marked_lines) else {}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1 / (1 + len(text.headings)) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        headed = other.type.startswith("heading:") or other.type in _OF_HEADINGS
        return super().conflicts(params, other) or headed or other.type == "markdown:absent"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("headings", high=0),)


def strays(text: ParsedText) -> bool:
    """Tell whether some readers may see headings beside ``text.headings``.

    That is, quoted or underlined ones, in code or in lists, and any other line that begins with ``#``.
    For ``ParsedText.part``.
    """
    if not any(sign in text.raw for sign in _OF_STRAYS):
        return False
    above_text = False
    for raw, line in zip(text.lines, text.marked_lines, strict=True):
        if above_text and _UNDERLINE.fullmatch(raw):
            return True
        if line.kind != "heading" and _STRAY.match(raw):
            return True
        above_text = line.kind == "text"
    return any(line.kind == "heading" and line.indent > 3 for line in text.marked_lines)


TYPES: tuple[ConstraintType, ...] = (Headings(), Level(), HeadingFirst(), NoHeadings())
