"""Europe's northern capitals."""

from __future__ import annotations

import random

from typing_extensions import override

from crabtk import ConstraintType, Params, ParsedText
from crabtk_ifbench.types.names import likeness, plain

NORTHERN_CAPITALS: tuple[tuple[str, ...], ...] = (
    ("Reykjavik",),
    ("Helsinki",),
    ("Oslo",),
    ("Tallinn",),
    ("Stockholm",),
    ("Riga",),
    ("Moscow",),
    ("Copenhagen",),
    ("Vilnius",),
    ("Minsk",),
    ("Dublin",),
    ("Berlin",),
    ("Amsterdam",),
    ("Warsaw",),
    ("London",),
    ("Brussels",),
    ("Kyiv", "Kiev"),
    ("Prague",),
    ("Luxembourg", "Luxembourg City"),
    ("Paris",),
    ("Vienna",),
    ("Bratislava",),
    ("Budapest",),
    ("Vaduz",),
    ("Chisinau", "Kishinev"),
    ("Bern", "Berne"),
    ("Ljubljana",),
    ("Zagreb",),
)
"""From north (64.1 degrees) to south (45.8), each with its English names."""

_FIRST_NAME = {plain(name): plain(names[0]) for names in NORTHERN_CAPITALS for name in names}
_ORDER = tuple(plain(names[0]) for names in NORTHERN_CAPITALS)


class NorthernCapitals(ConstraintType):
    """The response is Europe's 28 capitals north of 45 degrees, separated by commas, from north to south.

    Accents and a final full stop do not matter. Kazakhstan is not taken for a European country.
    """

    name = "ifbench:northern_capitals"
    wordings = (
        "Northern capitals: name all those in Europe above 45 degrees latitude (Kazakhstan left out), north to south, "
        "separated by commas, and write nothing else.",
        "Respond with nothing but the capitals of Europe that lie north of 45 degrees, Kazakhstan's left out, "
        "separated by commas and sorted from north to south.",
        "List every capital of a European country, Kazakhstan left out, whose latitude exceeds 45 degrees; commas "
        "between them, the northernmost first, no other text.",
        "Your response must be a row of city names with commas: the capitals of Europe above 45 degrees north without "
        "Kazakhstan's, by falling latitude.",
        "Which European capitals lie above 45 degrees latitude? Leave Kazakhstan's out, and answer with the names "
        "alone, separated by commas, from the highest latitude to the lowest.",
        "I print your answer on the edge of a map, so give me only the capitals of Europe beyond 45 degrees north "
        "(not Kazakhstan's), in order from north to south, with commas between the names and not a word around them.",
        "From north to south and with commas between, write the capitals of Europe above 45 degrees, without "
        "Kazakhstan's, and nothing more.",
        "The capitals of Europe north of the 45th parallel, Kazakhstan's excepted, are the whole response: commas "
        "between the names, northernmost first.",
        "Sort Europe's capitals above 45 degrees latitude, Kazakhstan's left out, from north to south and write just "
        "their names, separated by commas.",
        "Answer with names of cities alone, divided by commas: all European capitals but Kazakhstan's with a latitude "
        "of more than 45 degrees, highest latitude first.",
    )
    evaluation_only = True
    example_params = ({},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return _listed(text) == _ORDER

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return likeness(_listed(text), _ORDER)


def _listed(text: ParsedText) -> tuple[str, ...]:
    entries = text.raw.strip().removesuffix(".").split(",")
    return tuple(_FIRST_NAME.get(name, name) for name in map(plain, entries))
