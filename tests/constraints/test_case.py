"""Letter case and sets of characters on texts worked by hand."""

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
    ("case:capitals", n("exactly", 2), ["NASA and ESA", "A CD-ROM"], ["NASA and Esa", "A B", "NASA ESA JAXA"]),
    ("case:capitals", {"relation": "none"}, ["I saw A. Poe", "3D"], ["I saw NASA", "B2B"]),
    ("case:lower", {}, ["all small, 3 of them", "eins"], ["Big", "iPhone", "Ärger", "123 A"]),
    ("case:upper", {}, ["ALL BIG, 3", "GROẞ"], ["BIg", "GROß", "é"]),
    ("case:title", {}, ["The Old Man and the Sea", "Don’t Look Up", "NASA Returns to the Moon", "A Well-known Inn"],
     ["the Old Man", "The old Man", "The Old Man and the sea", "123"]),
    ("case:capitalised", n("exactly", 2), ["Anna met Tom", "NASA met Tom", "“Anna” (Tom)"], ["anna met Tom", "A B C"]),
    ("case:capitalised", n("at_most", 1), ["Anna left", "anna left", "eBay"], ["Anna Left"]),
    ("case:lowercase_words", n("exactly", 2), ["Anna met tom", "ich bin Anna"], ["Anna Met tom", "a1 met Tom"]),
    ("case:lowercase_words", n("at_most", 2), ["Go there now", "GO"], ["go there now"]),
    ("case:lowercase_words", n("exactly", 1), ["Don't go", "Well-known? don't", "Anna's fire-proof"], ["Don't go on"]),
    ("digits:absent", {}, ["two"], ["2", "२", "a1", "1️⃣"]),
    ("characters:ascii", {}, ["plain -- text's \"end\"\n"], ["café", "“a”", "a—b", "a…", "hi 😀", "a\u00a0b"]),
    ("whitespace:absent", {}, ["onetwo", "one-two,three"], ["one two", "one\ttwo", "one\n", "one\u00a0two"]),
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
        ("case:lower", {}, "one Two three Four", 0.5),
        ("case:lower", {}, "one Ⓐ", 1.0),
        ("case:upper", {}, "ONE two", 0.5),
        ("case:title", {}, "The old Man sleeps", 0.5),
        ("case:capitals", {"relation": "none"}, "NASA flew", 0.5),
        ("case:capitalised", n("at_least", 4), "Anna met Tom", 0.5),
        ("case:lowercase_words", n("at_most", 1), "go there now still", 0.25),
        ("digits:absent", {}, "1 2 three four", 0.5),
        ("characters:ascii", {}, "café", 0.5),
        ("whitespace:absent", {}, "one two three", 1 / 3),
    ],
)
def test_partial_credit(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    assert BY_NAME[name].score(ParsedText(raw), params) == pytest.approx(score)


SMALL = "the sea was calm and the boats lay on the sand while the men mended their nets"


def test_one_case_is_asked_where_the_text_keeps_to_it() -> None:
    assert drawn("case:lower", SMALL)[0] == {}
    assert not drawn("case:lower", f"{SMALL}, said Tom")
    assert not drawn("case:lower", "春天来了" * 20)
    assert not drawn("case:lower", f"{SMALL} 春天")
    assert not drawn("case:lower", "नदी के किनारे एक पुराना मंदिर है। " * 5)
    assert drawn("case:upper", SMALL.upper())[0] == {}
    assert not drawn("case:upper", f"{SMALL.upper()} ß")


def test_capitalised_words_are_exact_only_where_readers_agree() -> None:
    plain = f"{SMALL}. Anna and Tom came. They sat down. " + SMALL
    assert numbers(drawn("case:capitalised", plain), "exactly") == {3}
    # Jean-Paul is one word or two.
    joined = drawn("case:capitalised", f"{plain} Jean-Paul")
    assert not numbers(joined, "exactly")
    assert max(numbers(joined, "at_least")) == 4
    assert not drawn("case:capitalised", " ".join(["Anna"] * 40))


def test_lower_case_words_are_bounded_loosely() -> None:
    found = drawn("case:lowercase_words", f"{SMALL}. It's Anna's. {SMALL}")
    assert {params["relation"] for params in found} == {"at_least", "at_most"}
    assert max(numbers(found, "at_least")) <= 32
    assert min(numbers(found, "at_most")) >= 34
    assert not drawn("case:lowercase_words", "a few small words")


def test_an_acronym_with_dots_makes_no_claim_about_capitals() -> None:
    prose = f"{SMALL}. " * 4
    assert drawn("case:capitals", prose)[0] == {"relation": "none"}
    assert not drawn("case:capitals", f"{prose} In the U.S. they do.")
    found = drawn("case:capitals", f"{prose} NASA ESA JAXA CO2 2FA SRE는 AC/DC")
    assert max(numbers(found, "at_least")) == 3
    # AI in AI-based is a word to some.
    assert max(numbers(drawn("case:capitals", f"{prose} NASA ESA JAXA AI-based"), "at_least")) == 3


def test_title_case_is_english() -> None:
    title = "The Old Mill Stands by the River and Its Wheel Turns Day and Night in Every Season of the Year"
    assert drawn("case:title", title, "en")[0] == {}
    assert not drawn("case:title", title, "de")
    assert not drawn("case:title", title.upper(), "en")


def test_ascii_is_asked_where_other_characters_were_near() -> None:
    spoken = f'"{SMALL}," he said. ' * 4
    assert drawn("characters:ascii", spoken)[0] == {}
    assert not drawn("characters:ascii", f"{SMALL}. " * 4)
    assert not drawn("characters:ascii", spoken.replace("calm", "câlm"))
    assert not drawn("characters:ascii", f"{spoken}\n```\nx\n```")


def test_white_space_is_asked_of_spaced_scripts_alone() -> None:
    assert drawn("whitespace:absent", "one-two-three-four")[0] == {}
    assert not drawn("whitespace:absent", "春天来了，花园里的花都开了！")


@pytest.mark.parametrize(
    ("name", "params", "other", "others"),
    [
        ("case:lower", {}, "case:upper", {}),
        ("case:lower", {}, "case:title", {}),
        ("case:lower", {}, "case:capitalised", n("at_least", 3)),
        ("case:lower", {}, "start_end:first_phrase", {"phrase": "The sea"}),
        ("case:upper", {}, "case:capitals", {"relation": "none"}),
        ("case:upper", {}, "start_end:last_phrase", {"phrase": "the end."}),
        ("case:title", {}, "language:response", {"language": "de"}),
        ("digits:absent", {}, "figures:numbers", n("at_least", 3)),
        ("digits:absent", {}, "figures:years", n("exactly", 1)),
        ("digits:absent", {}, "date:format", {"format": "iso"}),
        ("digits:absent", {}, "time:count", n("at_least", 1)),
        ("characters:ascii", {}, "language:response", {"language": "ru"}),
        ("characters:ascii", {}, "list:marker", {"marker": "•"}),
        ("characters:ascii", {}, "emoji:sentence_end", {}),
    ],
)
def test_conflicts(name: str, params: dict[str, Any], other: str, others: dict[str, Any]) -> None:
    assert BY_NAME[name].conflicts(params, Constraint(other, others, ""))


@pytest.mark.parametrize(
    ("name", "params", "other", "others"),
    [
        ("digits:absent", {}, "figures:numbers", n("at_most", 3)),
        ("digits:absent", {}, "figures:third_partys", {"n": "a few", "relation": "at_most"}),
        ("characters:ascii", {}, "language:response", {"language": "fr"}),
        ("case:lower", {}, "start_end:first_phrase", {"phrase": "the sea"}),
        ("case:upper", {}, "case:capitals", n("at_least", 3)),
    ],
)
def test_no_conflict(name: str, params: dict[str, Any], other: str, others: dict[str, Any]) -> None:
    assert not BY_NAME[name].conflicts(params, Constraint(other, others, ""))


@pytest.mark.parametrize(
    ("name", "params", "phrase", "allowed"),
    [
        ("case:lower", {}, "Red tea", False),
        ("case:lower", {}, "red tea", True),
        ("case:upper", {}, "Red tea", False),
        ("case:upper", {}, "RED TEA", True),
        ("case:title", {}, "red Tea", False),
        ("case:title", {}, "The Red of the Tea", True),
        ("case:capitals", {"relation": "none"}, "NASA flies", False),
        ("case:capitals", n("at_least", 1), "NASA flies", True),
        ("digits:absent", {}, "day 1", False),
        ("digits:absent", {}, "day one", True),
        ("characters:ascii", {}, "café", False),
        ("whitespace:absent", {}, "red tea", False),
        ("whitespace:absent", {}, "tea", True),
    ],
)
def test_allowed_phrases(name: str, params: dict[str, Any], phrase: str, allowed: bool) -> None:
    assert BY_NAME[name].allows(phrase, params) == allowed


def test_limits() -> None:
    def limits(name: str, params: dict[str, Any]) -> set[tuple[Any, ...]]:
        return {(each.quantity, each.low, each.high) for each in BY_NAME[name].limits(params)}

    assert limits("case:lower", {}) == {("all_capital_words", None, 0)}
    assert limits("case:upper", {}) == {("lowercase_words", None, 0)}
    assert limits("case:capitals", {"relation": "none"}) == {("all_capital_words", None, 0)}
    assert limits("case:capitals", n("at_least", 3)) == {("all_capital_words", 3, None)}
    assert limits("case:lowercase_words", n("at_most", 30)) == {("lowercase_words", None, 30)}
    assert ("numbers", None, 0) in limits("digits:absent", {})
    assert ("emoji", None, 0) in limits("characters:ascii", {})
    assert ("paragraphs", None, 1) in limits("whitespace:absent", {})
