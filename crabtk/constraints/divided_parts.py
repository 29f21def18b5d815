"""Parts that a divider on a line of its own sets apart."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import nearness, share
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, OneOf

_DIVIDERS = {
    "***": "three asterisks (***)",
    "* * *": "three asterisks with spaces between them (* * *)",
    "---": "three hyphens (---)",
    "___": "three underscores (___)",
    "===": "three equals signs (===)",
    "###": "three hash signs (###)",
}
_MOST_PARTS = 12


class Divided(ConstraintType):
    """Exactly n parts, with the divider alone on a line between each two; every part holds a word.

    Lines in code blocks divide nothing, and neither does a divider before the first part or after the last.
    """

    name = "paragraphs:divided"
    fields: ClassVar[Mapping[str, Field]] = {"divider": OneOf(_DIVIDERS), "n": Count()}
    wordings = (
        "Write exactly {n} {n|part|parts}, with {divider} alone on a line between one part and the next.",
        "Your response must consist of {n} {n|part|parts}, no more and no fewer, each with text in it, divided by "
        "lines of nothing but {divider}.",
        "Number of parts, divided by {divider} alone on a line and none of them empty: {n}.",
        "Could you split the text into exactly {n} {n|part|parts} by lines that hold {divider} and nothing else?",
        "Divide the response into precisely {n} {n|part|parts} of text; the divider is a line that consists of "
        "{divider}.",
        "A line with {divider} and nothing else should stand between each part and the next, and there should be "
        "exactly {n} {n|part|parts}.",
        "When I cut your response at every line that is just {divider}, I want to get exactly {n} {n|piece|pieces} "
        "with words, and no empty one between them.",
        "My script separates the parts at lines made up of {divider}, and it expects exactly {n} {n|part|parts}, with "
        "text in each.",
        "Between neighbouring parts of the response, of which I want exactly {n}, set {divider} on a line of its own.",
        "Use {divider}, alone on a line, as the divider of exactly {n} {n|part|parts}, with text between any two such "
        "lines.",
    )
    examples = (
        "The crew left port at dawn.\n\n***\n\nBy noon the wind had dropped.\n\n***\n\nNobody slept that night.",
        "Carrots want deep sand.\n\n---\n\nBeans want a pole and some shade.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if (text.is_prose and "#" not in text.raw) or text.code_blocks or text.json is not None:
            return None
        rules = [
            number
            for number, line in enumerate(text.marked_lines)
            if line.kind == "rule" or (line.kind == "text" and line.text in _DIVIDERS)
        ]
        dividers = {text.marked_lines[number].text for number in rules}
        # A line right below another may underline it, and other rules may divide the text as well.
        if len(dividers) != 1 or not all(self._set_off(text, number) for number in rules):
            return None
        params = {"divider": dividers.pop(), "n": len(rules) + 1}
        return (
            params if len(rules) < _MOST_PARTS and params["divider"] in _DIVIDERS and self.check(text, params) else None
        )

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        filled = [bool(WORD.search(part)) for part in _parts(text, params["divider"])]
        # The ends may be ruled off; what is empty between two parts is another matter.
        filled = filled[not filled[0] : len(filled) - (len(filled) > 1 and not filled[-1])]
        n = int(params["n"])
        return nearness(sum(filled), n, n) * share(sum(filled), len(filled)) if n else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        rules = other.type == "markdown:absent" and int(params["n"]) > 1
        return super().conflicts(params, other) or rules or other.type == "document:two_responses"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        n = int(params["n"])
        return [Limit("words", low=n), Limit("lines", low=2 * n - 1)]

    @staticmethod
    def _set_off(text: ParsedText, number: int) -> bool:
        """Tell whether blank lines stand on both sides of a line."""
        lines = text.lines
        return 0 < number < len(lines) - 1 and not lines[number - 1].strip() and not lines[number + 1].strip()


def _parts(text: ParsedText, divider: str) -> Iterator[str]:
    part: list[str] = []
    for line, raw in zip(text.marked_lines, text.lines, strict=True):
        if line.kind != "code" and raw.strip() == divider:
            yield "\n".join(part)
            part = []
        else:
            part.append(raw)
    yield "\n".join(part)


TYPES: tuple[ConstraintType, ...] = (Divided(),)
