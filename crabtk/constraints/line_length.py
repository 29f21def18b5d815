"""How many lines a response has, and how long they are."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, exact_or_at_least
from crabtk.constraints.numbers import share, upper_bound
from crabtk.constraints.word_counts import word_counts, word_ranges
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText, words_in
from crabtk.types import Params
from crabtk.wording import Count, Field

_FEWEST_LINES = 3
_MOST_LINES = 40
_LONGEST_LINE = 90
_MOST_WORDS = 16
_POEM = (
    "The tide went out at six,\nthe gulls came in at eight,\nthe ferry left at ten to nine,\nand I was there too late."
)


class Lines(CountedType):
    """Number of lines that are not blank; measured where no line is so long that a screen would wrap it."""

    name = "length:lines"
    wordings = (
        "Use {relation} {n} {n|line|lines}, blank ones not counted.",
        "Your response must have {relation.firm} {n} {n|line|lines}, blank lines left aside.",
        "{relation.limit} number of lines, not counting blank ones: {n}.",
        "Could you write {n} non-blank {n|line|lines}{relation.tail}?",
        "The number of lines that are not blank {relation.must} {n}.",
        "{relation.cap} {n} {n|line|lines}, please, where a blank line is none.",
        "Line count without the blank lines: {relation} {n}.",
        "I will print each line that is not blank on a card of its own, and I want {relation} {n} {n|card|cards}.",
        "Break the text into {relation.firm} {n} {n|line|lines}; blank ones in between may be as many as you like.",
        "When I split your response at its line breaks and throw away what is blank, {relation} {n} {n|line|lines} "
        "should be left.",
    )
    examples = (_POEM,)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        lines = text.part(filled_lines)
        if not _FEWEST_LINES <= len(lines) <= _MOST_LINES or not text.words:
            return None
        # A fence, a rule or a table's divider is a line to some readers and none to others.
        if any(line.kind in ("fence", "rule", "divider") for line in text.marked_lines):
            return None
        if max(map(len, lines)) > _LONGEST_LINE or text.raw.rstrip("\n").splitlines() != text.raw.rstrip("\n").split(
            "\n"
        ):
            return None
        if rng.random() < 0.25:
            return {"relation": "at_most", "n": upper_bound(len(lines), rng)}
        return exact_or_at_least(len(lines), rng, most_exact=20)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(filled_lines))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [counted("lines", params["relation"], int(params["n"]))]


class WordsPerLine(ConstraintType):
    """The most words that may stand on one line, be it text, a list item or anything else."""

    name = "length:words_per_line"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count()}
    wordings = (
        "Put at most {words} {words|word|words} on a line.",
        "Every line must hold no more than {words} {words|word|words}.",
        "Maximum number of words per line: {words}.",
        "Could you break the lines so that none has more than {words} {words|word|words}?",
        "Lines of more than {words} {words|word|words} are not allowed.",
        "Start a new line before the current one goes past {words} {words|word|words}.",
        "No line of your response may exceed {words} {words|word|words}, whatever stands on it.",
        "My display is narrow, so keep each line to {words} {words|word|words} or fewer and break the text wherever "
        "that is needed.",
        "Short lines, please: {words} {words|word|words} each at the very most.",
        "Wherever you break the lines, the longest one may run to {words} {words|word|words} and not beyond.",
    )
    examples = (_POEM,)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        lines = text.part(filled_lines)
        if len(lines) < _FEWEST_LINES or not text.words or not text.spaced:
            return None
        if max(map(len, lines)) > _LONGEST_LINE:
            return None
        words = max(high for _, high in word_ranges(lines)) + rng.randint(0, 1)
        return {"words": words} if words <= _MOST_WORDS else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        lines = text.part(filled_lines)
        return share(sum(map(int(params["words"]).__ge__, word_counts(lines))), len(lines))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("words", high=int(params["words"]), per="lines")]

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return len(words_in(phrase)) <= int(params["words"])


def filled_lines(text: ParsedText) -> tuple[str, ...]:
    """Return the lines that are not blank."""
    return tuple(line for line in text.lines if line.strip())


TYPES: tuple[ConstraintType, ...] = (Lines(), WordsPerLine())
