"""Bulleted and numbered lists."""

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


class Bullets(CountedType):
    """Number of bullet points in the whole response, at any depth."""

    name = "list:bullets"
    wordings = (
        "Bullet points: {relation} {n}.",
        "Use {relation} {n} {n|bullet point|bullet points}.",
        "Your response must contain {relation.firm} {n} bulleted {n|item|items}.",
        "{relation.limit} number of bullet points in the whole response: {n}.",
        "{relation.cap} {n} {n|line|lines} of the response should begin with a bullet.",
        "Could you give me {n} {n|bullet point|bullet points}{relation.tail}?",
        "The number of bullet points, sub-points counted, {relation.must} {n}.",
        "I will turn each bullet point into a slide, and there should be {relation} {n} of them.",
        "Break the matter down into {relation.firm} {n} {n|bullet point|bullet points}, counted over the whole text.",
        "When you are done, count the bullet points at every level: {n}{relation.tail} is what I asked for.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        items = text.bullet_items
        if len(items) < 2:
            return None
        params = exact_or_at_least(len(items), rng)
        # Where points are nested, some readers count the outer ones alone.
        nested = len({item.indent for item in items}) > 1
        return None if nested and params["relation"] == "exactly" else params

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.bullet_items)


class Numbered(CountedType):
    """Number of numbered items in the whole response; measured where they form one list from 1 to n."""

    name = "list:numbered"
    wordings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "exactly": (
            "Use a numbered list of exactly {n} {n|item|items}.",
            "Your response must contain precisely {n} numbered {n|item|items}, each on a line of its own.",
            "Number of items in the numbered list: {n}.",
            "Could you number your points from 1 to {n}, one per line, and stop there?",
            "In total, {n} {n|line|lines} should begin with a list number, and not one more or less.",
            "I will go through the numbered items one a day, and I have exactly {n} {n|day|days}.",
        ),
        "at_least": (
            "Use a numbered list of at least {n} {n|item|items}.",
            "Your response must contain {n} or more numbered items, each on a line of its own.",
            "Minimum number of items in the numbered list: {n}.",
            "Could you number your points, one per line, and reach {n} or more of them?",
            "In total, {n} or more lines should begin with a list number.",
            "I will go through the numbered items one a day, and they should last for at least {n} {n|day|days}.",
        ),
        "at_most": (
            "Use at most {n} numbered {n|item|items}.",
            "Your response must contain {n} or fewer numbered items, each on a line of its own.",
            "Maximum number of numbered items: {n}.",
            "Could you use no more than {n} numbered {n|point|points}, one per line?",
            "In total, {n} or fewer lines should begin with a list number.",
            "I will go through the numbered items one a day, and I have at most {n} {n|day|days}.",
        ),
    }

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        items = text.numbered_items
        numbers = [int(item.mark[:-1]) for item in items]
        one_list = numbers == list(range(1, len(items) + 1)) and len({item.indent for item in items}) == 1
        return exact_or_at_least(len(items), rng, most_exact=20) if one_list and len(items) > 1 else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.numbered_items)


class Marker(ConstraintType):
    """The character that marks every bullet point; there must be bullet points."""

    name = "list:marker"
    fields: ClassVar[Mapping[str, Field]] = {
        "marker": OneOf(
            {"-": "a hyphen (-)", "*": "an asterisk (*)", "+": "a plus sign (+)", "•": "a round bullet (•)"}
        )
    }
    wordings = (
        "Use bullet points, each marked with {marker}.",
        "Your response must contain a bulleted list, and {marker} must mark every bullet point.",
        "Include bullet points; begin each of them with {marker} followed by a space.",
        "Give a list of bullet points in which the only marker is {marker}.",
        "Could you use bullet points, with {marker} in front of every one of them?",
        "My editor only recognises bullet points that start with {marker}, so use that for all of "
        "yours; there should be some.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        markers = {item.mark for item in text.bullet_items}
        return {"marker": markers.pop()} if len(markers) == 1 and len(text.bullet_items) > 1 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        items = text.bullet_items
        return share(sum(item.mark == params["marker"] for item in items), len(items))


TYPES: tuple[ConstraintType, ...] = (Bullets(), Numbered(), Marker())
