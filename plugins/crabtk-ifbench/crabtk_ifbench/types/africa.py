"""The countries of Africa."""

from __future__ import annotations

import random

import regex
from typing_extensions import override

from crabtk import ConstraintType, Params, ParsedText
from crabtk_ifbench.types.names import likeness, plain

COUNTRIES: tuple[tuple[str, ...], ...] = (
    ("Algeria",),
    ("Angola",),
    ("Benin",),
    ("Botswana",),
    ("Burkina Faso",),
    ("Burundi",),
    ("Cabo Verde", "Cape Verde"),
    ("Cameroon",),
    ("Central African Republic",),
    ("Chad",),
    ("Comoros", "The Comoros"),
    (
        "Democratic Republic of the Congo",
        "Democratic Republic of Congo",
        "Congo, Democratic Republic of the",
        "Congo, Democratic Republic of",
        "Congo (Democratic Republic of the)",
        "DR Congo",
        "Congo (Kinshasa)",
        "Congo-Kinshasa",
        "DRC",
    ),
    (
        "Republic of the Congo",
        "Republic of Congo",
        "Congo, Republic of the",
        "Congo, Republic of",
        "Congo",
        "Congo (Brazzaville)",
        "Congo (Republic)",
    ),
    ("Ivory Coast", "Côte d'Ivoire"),
    ("Djibouti",),
    ("Egypt",),
    ("Equatorial Guinea",),
    ("Eritrea",),
    ("Eswatini", "Swaziland", "Eswatini (Swaziland)", "Eswatini (formerly Swaziland)"),
    ("Ethiopia",),
    ("Gabon",),
    ("Gambia", "The Gambia", "Gambia, The"),
    ("Ghana",),
    ("Guinea",),
    ("Guinea-Bissau",),
    ("Kenya",),
    ("Lesotho",),
    ("Liberia",),
    ("Libya",),
    ("Madagascar",),
    ("Malawi",),
    ("Mali",),
    ("Mauritania",),
    ("Mauritius",),
    ("Morocco",),
    ("Mozambique",),
    ("Namibia",),
    ("Niger",),
    ("Nigeria",),
    ("Rwanda",),
    ("São Tomé and Príncipe", "São Tomé & Príncipe"),
    ("Senegal",),
    ("Seychelles", "The Seychelles"),
    ("Sierra Leone",),
    ("Somalia",),
    ("South Africa",),
    ("South Sudan",),
    ("Sudan",),
    ("Tanzania",),
    ("Togo",),
    ("Tunisia",),
    ("Uganda",),
    ("Zambia",),
    ("Zimbabwe",),
)
"""The 54 members of the United Nations, each with its usual English names."""

_DISPUTED = plain("Western Sahara")
_FIRST_NAME = {plain(name): plain(names[0]) for names in COUNTRIES for name in names}
_ALL = tuple(sorted(plain(names[0]) for names in COUNTRIES))
_MARK = regex.compile(r"\s*(?:\d{1,3}[.)]\s+|[-*+•]\s+)?")


class AfricanCountries(ConstraintType):
    """Each line is a country of Africa, all 54 are there once, in any order; Western Sahara may be there too.

    A bullet or number before a name does not matter, nor do accents, case and which usual English name it is.
    """

    name = "ifbench:african_countries"
    wordings = (
        "African countries: one on each line, all 54 and nothing else (Western Sahara may join them).",
        "Respond with the 54 countries of Africa, each once and on a line of its own, without other text; Western "
        "Sahara is optional.",
        "List all African countries, a line for each and no line for anything else; whether Western Sahara is among "
        "them is up to you.",
        "Your response must name every country of Africa once, each on a new line, with or without Western Sahara, and "
        "hold nothing besides.",
        "Can you give me the 54 countries of Africa, each on its own line, with no words around them? Western Sahara "
        "may be added.",
        "Write down Africa's countries line by line until all 54 are there; leave out introductions, and add Western "
        "Sahara only if you like.",
        "My spreadsheet takes one African country a line and chokes on anything else, so send all 54 of them, once "
        "each, and Western Sahara as a 55th line only if you think that it belongs there.",
        "Every country of Africa gets a line, no line holds anything else, and Western Sahara is allowed as one more.",
        "A complete list of Africa's 54 countries is the whole response: each on its own line, Western Sahara "
        "optional.",
        "One line per country, all 54 of Africa, no further text; you may count in Western Sahara.",
    )
    evaluation_only = True
    example_params = ({},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return _listed(text) == _ALL

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return likeness(_listed(text), _ALL)


def _listed(text: ParsedText) -> tuple[str, ...]:
    lines = (plain(_MARK.sub("", line, count=1)) for line in text.lines)
    names = sorted(_FIRST_NAME.get(name, name) for name in lines if name)
    if _DISPUTED in names:
        names.remove(_DISPUTED)
    return tuple(names)
