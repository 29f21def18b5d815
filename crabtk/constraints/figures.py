"""Numbers, percentages and years, written in digits."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from typing_extensions import override

from crabtk.constraints.absent import is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

NUMBER = r"\d(?<![^\W_]\d)(?<!\d[.,]\d)\d*+(?:[.,]\d++)*+"
"""A number in digits, points and commas between digits included; no letter or digit stands before it.

What may stand before is asked after the first digit, so that the search leaps from digit to digit. It begins where
a run of digits does (``runs_of_digits``).
"""

_NUMBER = re.compile(rf"{NUMBER}(?![^\W_])")
_PERCENTAGE = re.compile(rf"{NUMBER}[ \u00a0\u202f]?(?:[%٪％]|per[ -]?cent\b)", re.IGNORECASE)
_PERCENT_SIGN = re.compile(
    r"[%٪％]|\bper[ -]?cent|\bpercent|\bpct\b|\bprozent|\bpor ?ciento|\bpour ?cent", re.IGNORECASE
)
_YEAR = re.compile(r"[12](?<![^\W_][12])(?<!\d[.,][12])(?:(?<=1)\d\d\d|(?<=2)0\d\d)(?![^\W_]|[.,]\d)")
_AS_YEAR = re.compile(
    r"(?:\b(?:in|since|from|until|till|by|of|to|and|or|between|during|before|after|circa|early|late|year|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|fall|"
    r"winter|en|de|del|im|seit|depuis)\s|(?<!\d)\d{1,2},\s|[(–-]\s?)\Z",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\Z|[.,;:!?)]|[–-](?!(?:[3-9]|2[1-9])\d{3})|\s+(?:and|or|to|until|till|was|were|is|when|where|the|by|as|in|but|it|he|she|they|for|at|with|which|"
    r"after|on|from|had|has|have|y|und|et|bis)\b"
)
_CUE_LENGTH = 12
_SHORT_YEAR = re.compile(r"(?<=['’])\d\d|\d++[–-]\d\d\b|(?<!\w)\d{3}\b")

# What readers count in several ways: digits within words, ranges, dates, times, fractions, versions, spaced
# thousands, decimal commas, list numbers, web addresses, formulas.
_DOUBTFUL_LABEL = re.compile(r"\n[ \t>*_#(]*\d+[.)]")
_DOUBTFUL_SIGN = re.compile(r"[²³¹¼½¾\u2070-\u2189\u2460-\u24ff]")
_DOUBTFUL_RUN = re.compile(
    r"(?<=[\w-])|(?<=\.)(?<!\d\.)"
    r"|\d++(?:[^\W\d]|[-–—/:^*+=×'’~ \u00a0\u202f]\d|\.\d+\.|,(?!\d{3}(?!\d))\d|\ufe0f?\u20e3)"
)
# In a text of ASCII, digits are sought among bytes of which only those remain that tell them from list numbers.
_SHAPE = bytes(ord("0") if chr(code) in "0123456789" else code if chr(code) in "\n.) " else 120 for code in range(256))
_RUN_IN_SHAPE = re.compile(rb"0(?<!00)(?!(?<=\n0)0?[.)] )")
_RUN = re.compile(r"\d(?<!\d\d)")
_RANGE = re.compile(r"\d\s?(?:-|–|—|/|~|to|and|or|y|bis|à|a)\s?\d", re.IGNORECASE)


class Numbers(CountedType):
    """Numbers in digits that stand by themselves, list numbers included; digits that touch a letter are none."""

    name = "figures:numbers"
    wordings = (
        "Numbers in digits: {relation} {n}.",
        "Include {relation} {n} {n|number|numbers} written in digits.",
        "Your response must contain {relation.firm} {n} {n|number|numbers} in digits, where 3.5 or 1,000 is just one.",
        "{relation.limit} number of numbers written in digits, repeated ones and list numbers included: {n}.",
        "{relation.cap} {n} {n|number|numbers} should appear in figures (digits that touch a letter, as in H2O, are "
        "none).",
        "Could you give, in digits rather than in words, {n} {n|number|numbers}{relation.tail}?",
        "The number of figures, that is, of numbers in digits such as 12 or 4.5, {relation.must} {n}.",
        "Facts convince me, so I want to see {relation} {n} {n|number|numbers} in digits, each mention counted.",
        "When you are done, count every number in digits, wherever it stands: {n}{relation.tail}, that is what I "
        "asked for.",
        "Over the whole text, write {relation.firm} {n} {n|number|numbers} with digits.",
    )
    examples = (
        "The bridge is 48 metres long and 6 metres wide. It took 3 winters to build, and 120 men worked on it.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        # A text without runs has no numbers but those of list items, which are doubtful.
        if not text.part(runs_of_digits) or not text.part(is_plain) or text.part(has_doubtful_digits):
            return None
        found = self.count(text, {})
        return agreed((found,), rng, most_exact=10) if found else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(_NUMBER.findall(text.raw))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("numbers", params["relation"], params["n"]),)


class Percentages(CountedType):
    """Numbers in digits followed by a percent sign or the word percent; each mention counts."""

    name = "figures:percentages"
    wordings = (
        "Percentages: {relation} {n}.",
        "Include {relation} {n} {n|percentage|percentages} in digits, such as 40% or 40 percent.",
        "Your response must contain {relation.firm} {n} {n|percentage|percentages} with the number in digits.",
        "{relation.limit} number of percentages (digits with a percent sign or the word percent): {n}.",
        "{relation.cap} {n} {n|percentage|percentages} should be given, as 5% or 12.5 percent.",
        "Could you state {n} {n|percentage|percentages}{relation.tail}, like 15% or 15 percent?",
        "The number of percentages, repeated ones included, {relation.must} {n}.",
        "I need shares for a pie chart, so give {relation} {n} {n|percentage|percentages}, digits followed by % or "
        "by percent.",
        "When you are done, count the percentages written with digits: {n}{relation.tail}, that is what I asked for.",
        "Back up what you say with {relation.firm} {n} {n|percentage|percentages}, in the style of 30% or 30 percent.",
    )
    examples = ("About 70% of the surface is water. Of the land, 30% is forest, 11% is farmed and 2% is built up.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_percentages)
        if not found or not text.part(is_plain):
            return None
        sure = len(found) == len(_PERCENT_SIGN.findall(text.raw)) and not _RANGE.search(text.raw)
        return agreed((len(found), sum("%" in match for match in found)), rng, sure=sure)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_percentages))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return () if params["relation"] == "at_most" else (Limit("digits", low=params["n"]),)


class Years(CountedType):
    """Numbers of four digits from 1000 to 2099 that stand by themselves; each mention counts."""

    name = "figures:years"
    wordings = (
        "Years in four digits: {relation} {n}.",
        "Mention {relation} {n} {n|year|years}, written with four digits.",
        "Your response must contain {relation.firm} {n} four-digit {n|year|years} between 1000 and 2099.",
        "{relation.limit} number of years given in four digits, repeated ones included: {n}.",
        "{relation.cap} {n} {n|year|years} should be named in the form 1850 or 2010.",
        "Could you bring in {n} {n|year|years}{relation.tail}, with all four digits, such as 1492 or 2005?",
        "The number of years, as far as they are written in four digits from 1000 to 2099, {relation.must} {n}.",
        "I want to place events in time, so name {relation} {n} {n|year|years} in four digits, each mention counted.",
        "When you are done, count the four-digit years, from 1000 to 2099: {n}{relation.tail}, that is what I asked "
        "for.",
        "Set the scene with {relation.firm} {n} {n|year|years} spelled with four digits, like 1914.",
    )
    examples = (
        "The mill was built in 1820 and burned down in 1851. It was rebuilt by 1853, and since 1960 it is a museum.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        raw, found = text.raw, text.part(_years)
        if not found or not text.part(is_plain) or "://" in raw:
            return None
        # "In 1500," names a year; "about 1500 steps" does not.
        if not all(_is_year(raw, at) for at in found):
            return None
        longer = re.findall(r"\d{4}", raw)
        short = any(_SHORT_YEAR.match(raw, at) for at in text.part(runs_of_digits))
        different = {raw[at : at + 4] for at in found}
        return agreed((len(found), len(different)), rng, sure=len(longer) == len(found) and not short)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_years))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or (other.type == "digits:absent" and params["relation"] != "at_most")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return () if params["relation"] == "at_most" else (Limit("digits", low=4 * params["n"]),)


def runs_of_digits(text: ParsedText) -> tuple[int, ...]:
    """Return where runs of digits begin; for ``ParsedText.part``.

    The numbers of list items (``1. `` at the start of a line) may be left out: they are part of no amount, date or
    the like, and half of all texts have no others.
    """
    if text.raw.isascii():
        return tuple([match.start() for match in _RUN_IN_SHAPE.finditer(text.raw.encode().translate(_SHAPE))])
    return tuple([match.start() for match in _RUN.finditer(text.raw)])


def has_doubtful_digits(text: ParsedText) -> bool:
    """Tell whether readers may count the numbers of a text in several ways; for ``ParsedText.part``."""
    raw = text.raw
    if _DOUBTFUL_LABEL.search("\n" + raw) or "\\" in raw or "://" in raw or "www." in raw:
        return True
    if not raw.isascii() and _DOUBTFUL_SIGN.search(raw):
        return True
    return any(_DOUBTFUL_RUN.match(raw, at) for at in text.part(runs_of_digits))


def _percentages(text: ParsedText) -> tuple[str, ...]:
    found = (_PERCENTAGE.match(text.raw, at) for at in text.part(runs_of_digits))
    return tuple([match[0] for match in found if match])


def _years(text: ParsedText) -> tuple[int, ...]:
    """Return where the years stand."""
    return tuple([at for at in text.part(runs_of_digits) if _YEAR.match(text.raw, at)])


def _is_year(raw: str, at: int) -> bool:
    return bool(_AS_YEAR.search(raw[max(0, at - _CUE_LENGTH) : at]) and _GOES_ON.match(raw, at + 4))


TYPES: tuple[ConstraintType, ...] = (Numbers(), Percentages(), Years())
