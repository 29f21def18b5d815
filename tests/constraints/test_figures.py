"""Numbers, amounts, dates and times on texts worked by hand."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}


def check(name: str, params: dict[str, Any], raw: str) -> bool:
    return BY_NAME[name].check(ParsedText(raw), params)


def drawn(name: str, raw: str, language: str | None = None) -> list[dict[str, Any]]:
    """What forty generators measure, None left out."""
    found = (BY_NAME[name].measure(ParsedText(raw, language), random.Random(seed)) for seed in range(40))
    return [dict(params) for params in found if params is not None]


def numbers(found: list[dict[str, Any]], relation: str) -> set[int]:
    return {params["n"] for params in found if params["relation"] == relation}


def n(relation: str, number: int) -> dict[str, Any]:
    return {"relation": relation, "n": number}


CASES: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("figures:numbers", n("exactly", 2), ["3.5 or 1,000", "1. a\n2. b", "$5 and 6%"],
     ["3.5", "H2O, 5kg, 21st: 7", "two"]),
    ("figures:numbers", n("at_least", 1), ["10-kilo", "x 7", "1,2,3"], ["B12", "H2.5", "1st", "one"]),
    ("figures:percentages", n("exactly", 2), ["5% or 12.5 percent", "3 % of 4 per cent"],
     ["5%", "5 percentiles, 6%", "%"]),
    ("figures:percentages", n("at_most", 1), ["none", "1%"], ["1% 2%"]),
    ("figures:years", n("exactly", 2), ["1914-1918", "1000 and 2099"],
     ["0999 and 2100 and 1999", "1990s", "12345 1990"]),
    ("figures:years", n("at_least", 1), ["In 1850."], ["1,850", "1850.5", "$18500", "3.1850"]),
    ("figures:currency", n("exactly", 2), ["$20 and 5.50 USD", "€ 3 or 3 €", "¥5, US$6"],
     ["$20", "20 dollars", "$ and €"]),
    ("figures:currency", n("at_least", 1), ["20USD", "GBP 7", "$5M"], ["USD", "5 US", "5 dollars"]),
    ("figures:units", n("exactly", 2), ["5 km and 20 grams", "a 10-mile walk at 30 °C", "1/2 cup, 2 tbsp"],
     ["5 km", "5 km/h and 3 m", "5 apples, 2 books"]),
    ("figures:units", n("at_least", 1), ["6 feet", "350°F", "20 degrees Celsius"],
     ["km", "five km", "5 kilos", "60 km/h", "5m²"]),
    ("date:count", n("exactly", 2),
     ["May 3, 1911 and 12 June 1913", "2021-05-04, 04/05/2021", "1st of May 2021, Jan 2 2020"],
     ["May 1911 and 3 May", "2021-13-04 and 2021-05-04", "12345-05-04"]),
    ("date:count", n("at_least", 1), ["(4.5.2021)", "on 2021/5/4."], ["1.2.3", "5/4/21", "May 4", "v12.5.2021.3"]),
    ("date:format", {"format": "iso"}, ["on 2021-05-04", "2021-05-04 and in May"], ["May 4, 2021", "2021-5-4", "none",
     "2021-05-04 or 4 May 2021"]),
    ("date:format", {"format": "us"}, ["05/24/2021", "05/04/2021"], ["24/05/2021", "5/24/2021"]),
    ("date:format", {"format": "european"}, ["24/05/2021"], ["05/24/2021", "24.05.2021"]),
    ("date:format", {"format": "long"}, ["May 4, 2021"],
     ["May 4 2021", "4 May 2021", "May 04, 2021", "May 4th, 2021"]),
    ("time:count", n("exactly", 2), ["8:15 and 9 pm", "14:30 – 16:00", "8:15 a.m. or 9PM"],
     ["8:15", "25:00 and 8:75", "8.15, 9.30"]),
    ("time:count", n("at_least", 1), ["at 6:45 pm."], ["13 pm", "1:2", "123:45", "six pm"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "good", "bad"), CASES)
def test_check(name: str, params: dict[str, Any], good: list[str], bad: list[str]) -> None:
    for raw in good:
        assert check(name, params, raw), raw
        assert BY_NAME[name].score(ParsedText(raw), params) == 1.0
    for raw in bad:
        assert not check(name, params, raw), raw
        assert BY_NAME[name].score(ParsedText(raw), params) < 1.0


@pytest.mark.parametrize(
    ("name", "params", "raw", "score"),
    [
        ("figures:numbers", n("at_least", 4), "7 and 8", 0.5),
        ("figures:percentages", n("exactly", 1), "1% 2%", 0.5),
        ("figures:units", n("at_most", 1), "1 km 2 km 3 km 4 km", 0.25),
        ("date:format", {"format": "iso"}, "2021-05-04 or May 4, 2021", 0.5),
        ("time:count", n("at_least", 3), "8:15", 1 / 3),
    ],
)
def test_partial_credit(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    assert BY_NAME[name].score(ParsedText(raw), params) == pytest.approx(score)


@pytest.mark.parametrize(
    ("name", "raw", "exactly"),
    [
        ("figures:numbers", "It has 48 rooms, 3 floors and 1,200 windows.", 3),
        ("figures:percentages", "Some 70% is water, 30% is land.", 2),
        ("figures:years", "Built in 1820, it burned down in 1851.", 2),
        ("figures:currency", "It costs $80 a night and $12 for breakfast.", 2),
        ("figures:units", "Mix 500 g of flour with 300 ml of water.", 2),
        ("date:count", "Born on May 3, 1911, he died on 12 June 1993.", 2),
        ("time:count", "Open from 8:15 on, closed at 6:45 pm.", 2),
    ],
)
def test_exact_numbers(name: str, raw: str, exactly: int) -> None:
    found = drawn(name, raw, "en")
    assert numbers(found, "exactly") == {exactly}
    assert numbers(found, "at_least") <= {exactly - 1, exactly}


@pytest.mark.parametrize(
    ("name", "raw", "at_most"),
    [
        ("figures:percentages", "From 10-20% to 30%, as 40 percent said.", 2),
        ("figures:years", "In 1820, and then again in 1820, in the 1990s.", 1),
        ("figures:currency", "It costs $80 now and 90 dollars later.", 1),
        ("figures:currency", "It costs $10 - $15, then $20.", 2),
        ("figures:units", "Walk 5 km for 3 hours.", 1),
        ("figures:units", "He has 5 pounds, and 3 km to go.", 1),
        ("date:count", "On May 3, 1911 and again on June 4.", 1),
        ("time:count", "From 9:00 to 9:30, see Luke 3:16 too.", 2),
    ],
)
def test_lower_bounds_where_readers_differ(name: str, raw: str, at_most: int) -> None:
    found = drawn(name, raw, "en")
    assert {params["relation"] for params in found} == {"at_least"}
    assert max(params["n"] for params in found) == at_most


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("figures:numbers", "Water is H2O, and 2 is a number."),
        ("figures:numbers", "1. First\n2. Second"),
        ("figures:numbers", "It lasts 10-12 days."),
        ("figures:numbers", "It was the 3rd of 5."),
        ("figures:numbers", "It weighs 3,5 or ½."),
        ("figures:numbers", "See `a 5`."),
        ("figures:years", "A diet of 1500 calories."),
        ("figures:years", "At a rate of (1000-3000 kbps)."),
        ("date:count", "Events:\n\n1. March 2022: rain\n2. April 2022: sun"),
        ("figures:years", "See https://a.example/2020 and in 2021."),
        ("figures:currency", "Let $x$ be $5$ in \\(x\\)."),
        ("figures:units", "He is 5 m."),
        ("date:count", "In May 2021."),
        ("date:format", "On 05/06/2021."),
        ("date:format", "On 2021-05-04 and in May 4."),
        ("time:count", "Luke 3:16 says so."),
    ],
)
def test_nothing_is_asked_where_readers_differ(name: str, raw: str) -> None:
    assert not drawn(name, raw, "en")


def test_a_date_format_is_asked_where_it_is_told_apart() -> None:
    assert drawn("date:format", "On 2021-05-04 and 2021-06-05.")[0] == {"format": "iso"}
    assert drawn("date:format", "On 05/24/2021 and 05/06/2021.")[0] == {"format": "us"}
    assert drawn("date:format", "On 24/05/2021 and 05/06/2021.")[0] == {"format": "european"}


def test_limits_and_conflicts() -> None:
    (numbers_,) = BY_NAME["figures:numbers"].limits(n("exactly", 3))
    assert (numbers_.quantity, numbers_.low, numbers_.high) == ("numbers", 3, 3)
    (digits,) = BY_NAME["figures:years"].limits(n("at_least", 2))
    assert (digits.quantity, digits.low, digits.high) == ("digits", 8, None)
    assert not BY_NAME["figures:years"].limits(n("at_most", 2))
    assert BY_NAME["figures:years"].conflicts(n("exactly", 2), Constraint("digits:absent", {}, ""))
    assert not BY_NAME["figures:years"].conflicts(n("at_most", 2), Constraint("digits:absent", {}, ""))
    for name in ("figures:percentages", "figures:currency", "figures:units", "date:count", "time:count"):
        assert BY_NAME[name].limits(n("at_least", 2))[0].low >= 2


@pytest.mark.parametrize(
    "raw", ["1" * 60_000, "1." * 30_000, "1-" * 30_000, "$" * 60_000, "1 " * 30_000, "May 1 " * 9_000]
)
def test_odd_texts_are_read_in_linear_time(raw: str) -> None:
    text = ParsedText(f"word {raw}x")
    for type_ in TYPES:
        if type_.name.split(":")[0] in ("figures", "date", "time"):
            type_.measure(text, random.Random(1))
