"""Layout, choices, orders, quizzes and reversed texts: what holds, what does not, and where nothing is asked."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}

VERSE = (
    "The ferry leaves at dawn,\nthe gulls go with it,\nand the harbour is quiet\nuntil the bell rings\nfor tea again."
)
QUIZ = "Question 1: Who?\nA) Ann\nB) Bo\n\n**Question 2:** Who else?\na. Ann\nb. Bo\n"

HOLDS: list[tuple[str, dict[str, Any], str]] = [
    ("layout:line_length", {"characters": 25}, VERSE),
    ("layout:line_length", {"characters": 3}, "one\ntwo"),
    ("layout:stairs", {}, "one\n two\n\n   three"),
    ("layout:stairs", {}, "  one\n\ttwo\n    three".replace("\t", "   ")),
    ("layout:word_per_line", {}, "Ferries\n\nleave.\n- now"),
    ("layout:word_per_line", {}, "don't\n—\nstop!"),
    ("choice:one_of", {"options": ["Yes", "No"]}, " yes.\n"),
    ("choice:one_of", {"options": ["My answer is yes.", "My answer is no."]}, "My answer  is No"),
    ("sequence:separated", {"separator": "comma", "relation": "exactly", "n": 3}, "heron, grey seal, eider."),
    ("sequence:separated", {"separator": "vertical_bar", "relation": "at_least", "n": 2}, "a | b | c"),
    ("order:lines", {"direction": "ascending"}, "- ash\n- Elm\n- oak"),
    ("order:lines", {"direction": "descending"}, "1. oak\n2. **elm**\n\n---\n3. Ash"),
    ("order:numbers", {"direction": "ascending"}, "In 1782, 1,900 and 2,000.5; 3000 twice: 3000."),
    ("order:numbers", {"direction": "descending"}, "10, 9.5, then 9"),
    ("sequence:multiples", {"of": 7, "start": 10, "end": 30}, "14, 21, 28"),
    ("sequence:multiples", {"of": 5, "start": 5, "end": 10}, "Here they are: 5\n10"),
    ("quiz:multiple_choice", {"questions": 2, "options": 2}, QUIZ),
    ("quiz:multiple_choice", {"questions": 1, "options": 3}, "## Question 1\nWho?\n- A. a\n- B. b\n- C. c"),
    ("quiz:longer_questions", {}, QUIZ),
    ("quiz:longer_questions", {}, "Question 1\nWho?\nQuestion 2\nWho or\nwhat?"),
    ("reverse:words", {"text": "The tide turns."}, "turns tide, the!"),
    ("reverse:words", {"text": "one"}, "One"),
    ("reverse:letters", {"text": "The tide"}, "edit eht"),
    ("reverse:letters", {"text": "Room 12"}, "21mooR"),
]  # fmt: skip

FAILS: list[tuple[str, dict[str, Any], str, float]] = [
    ("layout:line_length", {"characters": 20}, VERSE, 0.8),
    ("layout:line_length", {"characters": 5}, "```\nlonger line\n```", 5 / 11),
    ("layout:stairs", {}, "one\n two\n two", 0.5),
    ("layout:stairs", {}, "one line", 0.0),
    ("layout:word_per_line", {}, "Ferries\nleave now", 0.5),
    ("layout:word_per_line", {}, "two words", 0.0),
    ("choice:one_of", {"options": ["Yes", "No"]}, "Yes, it is.", 0.0),
    ("choice:one_of", {"options": ["Yes", "No"]}, "maybe", 0.0),
    ("sequence:separated", {"separator": "comma", "relation": "exactly", "n": 4}, "heron, eider", 0.5),
    ("sequence:separated", {"separator": "comma", "relation": "at_least", "n": 2}, "Here they are:\nheron, eider", 0.0),
    ("sequence:separated", {"separator": "comma", "relation": "at_least", "n": 2}, "heron, , eider", 0.0),
    (
        "sequence:separated",
        {"separator": "comma", "relation": "at_least", "n": 2},
        "If it rains, we stay at home and read all day",
        0.0,
    ),
    ("order:lines", {"direction": "ascending"}, "oak\nelm\nyew", 0.5),
    ("order:lines", {"direction": "ascending"}, "ash\nelm", 0.0),
    ("order:numbers", {"direction": "ascending"}, "1, 3, 2", 0.5),
    ("order:numbers", {"direction": "ascending"}, "only 1", 0.0),
    ("sequence:multiples", {"of": 7, "start": 10, "end": 30}, "14, 21, 29", 2 / 3),
    ("sequence:multiples", {"of": 7, "start": 10, "end": 30}, "14, 21, 28, 35", 0.75),
    ("sequence:multiples", {"of": 0, "start": 1, "end": 3}, "1", 0.0),
    ("sequence:multiples", {"of": 7, "start": 1, "end": 3}, "None.", 0.0),
    ("quiz:multiple_choice", {"questions": 2, "options": 3}, QUIZ, 0.0),
    ("quiz:multiple_choice", {"questions": 4, "options": 2}, QUIZ, 0.5),
    ("quiz:multiple_choice", {"questions": 2, "options": 2}, QUIZ.replace("b. Bo", "c. Bo"), 0.5),
    ("quiz:longer_questions", {}, QUIZ.replace(" else", ""), 0.0),
    ("quiz:longer_questions", {}, "Question 1: Who?", 0.0),
    ("quiz:longer_questions", {}, "Question 1 asks who.\nQuestion 2 asks much more.", 0.0),
    ("reverse:words", {"text": "The tide turns"}, "turns tide", 2 / 3),
    ("reverse:words", {"text": "The tide"}, "edit eht", 0.0),
    ("reverse:letters", {"text": "tide"}, "edits", 0.8),
    ("reverse:letters", {"text": "tide"}, "Sure: edit", 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "raw"), HOLDS)
def test_holds(name: str, params: dict[str, Any], raw: str) -> None:
    assert BY_NAME[name].check(ParsedText(raw), params)
    assert BY_NAME[name].score(ParsedText(raw), params) == 1.0


@pytest.mark.parametrize(("name", "params", "raw", "score"), FAILS)
def test_fails(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    assert not BY_NAME[name].check(ParsedText(raw), params)
    assert BY_NAME[name].score(ParsedText(raw), params) == pytest.approx(score)


def measured(name: str, raw: str, prompt: str | None = None) -> list[dict[str, Any]]:
    drawn = (BY_NAME[name].measure(ParsedText(raw, None, prompt), random.Random(seed)) for seed in range(30))
    return [dict(params) for params in drawn if params is not None]


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("layout:stairs", "Down\n we\n  go", {}),
        ("layout:word_per_line", "Ferries\nleave\nat\ndawn", {}),
        ("order:lines", "yew\noak\nelm\nbirch\nash", {"direction": "descending"}),
        ("order:numbers", "In 1900, 1920, 1940 and 1960.", {"direction": "ascending"}),
        ("sequence:multiples", "6, 9, 12, 15", {"of": 3, "start": 6, "end": 15}),
        ("quiz:multiple_choice", QUIZ, {"questions": 2, "options": 2}),
        ("quiz:longer_questions", QUIZ, {}),
    ],
)
def test_measures(name: str, raw: str, expected: dict[str, Any]) -> None:
    drawn = measured(name, raw)
    assert drawn and all(params == expected for params in drawn)


def test_line_lengths_are_usual_ones() -> None:
    assert {params["characters"] for params in measured("layout:line_length", f"{VERSE}\n{VERSE}")} == {30, 40}


def test_options_come_from_the_instruction_or_are_usual_ones() -> None:
    offered = measured("choice:one_of", "Neutral.", "Is it positive, negative or neutral?")
    assert {tuple(sorted(params["options"])) for params in offered} == {("negative", "neutral", "positive")}
    assert len({tuple(params["options"]) for params in offered}) > 1
    assert {tuple(sorted(params["options"])) for params in measured("choice:one_of", "yes")} == {("No", "Yes")}
    assert not measured("choice:one_of", "Spam", "Is this spam or not?")


def test_a_reversed_text_is_found_in_the_instruction() -> None:
    prompt = 'Reverse the words of "the tide turns".'
    assert measured("reverse:words", "turns tide the", prompt) == [{"text": "the tide turns"}] * 30
    assert measured("reverse:letters", "snrut edit eht", prompt) == [{"text": "the tide turns"}] * 30
    assert not measured("reverse:words", "turns tide the")


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("layout:line_length", VERSE.replace("ferry", "ferry" * 40)),
        ("layout:line_length", f"{VERSE}\n{VERSE}\tso"),
        ("layout:line_length", "One line of text, and one more sentence that follows it on the same line. " * 3),
        ("layout:stairs", "Down\n we"),
        ("layout:stairs", "Down\n\twe\n\t\tgo"),
        ("layout:word_per_line", "Ferries\nleave\nat\nhalf-past"),
        ("choice:one_of", "Maybe."),
        ("choice:one_of", "Yes, and that is why we left."),
        ("sequence:separated", "heron, seal, and eider"),
        ("sequence:separated", "Birds: heron, gull, eider"),
        ("sequence:separated", "1,000,000"),
        ("order:lines", "ash\nelm\noak\nElm\nyew"),
        ("order:lines", "ash\nbirch\néclair\noak\nyew"),
        ("order:lines", "- ice cream\n- icebox\n- iceman\n- ice\n- icy"),
        ("order:numbers", "From 10-20 to 30, 40 and 50."),
        ("order:numbers", "On 1/2, then 3, 4, 5 and 6."),
        ("order:numbers", "1. a\n2. b\n3. c\n4. d"),
        ("order:numbers", "In 1900, 1920 and 1940."),
        ("sequence:multiples", "The numbers are 6, 9, 12, 15"),
        ("quiz:multiple_choice", QUIZ.replace("b. Bo", "")),
        ("quiz:longer_questions", "Question 1: Who else?\nQuestion 2: Which one?"),
    ],
)
def test_silent_where_readings_differ(name: str, raw: str) -> None:
    assert not measured(name, raw)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("choice:one_of", {"options": ["a", "b"]}), ("list:bullets", {"relation": "exactly", "n": 2})),
        (("choice:one_of", {"options": ["a", "b"]}), ("json:valid", {})),
        (("layout:stairs", {}), ("table:count", {"relation": "exactly", "n": 1})),
        (("order:numbers", {"direction": "ascending"}), ("digits:absent", {})),
        (("sequence:multiples", {"of": 2, "start": 1, "end": 9}), ("digits:absent", {})),
        (("reverse:words", {"text": "a b"}), ("reverse:letters", {"text": "a b"})),
        (("quiz:longer_questions", {}), ("csv:rows", {"n": 2, "delimiter": "tab"})),
    ],
)
def test_conflicts(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> None:
    assert _conflict(one, other)
    assert _conflict(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("layout:stairs", {}), ("layout:word_per_line", {})),
        (("layout:line_length", {"characters": 80}), ("list:bullets", {"relation": "exactly", "n": 2})),
        (("order:lines", {"direction": "ascending"}), ("list:bullets", {"relation": "exactly", "n": 5})),
        (("quiz:longer_questions", {}), ("quiz:multiple_choice", {"questions": 3, "options": 4})),
    ],
)
def test_no_conflict(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> None:
    assert not _conflict(one, other)
    assert not _conflict(other, one)


def _conflict(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> bool:
    sides = ((one, other), (other, one))
    return any(BY_NAME[name].conflicts(params, Constraint(*told, "")) for (name, params), told in sides)


def test_limits() -> None:
    assert BY_NAME["choice:one_of"].limits({"options": ["yes", "not at all"]})[0] == Limit("words", 1, 3)
    exact = {"separator": "comma", "relation": "exactly", "n": 4}
    assert BY_NAME["sequence:separated"].limits(exact)[0] == Limit("words", 4, 20)


@pytest.mark.parametrize(
    ("name", "params", "phrase", "allowed"),
    [
        ("layout:line_length", {"characters": 10}, "a red boat", True),
        ("layout:line_length", {"characters": 10}, "a red boats", False),
        ("layout:word_per_line", {}, "boat", True),
        ("layout:word_per_line", {}, "red boat", False),
        ("choice:one_of", {"options": ["Not at all", "Yes"]}, "at all", True),
        ("choice:one_of", {"options": ["Not at all", "Yes"]}, "maybe", False),
        ("order:numbers", {"direction": "ascending"}, "from 3 to 5", True),
        ("order:numbers", {"direction": "ascending"}, "from 5 to 3", False),
        ("sequence:multiples", {"of": 3, "start": 3, "end": 9}, "6 boats", True),
        ("sequence:multiples", {"of": 3, "start": 3, "end": 9}, "7 boats", False),
    ],
)
def test_allows(name: str, params: dict[str, Any], phrase: str, allowed: bool) -> None:
    assert BY_NAME[name].allows(phrase, params) is allowed


@pytest.mark.parametrize(
    "raw",
    [
        "9" * 100_000,
        ",111" * 25_000,
        f"1{',111' * 25_000}1",
        "1.1" * 33_000,
        "a, " * 33_000,
        "Question 1: a\nA) b\n" * 5_000,
        " a\n" * 33_000,
        "٣" * 50_000,
    ],
)
def test_long_texts_are_quick(raw: str) -> None:
    text = ParsedText(raw, None, raw)
    text.words, text.marked_lines, text.spaced  # noqa: B018 - shared parts are not timed
    start = time.perf_counter()
    for name, params, _ in HOLDS:
        BY_NAME[name].measure(text, random.Random(1))
        BY_NAME[name].check(text, params)
    assert time.perf_counter() - start < 3
