"""How lines are laid out: their length, their indentation, one word to a line."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import pairwise
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.forms import another_form, leaves_no_room
from crabtk.constraints.numbers import nearness, share
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

_LINE_LENGTHS = (30, 40, 50, 60, 72, 80, 100, 120)
_FEWEST_LINES = 5
_FEWEST_WORDS = 25
_FEWEST_STEPS = 3
_FEWEST_SINGLE = 4


class LineLength(ConstraintType):
    """The longest line in characters, spaces included, in code too; a line ends at its line break."""

    name = "layout:line_length"
    fields: ClassVar[Mapping[str, Field]] = {"characters": Count()}
    examples = (
        "The ferry leaves at dawn,\nthe gulls go with it,\nand the harbour is quiet\nuntil the bell rings\nfor the "
        "second boat,\nwhich is always late.",
    )
    wordings = (
        "Characters per line: {characters} at most.",
        "Wrap lines so that none is longer than {characters} {characters|character|characters}.",
        "Your response must not contain a line of more than {characters} {characters|character|characters}, spaces "
        "counted.",
        "Maximum length of a line, in characters with spaces: {characters}.",
        "Could you break the lines at {characters} {characters|character|characters} or earlier?",
        "No line may exceed {characters} {characters|character|characters}, whether it is text or code.",
        "Keep every line within {characters} {characters|character|characters}; insert line breaks where needed.",
        "My terminal is {characters} {characters|character|characters} wide and cuts off the rest, so end each line "
        "within that width by a line break of your own.",
        "The longest line of the response should measure {characters} {characters|character|characters} or fewer from "
        "its first character to its line break.",
        "After {characters} {characters|character|characters} at the latest, counting spaces, a line has to end.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        longest = max(map(len, text.lines))
        if longest > _LINE_LENGTHS[-1]:
            return None
        lengths = [length for length in _LINE_LENGTHS if longest <= length <= 2 * longest]
        filled = sum(1 for line in text.lines if line.strip())
        if not lengths or filled < _FEWEST_LINES or len(text.words) < _FEWEST_WORDS:
            return None
        # Other line ends, tabs and wide characters have another length in some readers' eyes.
        plain = len(text.lines) == text.raw.count("\n") + 1 and "\t" not in text.raw and text.spaced
        return {"characters": rng.choice(lengths[:2])} if plain else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return nearness(max(map(len, text.lines)), None, params["characters"]) if text.words else 0.0

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return len(phrase) <= int(params["characters"])


class Stairs(ConstraintType):
    """Each line is indented by more white space than the line before, blank lines aside; two lines at least."""

    name = "layout:stairs"
    evaluation_only = True
    examples = ("Down\n  the stairs\n    we go,\n       one by one.",)
    wordings = (
        "Indent every line further than the previous line, blank lines aside.",
        "Each new line must be indented by more spaces than the line before it; write at least two lines.",
        "Stairs, please: every line of the response begins further to the right than the line above it.",
        "Make a staircase of your response by indenting each line more than the one before, blank lines left aside.",
        "Could you let the indentation grow from each line to the next, over two lines or more?",
        "The indentation of the lines must increase without exception, from one line that is not blank to the next.",
        "Begin line after line with more white space than the last, so that the text steps down to the right; there "
        "must be at least two lines.",
        "No line may start as far to the left as the line above it, blank lines aside, and one line alone is not "
        "enough.",
        "Format of the response: stairs, with more leading spaces in every line than in the line before.",
        "A growing indentation is required: two or more lines, each starting with more spaces than the line before.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        steps = len(text.part(_indents))
        return {} if steps >= _FEWEST_STEPS and "\t" not in text.raw and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        indents = text.part(_indents)
        steps = sum(before < after for before, after in pairwise(indents))
        return share(steps, len(indents) - 1) if text.words and len(indents) > 1 else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        flat = other.type.startswith(("table:", "code:", "heading:"))
        return super().conflicts(params, other) or another_form(self.name, other) or flat


class WordPerLine(ConstraintType):
    """No line holds more than one word; words are what spaces set apart, marks without a letter or digit aside."""

    name = "layout:word_per_line"
    evaluation_only = True
    examples = ("Ferries\nleave\nthe\nharbour\nat\ndawn.",)
    wordings = (
        "One word per line.",
        "Write each word on a new line.",
        "Your response must not have more than one word on any line.",
        "Put every word on a line of its own.",
        "Could you break the line after each word?",
        "No line may hold two words or more.",
        "After every single word, begin a new line.",
        "Words per line: one and no more, from start to end.",
        "My display shows a single word at a time, so let a line break follow each word that you write.",
        "The response should run down the page word by word, with never more than one of them on a line.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) > len(text.lines):
            return None
        lines = [line.split() for line in text.lines if line.strip()]
        single = len(lines) >= _FEWEST_SINGLE and all(len(words) == 1 for words in lines)
        # A compound is one word or two.
        whole = all(len(WORD.findall(words[0])) == 1 for words in lines) if single else False
        return {} if whole and text.spaced and not text.code_blocks else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        counts = [sum(1 for word in line.split() if WORD.search(word)) for line in text.lines]
        filled = [count for count in counts if count]
        return share(sum(count == 1 for count in filled), len(filled))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        side_by_side = leaves_no_room(self.name, other) and not other.type.startswith(
            ("list:", "heading:", "start_end:")
        )
        return super().conflicts(params, other) or side_by_side

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return sum(1 for word in phrase.split() if WORD.search(word)) < 2


def _indents(text: ParsedText) -> tuple[int, ...]:
    return tuple(len(line) - len(line.lstrip()) for line in text.lines if line.strip())


TYPES: tuple[ConstraintType, ...] = (LineLength(), Stairs(), WordPerLine())
