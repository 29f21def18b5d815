"""Lines in alphabetical order, numbers in ascending order, and the multiples of a number."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.forms import leaves_no_room
from crabtk.constraints.numbers import share
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, OneOf

_FEWEST_LINES = 3
_FEWEST_ENTRIES = 5
_MOST_WORDS = 8
_FEWEST_NUMBERS = 4
_FEWEST_MULTIPLES = 4
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d++(?:\.\d+)?")
_PLAIN_NUMBER = re.compile(r"(?<![^\s(])\d+(?=[\s).,;:!?]|\Z)(?![.,:]\d)")
_NO_DIGITS = bytes(char for char in range(128) if not chr(char).isdigit())
_DIGITS = re.compile(r"\d+")
_ONLY_NUMBERS = re.compile(r"\d+(?:[,;]?\s+\d+)+\.?", re.ASCII)


class OrderedLines(ConstraintType):
    """The lines are in alphabetical order or its reverse, letter case and list marks aside; three lines at least.

    Lines without a letter or digit, and code fences, do not count; equal neighbours are in order.
    """

    name = "order:lines"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {
        "direction": OneOf({"ascending": "alphabetical order", "descending": "reverse alphabetical order"}),
        "direction.way": OneOf({"ascending": "from A to Z", "descending": "from Z to A"}),
    }
    examples = ("- ash\n- birch\n- elm\n- oak\n- yew", "yew\noak\nelm\nbirch\nash")
    wordings = (
        "Lines of the response, three or more: in {direction}.",
        "Put the lines of your response in {direction}, ignoring letter case and list marks, and write at least three.",
        "Your response must consist of three or more lines in {direction}, letter case and list marks aside.",
        "Sort all lines {direction.way} (there must be at least three), whatever mark a line begins with.",
        "Could you write three lines or more and arrange every one of them in {direction}, capitals or not?",
        "Every line belongs in {direction} with the lines around it; list marks at its beginning do not count, and "
        "three lines are the least.",
        "Arrange what you write line by line in {direction}, over at least three lines.",
        "From top to bottom, the lines, three at least, are to be in {direction}, with no heading or remark out of "
        "turn.",
        "My list has to be sorted {direction.way}, so give each entry a line of its own, three entries or more, and "
        "add no line that breaks the order.",
        "Alphabetical sorting of the lines, capitals and list marks ignored, three lines or more: {direction.way}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if text.raw.count("\n") < _FEWEST_ENTRIES - 1 or text.code_blocks or not text.raw.isascii():
            return None
        keys = text.part(_line_keys)
        # A few paragraphs begin in alphabetical order by chance.
        entries = len(keys) >= _FEWEST_ENTRIES and len(text.words) <= _MOST_WORDS * len(keys)
        if not entries or len(set(keys)) < len(keys):
            return None
        # Spaces and marks are sorted before letters by some, and passed over by others.
        pressed = ["".join(filter(str.isalnum, key)) for key in keys]
        for direction in ("ascending", "descending"):
            if _in_order(keys, direction) == _in_order(pressed, direction) == len(keys) - 1:
                return {"direction": direction}
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        keys = text.part(_line_keys)
        return share(_in_order(keys, params["direction"]), len(keys) - 1) if len(keys) >= _FEWEST_LINES else 0.0


class OrderedNumbers(ConstraintType):
    """Each number in digits is no smaller (or no larger) than the one before, list numbers and code included.

    Two numbers at least. "1,000" and "3.5" are one number each; a sign in front does not count.
    """

    name = "order:numbers"
    fields: ClassVar[Mapping[str, Field]] = {
        "direction": OneOf({"ascending": "ascending", "descending": "descending"}),
        "direction.less": OneOf({"ascending": "smaller", "descending": "larger"}),
        "direction.go": OneOf({"ascending": "rise", "descending": "fall"}),
    }
    examples = (
        "The mill was built in 1782, burnt down in 1811 and was rebuilt in 1813. It closed in 1954.",
        "Only 900 herons were left, then 400, then 120, and in the end 12.",
    )
    wordings = (
        "Numbers in digits, two or more: in {direction} order.",
        "Write at least two numbers in digits, and let none be {direction.less} than the number before it.",
        "Your response must give its numbers (those written in digits, list numbers included) in {direction} order, "
        "and there must be two or more.",
        "Order of all numbers that stand in digits, of which there are at least two: {direction}, equal neighbours "
        "allowed.",
        "Could you mention two or more numbers in digits, each of them not {direction.less} than the one before?",
        "Whenever a number appears in digits, be it a year, an amount or a list number, it must not be "
        "{direction.less} than the previous one; use at least two.",
        "From start to end, the numbers written in digits, at least two of them, must {direction.go} or stay equal.",
        "No number in digits may be {direction.less} than the number in digits before it, and there are to be two or "
        "more.",
        "Sort what you write in such a way that its numbers in digits, two at least, come in {direction} order.",
        "My chart reads the numbers of the text, written in digits, one after another and must never meet one that is "
        "{direction.less} than the last; give it at least two.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        # Every number holds a run of digits; to count those, or just digits, is quicker than to read the numbers.
        if text.raw.isascii() and len(text.raw.encode("ascii").translate(None, _NO_DIGITS)) < _FEWEST_NUMBERS:
            return None
        if len(_DIGITS.findall(text.raw)) - len(text.numbered_items) < _FEWEST_NUMBERS:
            return None
        if _rises_and_falls(text.raw):
            return None
        numbers = text.part(_numbers)
        beyond_lists = len(numbers) - len(text.numbered_items) >= _FEWEST_NUMBERS
        if not beyond_lists or len(set(numbers)) < _FEWEST_NUMBERS:
            return None
        ordered = [way for way in ("ascending", "descending") if _in_order(numbers, way) == len(numbers) - 1]
        # Ranges, dates, signs, decimals and other numerals are numbers to some and not to others.
        plain = ordered and len(_PLAIN_NUMBER.findall(text.raw)) == len(numbers)
        return {"direction": ordered[0]} if plain and not any(map(_is_odd_digit, text.raw)) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        numbers = text.part(_numbers)
        return share(_in_order(numbers, params["direction"]), len(numbers) - 1) if len(numbers) > 1 else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        repeated = other.type in ("digits:absent", "sequence:multiples")
        return super().conflicts(params, other) or repeated

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        numbers = _numbers_in(phrase)
        return _in_order(numbers, params["direction"]) == max(len(numbers) - 1, 0)


class Multiples(ConstraintType):
    """The numbers in digits are exactly the multiples of a number within bounds, both included, in ascending order.

    Every run of digits is a number.
    """

    name = "sequence:multiples"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"of": Count(), "start": Count(), "end": Count()}
    examples = ("12, 18, 24, 30, 36",)
    wordings = (
        "Count from {start} to {end}, but print multiples of {of} only.",
        "List the multiples of {of} from {start} to {end} in ascending order, and no other number.",
        "Your response must contain, in digits, every multiple of {of} between {start} and {end}, bounds included, in "
        "ascending order and without any other number.",
        "Numbers in the response, in ascending order: all multiples of {of} that are at least {start} and at most "
        "{end}, and none besides.",
        "Could you count upwards from {start} to {end} and write down just those numbers that {of} divides?",
        "Go through the numbers from {start} to {end}, both included, and give in digits those divisible by {of}, in "
        "that order, with no further number in the text.",
        "Only multiples of {of} may appear as numbers, each of them once and in ascending order, beginning no earlier "
        "than {start} and ending no later than {end}, none left out.",
        "What are the multiples of {of} in the range from {start} to {end}, bounds included? Write these numbers in "
        "ascending order and no others.",
        "Starting at {start} and stopping at {end}, write each number that is a multiple of {of} and skip the rest.",
        "The numbers that I want to see, in digits and in ascending order, are the multiples of {of} from {start} "
        "through {end}; there should be no other digits in the response.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not _ONLY_NUMBERS.fullmatch(text.raw.strip()):
            return None
        numbers = [int(digits) for digits in _DIGITS.findall(text.raw)[:1000] if len(digits) < 10]
        step = numbers[1] - numbers[0] if len(numbers) >= _FEWEST_MULTIPLES else 0
        params = {"of": step, "start": numbers[0] if numbers else 0, "end": numbers[-1] if numbers else 0}
        return params if step > 1 and self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        of, start, end = int(params["of"]), int(params["start"]), int(params["end"])
        if of < 1 or not text.words:
            return 0.0
        first = -(-start // of) * of
        found = _DIGITS.findall(text.raw)
        alike = sum(
            digits == str(first + place * of) for place, digits in enumerate(found) if first + place * of <= end
        )
        return share(alike, max(len(found), (end - first) // of + 1))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        numbered = other.type == "digits:absent" or other.type.startswith(("figures:", "quiz:"))
        return super().conflicts(params, other) or leaves_no_room(self.name, other) or numbered

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        of, start, end = int(params["of"]), int(params["start"]), int(params["end"])
        digits = _DIGITS.findall(phrase)
        return of > 0 and all(len(run) < 19 and start <= int(run) <= end and int(run) % of == 0 for run in digits)


def _line_keys(text: ParsedText) -> tuple[str, ...]:
    """Return what each line is sorted by: its text from the first letter or digit on, case folded."""
    lines = (line.text for line in text.marked_lines if line.kind not in ("fence", "blank"))
    starts = ((line, WORD.search(line)) for line in lines)
    return tuple(line[start.start() :].casefold() for line, start in starts if start)


def _numbers(text: ParsedText) -> tuple[Decimal, ...]:
    return _numbers_in(text.raw)


def _numbers_in(raw: str) -> tuple[Decimal, ...]:
    return tuple(map(_decimal, _NUMBER.findall(raw)))


def _decimal(written: str) -> Decimal:
    return Decimal(written.replace(",", ""))


def _rises_and_falls(raw: str) -> bool:
    """Tell whether the numbers of a text are in no order, as soon as it shows."""
    rises = falls = False
    for before, after in pairwise(_decimal(match[0]) for match in _NUMBER.finditer(raw)):
        rises = rises or before < after
        falls = falls or before > after
        if rises and falls:
            return True
    return False


def _in_order(values: Sequence[Any], direction: str) -> int:
    """Count the neighbours that are in order."""
    rising = direction == "ascending"
    return sum(before <= after if rising else before >= after for before, after in pairwise(values))


def _is_odd_digit(char: str) -> bool:
    return char.isnumeric() and not char.isascii()


TYPES: tuple[ConstraintType, ...] = (OrderedLines(), OrderedNumbers(), Multiples())
