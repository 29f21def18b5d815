"""Digits and capitals."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, at_least
from crabtk.constraints.numbers import share
from crabtk.constraints.quoting import demanded
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params

_FEWEST_WORDS = 50
_DIGIT = re.compile(r"\d")


class NoDigits(ConstraintType):
    """No digit of any script anywhere."""

    name = "digits:absent"
    wordings = (
        "Do not use any digits.",
        "Your response must not contain any digits: write numbers as words, or leave them out.",
        "Avoid digits from start to end.",
        "Digits are not allowed anywhere in the text.",
        "Could you write this without a single digit?",
        "This will be read aloud, so spell out every number instead of using digits.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None if len(text.words) < _FEWEST_WORDS or any(map(str.isnumeric, text.raw)) else {}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and not _DIGIT.search(text.raw)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return share(sum(not _DIGIT.search(word) for word in text.words), len(text.words))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        needed = any(_DIGIT.search(phrase) for phrase in demanded(other))
        return super().conflicts(params, other) or needed or other.type == "list:numbered"


class Capitals(CountedType):
    """Words of two or more letters written in capitals throughout, acronyms included."""

    name = "case:capitals"
    wordings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "at_least": (
            "All-capital words, single letters aside: at least {n}.",
            "Write at least {n} {n|word|words} of two or more letters entirely in capital letters.",
            "Your response must contain {n} or more words in all capitals (acronyms count, single letters do not).",
            "Put no fewer than {n} {n|word|words} of two letters or more in full capitals.",
            "Minimum number of all-capital words, not counting single letters: {n}.",
            "Could you use all capitals for {n} or more words, leaving aside single letters?",
            "For emphasis, I expect at least {n} {n|word|words} of two letters or longer to be all in capitals.",
        ),
        "exactly": (
            "All-capital words, single letters aside: exactly {n}.",
            "Write exactly {n} {n|word|words} of two or more letters entirely in capital letters.",
            "Your response must contain precisely {n} {n|word|words} in all capitals (acronyms "
            "count, single letters do not).",
            "Put {n} {n|word|words} of two letters or more in full capitals, no more and no fewer.",
            "Number of all-capital words, not counting single letters: {n}.",
            "Could you use all capitals for exactly {n} {n|word|words}, leaving aside single letters?",
            "For emphasis, I expect exactly {n} {n|word|words} of two letters or longer to be all in capitals.",
        ),
        "at_most": (
            "All-capital words, single letters aside: at most {n}.",
            "Write at most {n} {n|word|words} of two or more letters entirely in capital letters.",
            "Your response must contain {n} or fewer words in all capitals (acronyms count, single letters do not).",
            "Put no more than {n} {n|word|words} of two letters or more in full capitals.",
            "Maximum number of all-capital words, not counting single letters: {n}.",
            "Could you use all capitals for {n} or fewer words, leaving aside single letters?",
            "Go easy on emphasis: at most {n} {n|word|words} of two letters or longer may be all in capitals.",
        ),
        "none": (
            "No all-capital words except single letters.",
            "Do not write any word of two or more letters entirely in capital letters.",
            "Your response must not contain a word in all capitals (acronyms count, single letters do not).",
            "Put no word of two letters or more in full capitals.",
            "All-capital words are not allowed, acronyms included; only single letters are exempt.",
            "Could you avoid words in all capitals, acronyms included, apart from single letters?",
            "Shouting puts readers off, so no word of two letters or longer may be all in capitals, "
            "not even an acronym.",
        ),
    }

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not any(map(str.islower, text.words)) or text.code_blocks:
            return None
        count = self.count(text, {})
        if count == 0:
            return {"relation": "none"}
        return at_least(count, rng) if count >= 3 else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return sum(map(_all_capitals, text.words))

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if params["relation"] != "none":
            return super().score(text, params)
        return share(len(text.words) - self.count(text, params), len(text.words))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        shouted = any(_all_capitals(word) for phrase in _exact(other) for word in WORD.findall(phrase))
        return super().conflicts(params, other) or (params["relation"] == "none" and shouted)


def _all_capitals(word: str) -> bool:
    return word.isupper() and sum(map(str.isalpha, word)) > 1


def _exact(other: Constraint) -> tuple[str, ...]:
    """Return phrases that are demanded letter by letter; keywords may be written in any case."""
    return demanded(other) if other.type.startswith("start_end:") else ()


TYPES: tuple[ConstraintType, ...] = (NoDigits(), Capitals())
