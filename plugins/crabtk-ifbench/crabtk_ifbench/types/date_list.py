"""A row of dates."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from typing_extensions import override

from crabtk import ConstraintType, Params, ParsedText

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class IsoDate:
    """A date as ``1805-12-02``."""

    pattern: str = _WRITTEN.pattern

    def write(self, value: Any) -> str:
        """Return the date."""
        return str(value)

    def read(self, written: str) -> str:
        """Return the date."""
        return written


class DateList(ConstraintType):
    """The response is real dates in the form YYYY-MM-DD, separated by commas, none before the first or after the last.

    White space around a date does not matter; a final full stop does.
    """

    name = "ifbench:date_list"
    fields: ClassVar[Mapping[str, IsoDate]] = {"first": IsoDate(), "last": IsoDate()}
    wordings = (
        "Dates only: YYYY-MM-DD, commas between them, from {first} to {last} at the outside.",
        "Respond with nothing but dates in the form YYYY-MM-DD, separated by commas, none before {first} and none "
        "after {last}.",
        "Your response must be a row of dates, written YYYY-MM-DD and separated by commas, each from {first} to "
        "{last}.",
        "Write dates as YYYY-MM-DD with commas between, no other text, and stay within {first} and {last}, both "
        "included.",
        "Can you answer with dates alone (YYYY-MM-DD, commas between them), all of them from {first} to {last}?",
        "My script splits your answer at the commas and reads each part as a date such as {first}, which is the "
        "earliest that it accepts; the latest is {last}, and any word would break it.",
        "Between {first} and {last}, both included, must lie every date, and dates in the form YYYY-MM-DD with commas "
        "between them are all that the response may hold.",
        "No words, please: only dates in the form YYYY-MM-DD, comma after comma, not earlier than {first} and not "
        "later than {last}.",
        "Separate your dates by commas, write each as YYYY-MM-DD, keep them from {first} through {last}, and add "
        "nothing.",
        "The whole response: dates (YYYY-MM-DD) divided by commas, earliest allowed {first}, latest allowed {last}.",
    )
    evaluation_only = True
    example_params = ({"first": "1793-01-01", "last": "1815-06-18"},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return all(_within(entry, params) for entry in text.raw.split(","))

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        entries = text.raw.split(",")
        return sum(_within(entry, params) for entry in entries) / len(entries)


def _within(entry: str, params: Params) -> bool:
    written = entry.strip()
    if not _WRITTEN.fullmatch(written):
        return False
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    # Written so, dates sort as texts do.
    return bool(params["first"] <= written <= params["last"])
