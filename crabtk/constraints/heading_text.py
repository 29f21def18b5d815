"""What Markdown headings say: their length, their words, their numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.headings import strays
from crabtk.constraints.numbers import share
from crabtk.constraints.quoting import contains, fold
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, Quoted

_MOST_WORDS = 12
_LONGEST = 8
_OUTER = "*_ "
_NUMBERED = re.compile(r"[0-9]+(?:\.[0-9]+)*(?:[.):]| [-–—])? ")


class HeadingWords(ConstraintType):
    """The longest heading that may be written; there must be headings."""

    name = "heading:words"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count()}
    wordings = (
        "Use Markdown headings of at most {words} {words|word|words} each.",
        "Maximum length of a Markdown heading: {words} {words|word|words}. There must be headings.",
        "Your response must have Markdown headings, and none may be longer than {words} {words|word|words}.",
        "Include headings in Markdown, and keep each of them to {words} {words|word|words} or fewer.",
        "Could you divide the text by Markdown headings that take no more than {words} {words|word|words} each?",
        "No Markdown heading may run past {words} {words|word|words}, and do use headings.",
        "Every heading in Markdown, and there must be at least one, makes do with {words} {words|word|words} or fewer.",
        "Write # headings as Markdown does, with {words} {words|word|words} at most in any one of them.",
        "Headings are required, marked as in Markdown, but not a single one that exceeds {words} {words|word|words}.",
        "The sidebar of my site cuts long entries off, so use Markdown headings, and let the longest one have "
        "{words} {words|word|words} at most.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.headings) < 2 or not text.words or not text.spaced or text.part(strays):
            return None
        longest = max(max(len(WORD.findall(each.text)), len(each.text.split())) for each in text.headings)
        words = longest + rng.randint(0, 1)
        return {"words": words} if words <= _MOST_WORDS else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        good = sum(len(WORD.findall(heading.text)) <= params["words"] for heading in text.headings)
        return share(good, len(text.headings)) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        phrase = other.params.get("phrase") if other.type == "heading:text" else None
        long = isinstance(phrase, str) and len(WORD.findall(phrase)) > params["words"]
        return super().conflicts(params, other) or long

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("headings", low=1),)


class HeadingText(ConstraintType):
    """A Markdown heading that reads just so, letter case, emphasis of the whole and a final colon aside."""

    name = "heading:text"
    fields: ClassVar[Mapping[str, Field]] = {"phrase": Quoted()}
    wordings = (
        "Include a Markdown heading that reads {phrase}.",
        "Required heading, in Markdown: {phrase}.",
        "Your response must have a Markdown heading with exactly the text {phrase}.",
        "One of the headings, written in Markdown, has to be {phrase} and nothing else.",
        "Use {phrase} as the full text of a Markdown heading.",
        "Could you put {phrase} into the response as a Markdown heading of its own?",
        "At some point a heading in Markdown must say {phrase}, with no other words.",
        "Among the Markdown headings there should be one whose whole text is {phrase}.",
        "Make {phrase} a heading as Markdown writes it, on a line of its own.",
        "Other pages link to the heading {phrase}, so there must be a Markdown heading with that text, word for word.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        plain = [heading.text for heading in text.headings if _quotable(heading.text)]
        return {"phrase": rng.choice(plain)} if plain else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        phrase = _bare(str(params["phrase"]))
        return bool(WORD.search(phrase)) and any(_bare(heading.text) == phrase for heading in text.headings)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        included = other.params.get("phrases") if other.type == "keyword:include" else ()
        repeated = isinstance(included, list | tuple) and any(contains(params["phrase"], str(p)) for p in included)
        return super().conflicts(params, other) or repeated

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("headings", low=1), Limit(f"phrase:{fold(params['phrase'])}", low=1))

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (params["phrase"],)


class HeadingNumbered(ConstraintType):
    """Every Markdown heading begins with a number in digits; there must be headings."""

    name = "heading:numbered"
    wordings = (
        "Begin every Markdown heading with a number in digits; there must be headings.",
        "Headings, in Markdown: required, and each numbered at its beginning, in digits.",
        "Your response must have Markdown headings, and the text of each must start with a number in digits.",
        "Use headings in Markdown, every one of them opening with a number written in digits.",
        "Could you give me Markdown headings that all start with a number, written in digits?",
        "No Markdown heading without a number in digits at its very beginning, please, and do use headings.",
        "Every heading in Markdown, the title included, opens with a number in digits, and there must be at least one "
        "heading.",
        "Number the Markdown headings in digits, each at the start of its text, and include at least one heading.",
        "After the # signs of a heading, a number in digits comes first; this goes for all headings, which you must "
        "use.",
        "In the meeting we will call sections by number, so let all of your Markdown headings, of which there must be "
        "some, start with a number in digits.",
    )
    examples = ("## 1. Soil\n\nLoosen it.\n\n## 2. Seed\n\nSow it thinly.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.headings) < 2:
            return None
        numbered = all(_NUMBERED.match(heading.text) for heading in text.headings)
        return {} if numbered and not text.part(strays) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        good = sum(heading.text.lstrip("*_")[:1].isdecimal() for heading in text.headings)
        return share(good, len(text.headings))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type == "digits:absent"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("headings", low=1), Limit("digits", low=1))


def _quotable(heading: str) -> bool:
    plain = not any(char in heading for char in '"*_`[]()#:“”<>|\\') and heading[-1].isalnum()
    return plain and bool(WORD.search(heading)) and len(heading.split()) <= _LONGEST and "  " not in heading


def _bare(heading: str) -> str:
    return fold(heading.strip(_OUTER)).removesuffix(":").strip(_OUTER)


TYPES: tuple[ConstraintType, ...] = (HeadingWords(), HeadingText(), HeadingNumbered())
