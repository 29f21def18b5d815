"""Dialogue written as in a play: a name, a colon and what is said."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, exact_or_at_least
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_FEWEST_TURNS = 4
_NAME = r"[\p{Lu}\p{Lo}][\p{L}\p{M}.'’-]{0,30}(?: [\p{Lu}\p{Lo}\p{N}][\p{L}\p{M}\p{N}.'’-]{0,30}){0,2}"
_TURN = regex.compile(rf"({_NAME})[:：]\s*[^\s/\d].*")


class Turns(CountedType):
    """Number of lines outside code that hold a speaker's name, a colon and what is said.

    A name is one to three capitalised words (the later ones may begin with a digit: ``Clerk 2``); asterisks for
    bold are passed over. Measured where each line is such a turn without them and speakers alternate.
    """

    name = "dialogue:turns"
    wordings = (
        'Dialogue lines of the form "Name: text": {relation} {n}.',
        'Write a dialogue of {relation} {n} {n|line|lines} of the form "Name: text".',
        'Your response must contain {relation.firm} {n} {n|line|lines} of dialogue, written as "Name: text".',
        '{relation.limit} number of turns, a turn being a line of the form "Name: text": {n}.',
        '{relation.cap} {n} {n|line|lines} should have the form "Name: text", as in a play.',
        "Could you let the characters have {n} {n|turn|turns}{relation.tail}, each on its own line that begins "
        "with the speaker's name and a colon?",
        'The number of turns in the dialogue, written line by line as "Name: text", {relation.must} {n}.',
        "Put it as a conversation with {relation.firm} {n} {n|turn|turns}; a turn is a line that begins with the "
        "speaker's name, followed by a colon and the words spoken.",
        "We will act this out and each of us knows how much to learn, so there should be {relation} {n} {n|line|lines} "
        'of the form "Name: text" in total.',
        "As in a script, give the speaker's name, a colon and what is said on one line, and have {relation} {n} "
        "such {n|line|lines}.",
    )
    examples = (
        "Ada: Did you feed the goat?\nBen: I thought that it was your turn.\n\nAda: It was my turn yesterday.\n"
        "Ben: Then who let it into the kitchen?\nAda: Nobody. It has learned to open the door.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        names: list[str] = []
        for line in filter(None, map(str.strip, text.lines)):
            match = _TURN.fullmatch(line) if ":" in line or "：" in line else None
            if not match:
                return None
            names.append(match[1])
        if len(names) < _FEWEST_TURNS:
            return None
        talk = len(set(names)) > 1 and min(Counter(names).values()) > 1
        alternates = all(one != next_ for one, next_ in pairwise(names))
        params = exact_or_at_least(len(names), rng) if talk and alternates else None
        return params if params and self.check(text, params) else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        lines = (line.text.replace("*", "") for line in text.marked_lines if line.kind == "text")
        return sum(_TURN.fullmatch(line) is not None for line in lines)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("json:valid", "code:only", "start_end:question_first")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return () if params["relation"] == "at_most" else (Limit("lines", low=int(params["n"])),)


TYPES: tuple[ConstraintType, ...] = (Turns(),)
