"""Passages in double quotation marks."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from typing_extensions import override

from crabtk.constraints.absent import is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, at_most
from crabtk.constraints.numbers import share
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params

_FEWEST_QUOTED_WORDS = 5
_QUOTED = re.compile(r'"[^"\n]*"|“[^“”\n]*”|„[^„“”\n]*[“”]|«[^«»\n]*»|「[^「」\n]*」|『[^『』\n]*』')
_ASCII_QUOTED = re.compile(r'"[^"\n]*"')
_QUOTE = re.compile(r'["“”„«»「」『』]')
_DOUBTFUL = re.compile(r'"(?:(?<=\d")|(?<=\w")\w)')
_OPENING, _CLOSING = ('"', "“", "„", "«", "「", "『"), ('"', "”", "“", "»", "」", "』")
_FIXED_EDGE = frozenset(
    {
        "start_end:first_phrase", "start_end:last_phrase", "start_end:question_end", "start_end:exclamation_end",
        "start_end:mark", "heading:first", "code:only", "json:valid", "json:kind", "tag:wrapped",
    }
)  # fmt: skip
"""Types that say what stands at the very start or end, where the quotation marks would be."""


class Quotations(CountedType):
    """Passages on one line between double quotation marks, straight, curly, angular or East Asian, that hold a word."""

    name = "quotation:count"
    wordings = (
        "Passages in double quotation marks: {relation} {n}.",
        "Put {relation} {n} {n|passage|passages} in double quotation marks.",
        "Your response must contain {relation.firm} {n} {n|word or passage|words or passages} in double quotes.",
        "{relation.limit} number of quoted passages, by double quotation marks and counted each time: {n}.",
        "{relation.cap} {n} {n|quotation|quotations} should stand between double quotation marks.",
        "Could you quote something {n} {n|time|times}{relation.tail}, with double quotation marks around it?",
        "The number of passages, be they single words or longer, that double quotation marks enclose {relation.must} "
        "{n}.",
        "Let others speak: I expect {relation} {n} {n|quotation|quotations} in double quotation marks.",
        "When you are done, count the pairs of double quotation marks: {n}{relation.tail}, that is what I asked for.",
        "Over the whole text, set {relation.firm} {n} {n|expression|expressions} in double quotation marks.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_quotations)
        if not found or not text.part(in_pairs):
            return None
        # Where the next passage follows at once, or quotes hold quotes, what is quoted is a matter of view.
        return agreed((len(found),), rng, most_exact=12)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_quotations))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("quotations", params["relation"], params["n"]),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return at_most(params) != 0 or not any(map(WORD.search, _QUOTED.findall(phrase)))


class Whole(ConstraintType):
    """The response begins and ends with a double quotation mark."""

    name = "quotation:whole"
    wordings = (
        "Wrap your entire response in double quotation marks.",
        "Your response must begin and end with a double quotation mark.",
        "Put double quotation marks around the whole response.",
        "The first and the last character of the response have to be double quotation marks.",
        "Could you enclose everything you write in double quotation marks?",
        "Everything goes in double quotes, from the first word to the final mark.",
        "Open with a double quotation mark and close with one; nothing may stand outside.",
        "Quote the complete response, that is, set one double quotation mark before it and one after it.",
        "I will paste the response as a quotation, so it should come with double quotation marks at its start and at "
        "its end.",
        "Enclosed in double quotes: all of the response.",
        "Between an opening and a closing double quotation mark, write all that you have to say.",
    )
    examples = ('"The river rises in spring, and the mill begins to turn."',)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        quoted = text.raw.lstrip().startswith(_OPENING) and self.check(text, {})
        if not quoted or len(text.words) < _FEWEST_QUOTED_WORDS:
            return None
        inside = _QUOTE.search(text.raw.strip()[1:-1])
        return None if inside or not text.part(is_plain) else {}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        raw = text.raw.strip()
        return (raw.startswith(_OPENING) + raw.endswith(_CLOSING)) / 2 if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in _FIXED_EDGE


class Explained(ConstraintType):
    """There are passages in double quotation marks, and words outside such marks follow each before the next one."""

    name = "quotation:explained"
    evaluation_only = True
    wordings = (
        "Every phrase in double quotation marks must be followed by unquoted text, and there must be such a phrase.",
        "Quote something in double quotation marks, and after each quotation go on in words that are not quoted.",
        "Use double quotation marks at least once, but never let two quoted phrases follow one another without "
        "unquoted words in between, and do not end on a quoted phrase.",
        "After each phrase in double quotes, of which I want at least one, continue outside the quotes.",
        "Could you quote one or more phrases in double quotation marks and have unquoted words behind each of them?",
        "No phrase in double quotation marks may go without unquoted words after it; at least one has to occur.",
        "Whatever you put in double quotation marks, at least one phrase, add words behind it, outside the marks.",
        "For each of your quotations in double quotes, and there should be some, add unquoted words before you quote "
        "again or end.",
        "Quotations do not speak for themselves, so behind every phrase in double quotation marks, and please use "
        "some, I want unquoted words.",
        "Let words outside the quotation marks come after every single phrase inside double ones, one phrase or more.",
    )
    examples = ('Sailors call it a "lee shore", a coast onto which the wind blows. A "fetch" is how far it blows.',)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if text.part(in_pairs) and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        pieces = _QUOTED.split(text.raw)
        return share(sum(bool(WORD.search(piece)) for piece in pieces[1:]), len(pieces) - 1)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("mark:double_quotation_mark", low=2),)


def in_pairs(text: ParsedText) -> bool:
    """Tell whether every double quotation mark is one of a pair around words, for all readers.

    For ``ParsedText.part``.
    """
    found = text.part(_quotations)
    if not found:
        return False
    raw = text.raw
    marks = raw.count('"') if raw.isascii() else len(_QUOTE.findall(raw))
    if marks != 2 * len(found) or _DOUBTFUL.search(raw) or "''" in raw or "``" in raw:
        return False
    # A space inside the marks tells that they were paired wrongly; only guillemets take one.
    tight = all(passage[1:-1] == passage[1:-1].strip() for passage in found if passage[0] not in "«»")
    return tight and text.part(is_plain) and not text.tables


def _quotations(text: ParsedText) -> tuple[str, ...]:
    quoted = _ASCII_QUOTED if text.raw.isascii() else _QUOTED
    return tuple([passage for passage in quoted.findall(text.raw) if WORD.search(passage)])


TYPES: tuple[ConstraintType, ...] = (Explained(), Quotations(), Whole())
