"""Dates and clock times."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.absent import is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.figures import runs_of_digits
from crabtk.constraints.numbers import share
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Params
from crabtk.wording import Field, OneOf

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH = f"(?:{_MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"[1-9]\d{3}"
_NTH = r"(?:st|nd|rd|th)?"
_APART, _END = r"(?<![\w/.,-])", r"(?![\w/]|[-.,]\d)"

_DATE = re.compile(
    rf"{_APART}(?:{_YEAR}([-/.])(?:0?[1-9]|1[0-2])\1{_DAY}|{_DAY}([-/.])(?:0?[1-9]|1[0-2])\2{_YEAR}"
    rf"|(?:0?[1-9]|1[0-2])([-/.]){_DAY}\3{_YEAR}"
    rf"|{_MONTH}\.? {_DAY}{_NTH},? {_YEAR}|{_DAY}{_NTH}\.? (?:of )?{_MONTH}\.?,? {_YEAR}){_END}",
    re.IGNORECASE,
)
# A year that may be a date's: joined to other numbers, or with a month not far before it.
_JOINED_YEAR = re.compile(rf"{_YEAR}(?!\d)(?:[-/.]\d|(?<=[-/.]\d{{4}}))")
_YEAR_AFTER_SPACE = re.compile(rf"(?<= ){_YEAR}(?!\d)")
_FROM_MONTH_TO_YEAR = len("September. 31st, ")
_A_MONTH = re.compile(_MONTH, re.IGNORECASE)
# A month beside a number, two numbers joined like a date: perhaps a date to some readers.
_PERHAPS = re.compile(rf"\b{_MONTH}\b\.?,? \d|\d{_NTH}\.? (?:of )?{_MONTH}\b|\d[-/.]\d{{1,2}}[-/.]\d", re.IGNORECASE)
# "3. March 2021" may be the third item of a list, on March 2021.
_ITEM = re.compile(rf"^[^\w\n]*+\d{{1,2}}\. {_MONTH}", re.IGNORECASE | re.MULTILINE)
_FORMATS = {
    "iso": re.compile(r"\d{4}-\d\d-\d\d"),
    "us": re.compile(r"(?:0[1-9]|1[0-2])/\d\d/\d{4}"),
    "european": re.compile(r"\d\d/(?:0[1-9]|1[0-2])/\d{4}"),
    "long": re.compile(rf"(?:{_MONTHS}) [1-9]\d?, \d{{4}}"),
}

_HALF = r"[ \u00a0\u202f]?(?:[ap]\.m\.|[ap]m\b)"
_TIME = re.compile(
    rf"(?<![\w:.,])(?:(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?:{_HALF})?(?![\w:]|[.,]\d)|(?:0?[1-9]|1[0-2]){_HALF})",
    re.IGNORECASE,
)
_AS_TIME = re.compile(r"[ap]\.?m\.?\Z|:(?:00|15|30|45)\Z", re.IGNORECASE)
_PERHAPS_TIME = re.compile(
    r"\d[:.h]\d\d|\d\s?[ap]\.?\s?m\b|o['’]clock|\b(?:noon|midnight)\b|\d ?(?:uhr|h)\b", re.IGNORECASE
)
_JOINED_TIMES = re.compile(r"\d\s?(?:-|–|—|/|to|and)\s?\d", re.IGNORECASE)


class Dates(CountedType):
    """Complete dates, with day, month and year, in any of the usual forms; each mention counts."""

    name = "date:count"
    wordings = (
        "Complete dates: {relation} {n}.",
        "Include {relation} {n} complete {n|date|dates}, with day, month and year.",
        "Your response must contain {relation.firm} {n} {n|date|dates} that {n|gives|give} day, month and year.",
        "{relation.limit} number of full dates (day, month and a year of four digits), repeated ones included: {n}.",
        "{relation.cap} {n} {n|date|dates} should be given in full, such as May 4, 2021 or 2021-05-04.",
        "Could you name {n} full {n|date|dates}{relation.tail}, each with its day, month and year?",
        "The number of dates with day, month and four-digit year {relation.must} {n}.",
        "I will enter the dates into a calendar, so state {relation} {n} of them, never without day, month and year.",
        "When you are done, count the dates that have day, month and year: {n}{relation.tail}, that is "
        "what I asked for.",
        "Pin events down with {relation.firm} {n} {n|date|dates} like 4 May 2021, no part of {n|it|them} left out.",
    )
    examples = (
        "The keel was laid on May 3, 1911, and the ship left port on 12 June 1913. She came home on 1 March 1915.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_dates)
        if not found or not text.part(is_plain) or _ITEM.search(text.raw):
            return None
        sure = len(found) == len(_PERHAPS.findall(text.raw)) and text.language == "en"
        return agreed((len(found), len(set(found))), rng, sure=sure, most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_dates))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return () if params["relation"] == "at_most" else (Limit("digits", low=5 * params["n"]),)


class Format(ConstraintType):
    """The form of every complete date; there must be one."""

    name = "date:format"
    fields: ClassVar[Mapping[str, Field]] = {
        "format": OneOf({"iso": "YYYY-MM-DD", "us": "MM/DD/YYYY", "european": "DD/MM/YYYY", "long": "Month D, YYYY"}),
        "format.sample": OneOf(
            {"iso": "2021-05-24", "us": "05/24/2021", "european": "24/05/2021", "long": "May 24, 2021"}
        ),
    }
    wordings = (
        "Date format: {format}, for every date, and there must be at least one.",
        "Give at least one complete date, and write all dates in the form {format}.",
        "Your response must contain a date, and each date has to be in the format {format}, for example "
        "{format.sample}.",
        "Write dates as {format}; at least one has to occur.",
        "Use the format {format} for each date in the response, of which I expect one or more.",
        "Could you mention a date, or several, and write them all like {format.sample}?",
        "All dates, and there must be some date, have to look like {format.sample}.",
        "One or more dates should be given, without exception in the format {format} ({format.sample} would be one).",
        "My spreadsheet reads dates only as {format}, so put every date in that form, and do not leave out dates "
        "altogether.",
        "Any date that has a day, a month and a year must be written {format}, and the text must have at least one.",
    )
    examples = (
        "Founded: 1891-03-14. Burned down: 1902-11-30. Built anew: 1904-08-02.",
        "The keel was laid on May 3, 1911, and the ship left port on June 12, 1913.",
    )
    example_params = ({"format": "us"}, {"format": "european"})

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_dates)
        # A date without its year is in no format, and one on the fifth of May in two.
        if not found or len(found) != len(_PERHAPS.findall(text.raw)):
            return None
        fitting = [name for name in _FORMATS if self.check(text, {"format": name})]
        return {"format": fitting[0]} if len(fitting) == 1 and text.part(is_plain) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        found = text.part(_dates)
        return share(sum(bool(_FORMATS[params["format"]].fullmatch(date)) for date in found), len(found))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("digits", low=5),)


class Times(CountedType):
    """Clock times in digits, with minutes or with a.m. or p.m.; each mention counts."""

    name = "time:count"
    wordings = (
        "Clock times in digits: {relation} {n}.",
        "Include {relation} {n} {n|time|times} of day in digits, such as 14:30 or 9 a.m.",
        "Your response must contain {relation.firm} {n} clock {n|time|times}, written like 8:15 or 8 pm.",
        "{relation.limit} number of clock times (hours and minutes with a colon, or digits with a.m. or p.m.): {n}.",
        "{relation.cap} {n} {n|time|times} on the clock should be named, as in 6:45 or 6 p.m.",
        "Could you give {n} clock {n|time|times}{relation.tail}, in digits like 10:30 or 10 am?",
        "The number of clock times in digits, each mention counted, {relation.must} {n}.",
        "I want to set alarms, so state {relation} {n} {n|hour|hours} of the day in the manner of 16:00 or 4 pm.",
        "When you are done, count the clock times in digits, repeated ones included: {n}{relation.tail}, that is "
        "what I asked for.",
        "Tell me when things happen by means of {relation.firm} {n} clock {n|time|times}, such as 12:05 or 11 p.m.",
    )
    examples = ("The ferry leaves at 8:15 and at 14:30. The last one back is at 6:45 pm, and the pier closes at 9 pm.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_times)
        if not found or not text.part(is_plain):
            return None
        # 3:16 may be a verse and 10:12 a score, so what plainly tells the time is the least that is there.
        plain = sum(bool(_AS_TIME.search(match)) for match in found)
        sure = len(found) == len(_PERHAPS_TIME.findall(text.raw)) and not _JOINED_TIMES.search(text.raw)
        return agreed((len(found), plain), rng, sure=sure, most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_times))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return () if params["relation"] == "at_most" else (Limit("digits", low=params["n"]),)


def _dates(text: ParsedText) -> tuple[str, ...]:
    """Search the lines alone where a year may be a date's: few do, and the search is slow."""
    raw, found = text.raw, []
    searched = 0
    for at in text.part(runs_of_digits):
        if at >= searched and _may_be_of_a_date(raw, at):
            start, end = raw.rfind("\n", 0, at) + 1, raw.find("\n", at)
            searched = len(raw) if end < 0 else end
            found += [match[0] for match in _DATE.finditer(raw, start, searched)]
    return tuple(found)


def _may_be_of_a_date(raw: str, at: int) -> bool:
    if _JOINED_YEAR.match(raw, at):
        return True
    spaced = _YEAR_AFTER_SPACE.match(raw, at)
    return spaced is not None and _A_MONTH.search(raw, max(0, at - _FROM_MONTH_TO_YEAR), at) is not None


def _times(text: ParsedText) -> tuple[str, ...]:
    found = (_TIME.match(text.raw, at) for at in text.part(runs_of_digits))
    return tuple([match[0] for match in found if match])


TYPES: tuple[ConstraintType, ...] = (Dates(), Format(), Times())
