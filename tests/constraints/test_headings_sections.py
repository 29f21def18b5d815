"""Headings and sections on texts worked by hand."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.constraints.headings import strays
from crabtk.constraints.sections import sections
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}
WORDS = "one two three four five six seven eight nine ten "
LONG = "\n".join(f"- **Point:** {WORDS * 4}" for _ in range(8))


def drawn(name: str, raw: str, draws: int = 40) -> list[dict[str, Any]]:
    found = (BY_NAME[name].measure(ParsedText(raw), random.Random(seed)) for seed in range(draws))
    return [dict(params) for params in found if params is not None]


@pytest.mark.parametrize(
    ("raw", "headings"),
    [
        ("# T\n\n## A\na\n### x\nb\n## B\nc", ["A", "B"]),
        ("## A\na\n## B\nb", ["A", "B"]),
        ("# A\na\n# B\nb", ["A", "B"]),
        ("# only\na", ["only"]),
        ("### deep\na\n## A\nb", ["A"]),
        ("```\n# code\n```", []),
    ],
)
def test_sections_stand_under_headings_of_one_level(raw: str, headings: list[str]) -> None:
    assert [each.heading for each in ParsedText(raw).part(sections)] == headings


def test_a_section_holds_what_is_below_its_heading() -> None:
    found = ParsedText("# T\nintro\n## A\na\n### x\nb\n\n## B\n").part(sections)
    assert [each.body for each in found] == ["a\n### x\nb\n", ""]


@pytest.mark.parametrize(
    "raw",
    ["Title\n===\n\ntext", "> # quoted", "#Tight", "#1 in sales", "#!/bin/sh", "- # in a list", "```\n# code\n```"],
)
def test_what_else_may_be_taken_for_a_heading(raw: str) -> None:
    assert ParsedText(raw).part(strays)
    assert not ParsedText("# a\n\n---\n\nC# and F#").part(strays)


EXACTLY_2 = {"relation": "exactly", "n": 2}
AT_LEAST = {"relation": "at_least", "words": 3}
AT_MOST = {"relation": "at_most", "words": 3}
PARTS = {"label": "PART", "n": 2}

GOOD: list[tuple[str, dict[str, Any], str]] = [
    ("heading:count", EXACTLY_2, "# a\n###### b\n####### c"),
    ("heading:first", {}, "\n# a\nb"),
    ("heading:first", {}, "###### a"),
    ("heading:absent", {}, "**a**\n#b\n```\n# c\n```"),
    ("heading:words", {"words": 2}, "# one two\n\na longer line"),
    ("heading:words", {"words": 2}, "# one-two"),
    ("heading:text", {"phrase": "How to begin"}, "## **How to  Begin:**\ntext"),
    ("heading:text", {"phrase": "Why?"}, "# Why?"),
    ("heading:numbered", {}, "# 1. a\n## 2) b"),
    ("heading:numbered", {}, "# **3** a"),
    ("section:count", EXACTLY_2, "# T\n## A\na\n### x\n## B"),
    ("section:count", {"relation": "at_most", "n": 0}, "no heading"),
    ("section:words", AT_LEAST, "## A\none two three\n## B\none\n### two\nthree"),
    ("section:words", AT_MOST, "# A long title of many words\n## B has a long heading\none two three"),
    ("section:labelled", PARTS, "PART 1\na\nPART 2\nb"),
    ("section:labelled", PARTS, "Intro\n## **PART 1: x**\nPART 2 y\nPART 3 z"),
    ("document:thesis", {}, "## A\n<i>So it is.</i> b\n## B\n\n<EM>And so.</EM>"),
    ("document:thesis", {}, "# A\n<em>So.</em>"),
]
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("heading:count", EXACTLY_2, "# a\n#b"),
    ("heading:first", {}, "a\n# b"),
    ("heading:first", {}, "**a**"),
    ("heading:absent", {}, "a\n### b"),
    ("heading:words", {"words": 2}, "# one two\n# one two three"),
    ("heading:words", {"words": 2}, "one two"),
    ("heading:text", {"phrase": "How to begin"}, "## How to begin it\n\nHow to begin"),
    ("heading:text", {"phrase": "Why?"}, "# Why"),
    ("heading:numbered", {}, "# 1. a\n## b"),
    ("heading:numbered", {}, "1. a"),
    ("section:count", EXACTLY_2, "# T\n## A"),
    ("section:count", EXACTLY_2, "## A\n### x\n### y\n## B\n## C"),
    ("section:words", AT_LEAST, "## A\none two three\n## B\none two"),
    ("section:words", AT_LEAST, "one two three four"),
    ("section:words", AT_MOST, "## A\none two three four"),
    ("section:labelled", PARTS, "PART 1\na\nPART 3\nb"),
    ("section:labelled", PARTS, "PART 2\na\nPART 1\nb"),
    ("section:labelled", PARTS, "PART 1\na\nPART 2\n"),
    ("section:labelled", PARTS, "Part 1\na\nPart 2\nb"),
    ("section:labelled", PARTS, "PART 1 a PART 2 b"),
    ("section:labelled", {"label": "PART", "n": 1}, "PART 10\na"),
    ("document:thesis", {}, "## A\n<i>So it is.</i>\n## B\nb <i>c</i>"),
    ("document:thesis", {}, "<i>So it is.</i>"),
    ("document:thesis", {}, "## A\n*So it is.*"),
]


@pytest.mark.parametrize(("name", "params", "raw"), GOOD)
def test_holds(name: str, params: dict[str, Any], raw: str) -> None:
    assert BY_NAME[name].check(ParsedText(raw), params)


@pytest.mark.parametrize(("name", "params", "raw"), BAD)
def test_fails(name: str, params: dict[str, Any], raw: str) -> None:
    assert not BY_NAME[name].check(ParsedText(raw), params)


@pytest.mark.parametrize(
    ("name", "params", "raw", "score"),
    [
        ("heading:absent", {}, "# a\n# b\n# c", 0.25),
        ("heading:words", {"words": 1}, "# a\n# b c", 0.5),
        ("heading:numbered", {}, "# 1\n# b\n# c\n# d", 0.25),
        ("section:count", EXACTLY_2, "# a\n# b\n# c\n# d", 0.5),
        ("section:words", {"relation": "at_least", "words": 4}, "# A\none two three four\n# B\none", 0.625),
        ("section:labelled", {"label": "Day", "n": 4}, "Day 1\na\nDay 2\nb", 0.5),
        ("document:thesis", {}, "# A\n<i>a</i>\n# B\nb", 0.5),
    ],
)
def test_partial_credit(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    assert BY_NAME[name].score(ParsedText(raw), params) == pytest.approx(score)


@pytest.mark.parametrize(
    ("name", "raw", "params"),
    [
        ("heading:first", "# a\n\nb", [{}]),
        ("heading:absent", LONG, [{}]),
        ("heading:words", "# a b c\n# d", [{"words": 3}, {"words": 4}]),
        ("heading:text", "# How it began\n# *More*\n# The End?", [{"phrase": "How it began"}]),
        ("heading:numbered", "## 1. a\n## 2. b", [{}]),
        ("section:count", "# T\n\n## A\na\n\n## B\nb", [{"relation": r, "n": 2} for r in ("exactly", "at_least")]),
        (
            "section:words",
            f"## A\n{WORDS * 2}\n## B\n{WORDS * 3}",
            [{"relation": "at_least", "words": 20}, {"relation": "at_most", "words": 35}],
        ),
        ("section:labelled", "Day 1: x\na\n\n**Day 2**\nb\n\nDay 3\nc", [{"label": "Day", "n": n} for n in (2, 3)]),
        ("document:thesis", "## A\n<i>a b</i>\n## B\n<em>b</em> c", [{}]),
    ],
)
def test_measures(name: str, raw: str, params: list[dict[str, Any]]) -> None:
    found = drawn(name, raw)
    assert found
    assert all(each in params for each in found)
    assert all(each in found for each in params)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("heading:level", "## a\n## b\n\nTitle\n---"),
        ("heading:first", "# only a heading"),
        ("heading:first", "a\n# b"),
        ("heading:absent", "a short text with **bold**"),
        ("heading:absent", WORDS * 30),
        ("heading:absent", f"{LONG}\n\nTitle\n====="),
        ("heading:words", "# a"),
        ("heading:text", '# A "quoted" heading\n# `code`\n# Is it?'),
        ("heading:numbered", "# Title\n## 1. a\n## 2. b"),
        ("heading:numbered", "# 3D printing\n# 4K screens"),
        ("section:count", "# T\n## A\na\n## B\nb\n### x\nc"),
        ("section:count", "## Title\n\n## A\na"),
        ("section:words", "## A\na\n## B\nb\n```\ncode\n```"),
        ("section:labelled", "Day 1\na\nDay 3\nb"),
        ("section:labelled", "Day 1\na"),
        ("section:labelled", "on 1 day\non 2 days"),
        ("document:thesis", "## A\n<i>a</i>"),
    ],
)
def test_is_silent(name: str, raw: str) -> None:
    assert not drawn(name, raw)


def test_a_heading_that_some_readers_see_leaves_a_lower_bound_alone() -> None:
    assert {each["relation"] for each in drawn("heading:count", "# a\n# b\n# c\n# d\n\n> # e")} == {"at_least"}


Side = tuple[str, dict[str, Any]]


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        (("heading:absent", {}), ("heading:count", EXACTLY_2), True),
        (("heading:absent", {}), ("section:words", AT_LEAST), True),
        (("heading:absent", {}), ("markdown:absent", {}), True),
        (("heading:absent", {}), ("section:labelled", PARTS), False),
        (("heading:words", {"words": 2}), ("heading:text", {"phrase": "one two three"}), True),
        (("heading:words", {"words": 3}), ("heading:text", {"phrase": "one two three"}), False),
        (("heading:numbered", {}), ("digits:absent", {}), True),
        (("heading:text", {"phrase": "red tea"}), ("keyword:include", {"phrases": ["Tea"]}), True),
        (("heading:text", {"phrase": "red tea"}), ("keyword:include", {"phrases": ["milk"]}), False),
        (("document:greeting", {}), ("heading:first", {}), True),
        (("markdown:absent", {}), ("section:count", EXACTLY_2), True),
    ],
)
def test_conflicts(one: Side, other: Side, conflict: bool) -> None:
    sides = ((one, other), (other, one))
    assert any(BY_NAME[a[0]].conflicts(a[1], Constraint(*b, "")) for a, b in sides) is conflict


def test_limits_and_demands() -> None:
    (limit,) = (each for each in BY_NAME["section:words"].limits(AT_LEAST) if each.quantity == "words")
    assert (limit.low, limit.high, limit.per) == (3, None, "sections")
    assert all(each.quantity != "words" for each in BY_NAME["section:words"].limits(AT_MOST))
    assert {(each.quantity, each.low) for each in BY_NAME["section:count"].limits(EXACTLY_2)} == {
        ("sections", 2),
        ("headings", 2),
    }
    assert [each.high for each in BY_NAME["heading:absent"].limits({})] == [0]
    assert list(BY_NAME["heading:text"].demands({"phrase": "Red tea"})) == ["Red tea"]
    assert "phrase:red tea" in {each.quantity for each in BY_NAME["heading:text"].limits({"phrase": "Red tea"})}


def test_the_number_of_a_list_item_is_no_word_that_a_section_can_count_on() -> None:
    raw = "".join(f"## {name}\n" + "1. a b c d\n" * 6 for name in "AB")
    found = [each for each in drawn("section:words", raw) if each["relation"] == "at_least"]
    assert found and all(each["words"] <= 24 for each in found)
