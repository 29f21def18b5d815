"""How many paragraphs a response has, and how long they are."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import nearness, share, upper_bound
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

STRUCTURE = frozenset(
    {
        "list:bullets",
        "list:numbered",
        "list:marker",
        "heading:count",
        "heading:level",
        "code:block",
        "code:count",
        "table:columns",
    }
)
"""Types that demand more than paragraphs of running text."""

_MOST_PARAGRAPHS = 12
_MOST_WORDS = 150


class Paragraphs(ConstraintType):
    """Exact number of paragraphs, counted between blank lines; measured on running text only."""

    name = "paragraphs:count"
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = (
        "Write exactly {n} {n|paragraph|paragraphs}, with a blank line between one paragraph and the next.",
        "Your response must consist of exactly {n} {n|paragraph|paragraphs} separated by blank lines.",
        "Number of paragraphs (divided by blank lines): {n}.",
        "Could you structure this as {n} {n|paragraph|paragraphs}, no more and no fewer, set apart by blank lines?",
        "Blank lines should divide the response into precisely {n} {n|paragraph|paragraphs}.",
        "When you break up the text with blank lines, make sure that exactly {n} {n|paragraph "
        "results|paragraphs result}.",
        "I want {n} {n|paragraph|paragraphs} in total, titles and lists counted, with blank lines as "
        "the only dividers.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        n = len(text.paragraphs)
        if not text.is_prose or len(text.sentences) < 2 or not 2 <= n <= _MOST_PARAGRAPHS:
            return None
        # Single line breaks may part paragraphs in a reader's eyes, and lines without a word be one.
        return {"n": n} if n == sum(1 for line in text.lines if line.strip()) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return len(text.paragraphs) == int(params["n"])

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return nearness(len(text.paragraphs), params["n"], params["n"])

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in STRUCTURE


class WordsPerParagraph(ConstraintType):
    """The longest paragraph that may be written; measured on running text only."""

    name = "paragraphs:words"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count()}
    wordings = (
        "At most {words} {words|word|words} between blank lines.",
        "Every paragraph must have at most {words} {words|word|words}, with blank lines between paragraphs.",
        "Separate paragraphs by blank lines, and let none run past {words} {words|word|words}.",
        "No block of text between blank lines may exceed {words} {words|word|words}.",
        "Maximum number of words in a paragraph (paragraphs being divided by blank lines): {words}.",
        "Could you use paragraphs of {words} {words|word|words} or fewer, with a blank line after each?",
        "This will be read on a phone, so never write more than {words} {words|word|words} without a blank line.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.is_prose or not text.spaced or len(text.paragraphs) < 2:
            return None
        longest = max(max(len(WORD.findall(part)), len(part.split())) for part in text.paragraphs)
        words = upper_bound(longest, rng)
        return {"words": words} if 20 <= words <= _MOST_WORDS else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        good = sum(len(WORD.findall(part)) <= params["words"] for part in text.paragraphs)
        return share(good, len(text.paragraphs))


TYPES: tuple[ConstraintType, ...] = (Paragraphs(), WordsPerParagraph())
