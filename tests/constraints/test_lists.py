"""Lists: which lines are items of which list, and every list type on texts worked by hand."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.constraints.listing import lists, plain_lists
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}
FILLER = "The ferry crosses the bay at dawn and again at dusk. " * 25


def holds(name: str, params: dict[str, Any], raw: str) -> bool:
    return BY_NAME[name].check(ParsedText(raw), params)


def drawn(name: str, raw: str, draws: int = 40) -> list[dict[str, Any]]:
    found = (BY_NAME[name].measure(ParsedText(raw), random.Random(seed)) for seed in range(draws))
    return [dict(params) for params in found if params is not None]


@pytest.mark.parametrize(
    ("raw", "shape"),
    [
        ("- a\n- b\n\ntext\n\n- c", ["1-1", "1"]),
        ("- a\n\n- b", ["1-1"]),
        ("- a\n  - b\n    - c\n  - d\n- e", ["1-2-3-2-1"]),
        ("1. a\n   - b\n2. c", ["1-2-1"]),
        ("1. a\n- b\n2. c", ["1", "1", "1"]),
        ("1. a\nmore of a\n2. b", ["1-1"]),
        ("- a\n  more of a\n- b", ["1-1"]),
        ("Lunch:\n- a\n- b\nDinner:\n- c", ["1-1", "1"]),
        ("- a\n\n  more of a\n\n- b", ["1-1"]),
        ("  - a\n  - b\n- c", ["1-1-1"]),
        ("```\n- a\n```", []),
        ("- a\n# b\n- c", ["1", "1"]),
        ("no list", []),
    ],
)
def test_items_of_one_list(raw: str, shape: list[str]) -> None:
    found = ParsedText(raw).part(lists)
    assert ["-".join(str(item.depth) for item in each.items) for each in found] == shape


def test_an_item_holds_the_lines_that_continue_it() -> None:
    (found,) = ParsedText("1. one\ntwo\n\n   three\n   - four\n2. five").part(lists)
    assert [item.text for item in found.items] == ["one two three", "four", "five"]


@pytest.mark.parametrize(
    "raw",
    [
        "- a\n – b\n- c",
        "- a\n - b",
        "- a\n\t- b",
        "1. a\n\nbody\n\n2. b\n\nbody",
        "1. a\n- b\n2. c",
        "2. a\n3. b",
        "1. a\n1. b",
        "- only one",
        "- a\n* b",
        "- a\n    - b\n  - c",
        "- a\n- b\n\n> - c",
        "- a\n- b\n\n**1. c**",
        "- a\n- b\n\n```\n- c\n```",
        "- a\n- b\n\n✅ c",
        "Lunch:\n- a\n- b\nDinner:\n- c\n- d",
        "- a\n- b\n\n(c) d",
    ],
)
def test_lists_that_readers_may_take_differently_are_not_plain(raw: str) -> None:
    assert not ParsedText(raw).part(plain_lists)


@pytest.mark.parametrize("raw", ["- a\n- b", "1. a\n2. b\n\ntext\n\n- c\n- d", "- a\n  - b\n- c", "text"])
def test_plain_lists(raw: str) -> None:
    assert ParsedText(raw).part(plain_lists)


EXACTLY_2 = {"relation": "exactly", "n": 2}
AT_LEAST_2 = {"relation": "at_least", "n": 2}
AT_MOST_1 = {"relation": "at_most", "n": 1}
STARS = {"marker": "*", "sub_marker": "-"}

GOOD: list[tuple[str, dict[str, Any], str]] = [
    ("list:bullets", AT_MOST_1, "no bullet"),
    ("list:numbered", AT_LEAST_2, "1. a\n- b\n2. c"),
    ("list:numbering", {"style": "full_stop"}, "1. a\n2. b"),
    ("list:numbering", {"style": "bracket"}, "1) a"),
    ("list:lettered", EXACTLY_2, "a) one\nb) two"),
    ("list:lettered", EXACTLY_2, "A. one\n  B. two\nab. three\n```\nc) four\n```"),
    ("list:lettered", AT_MOST_1, "1. one"),
    ("list:absent", {}, "a) one - two"),
    ("list:absent", {}, "```\n- a\n```\n—said he"),
    ("list:count", EXACTLY_2, "- a\n- b\n\ntext\n\n1. c\n   - d"),
    ("list:count", AT_MOST_1, "1. a\n\n2. b"),
    ("list:items_each", {"n": 2}, "- a\n- b\n\ntext\n\n1. c\n2. d"),
    ("list:items_each", {"n": 2}, "- a\n  - x\n  - y\n- b"),
    ("list:sub_items", EXACTLY_2, "- a\n  - b\n    - c"),
    ("list:sub_items", AT_MOST_1, "- a\n- b"),
    ("list:depth", {"n": 2}, "- a\n  - b"),
    ("list:depth", {"n": 2}, "1. a"),
    ("list:item_words", {"words": 3}, "- one two three\n  - four"),
    ("list:item_words", {"words": 3}, "- one-two three\n\na longer line of text"),
    ("list:item_label", {}, "- **a:** b\n- **c** – d"),
    ("list:item_label", {}, "1. __a__ b\n   - **c**: d"),
    ("list:item_end", {"mark": "full_stop"}, "- a.\n- **b.**"),
    ("list:item_end", {"mark": "none"}, "- a\n- b (c)"),
    ("list:alphabetical", {}, "- Ant\n- bee\n- **Cat**"),
    ("list:alphabetical", {}, "2. a\n1. b\n\ntext\n\n- a"),
    ("list:two_level", STARS, "* a\n  - b\n* c\n  + d\n  - e"),
    ("list:two_level", STARS, "* a\n  - b\n\n1. c"),
    ("list:custom_marker", {"marker": "!?!?"}, "!?!? a\n!?!? b"),
    ("list:custom_marker", {"marker": "..."}, "Look:\n  ...a\n... b"),
    ("list:after_sentences", {"sentences": 2, "items": 2, "marker": "*"}, "One. Two.\n* a\n* b"),
    ("list:after_sentences", {"sentences": 1, "items": 1, "marker": "-"}, "One. Two?\n\n1. x\n- a\n- b"),
]
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("list:numbered", AT_LEAST_2, "1. a\n- b\n1.c"),
    ("list:numbering", {"style": "full_stop"}, "1. a\n2) b"),
    ("list:numbering", {"style": "bracket"}, "no list"),
    ("list:lettered", EXACTLY_2, "a) one\nb)two"),
    ("list:lettered", AT_LEAST_2, "(a) one\n(b) two"),
    ("list:absent", {}, "- a"),
    ("list:absent", {}, "text\n\n1) a"),
    ("list:count", EXACTLY_2, "- a\n\n- b"),
    ("list:count", AT_MOST_1, "- a\n\ntext\n\n- b"),
    ("list:items_each", {"n": 2}, "- a\n- b\n\ntext\n\n- c"),
    ("list:items_each", {"n": 2}, "no list"),
    ("list:sub_items", EXACTLY_2, "- a\n- b\n  - c"),
    ("list:sub_items", AT_MOST_1, "- a\n  - b\n  - c"),
    ("list:depth", {"n": 1}, "- a\n  - b"),
    ("list:depth", {"n": 1}, "no list"),
    ("list:item_words", {"words": 3}, "- one two\n- one two three four"),
    ("list:item_words", {"words": 3}, "one two"),
    ("list:item_label", {}, "- **a** b\n- c **d**"),
    ("list:item_label", {}, "- **a**\n- **b** c"),
    ("list:item_end", {"mark": "full_stop"}, "- a.\n- b..."),
    ("list:item_end", {"mark": "full_stop"}, "a."),
    ("list:item_end", {"mark": "none"}, "- a\n- b;"),
    ("list:alphabetical", {}, "- b\n- a"),
    ("list:alphabetical", {}, "- a"),
    ("list:two_level", STARS, "* a\n  - b\n* c"),
    ("list:two_level", STARS, "- a\n  - b"),
    ("list:two_level", STARS, "* a\n- b"),
    ("list:custom_marker", {"marker": "!?!?"}, "!?!? a\nb !?!?"),
    ("list:custom_marker", {"marker": "!?!?"}, "!?!? a\n!?!?"),
    ("list:after_sentences", {"sentences": 2, "items": 2, "marker": "*"}, "One. Two?\n* a\n* b"),
    ("list:after_sentences", {"sentences": 2, "items": 2, "marker": "*"}, "One. Two.\n* a\n- b"),
    ("list:after_sentences", {"sentences": 1, "items": 1, "marker": "*"}, "* a\n\nOne. Two."),
]


@pytest.mark.parametrize(("name", "params", "raw"), GOOD)
def test_holds(name: str, params: dict[str, Any], raw: str) -> None:
    assert holds(name, params, raw)


@pytest.mark.parametrize(("name", "params", "raw"), BAD)
def test_fails(name: str, params: dict[str, Any], raw: str) -> None:
    assert not holds(name, params, raw)


@pytest.mark.parametrize(
    ("name", "params", "raw", "score"),
    [
        ("list:numbering", {"style": "full_stop"}, "1. a\n2) b", 0.5),
        ("list:absent", {}, "- a\n- b\n1. c", 0.25),
        ("list:items_each", {"n": 4}, "- a\n- b\n\ntext\n\n1. c\n2. d\n3. e\n4. f", 0.75),
        ("list:depth", {"n": 1}, "- a\n  - b", 0.5),
        ("list:item_words", {"words": 1}, "- a\n- b c", 0.5),
        ("list:item_label", {}, "- **a** b\n- c\n- d\n- e", 0.25),
        ("list:item_end", {"mark": "none"}, "- a.\n- b", 0.5),
        ("list:alphabetical", {}, "- a\n- c\n- b", 0.5),
        ("list:two_level", STARS, "* a\n  - b\n* c", 0.5),
        ("list:custom_marker", {"marker": "→"}, "→ a", 0.5),
        ("list:after_sentences", {"sentences": 2, "items": 2, "marker": "-"}, "One.\n- a\n- b", 0.75),
    ],
)
def test_partial_credit(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    assert BY_NAME[name].score(ParsedText(raw), params) == pytest.approx(score)


@pytest.mark.parametrize(
    ("name", "raw", "params"),
    [
        ("list:numbering", "1) a\n2) b", {"style": "bracket"}),
        ("list:absent", FILLER, {}),
        ("list:items_each", "- a\n- b\n\ntext\n\n- c\n- d", {"n": 2}),
        ("list:depth", "- a\n  - b\n- c", {"n": 2}),
        ("list:item_label", "- **Ann:** b\n- **Bob:** d", {}),
        ("list:item_end", "- Ann.\n- Bob.\n- Cy ran.", {"mark": "full_stop"}),
        ("list:item_end", "- a\n- b (x)\n- c", {"mark": "none"}),
        ("list:alphabetical", "- ants\n- bees\n- Cats\n- dogs", {}),
        ("list:two_level", "* a\n  - b\n* c\n  - d", STARS),
        ("list:custom_marker", "→ a\n→ b", {"marker": "→"}),
        ("list:after_sentences", "Ann ran. Bob ran.\n\n* a\n* b", {"sentences": 1, "items": 2, "marker": "*"}),
    ],
)
def test_measures(name: str, raw: str, params: dict[str, Any]) -> None:
    found = drawn(name, raw)
    assert found
    assert all(each == params for each in found)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("list:bullets", "- a\n\ntext\n\n- b"),
        ("list:lettered", "I. Introduction\nA. Poe wrote it."),
        ("list:lettered", "a) one\n\na) two"),
        ("list:marker", "- a\n- b\n◦ c"),
        ("list:numbering", "1. a\n2. b\n**3)** c"),
        ("list:absent", f"{FILLER}\n\n– one\n– two"),
        ("list:absent", f"{FILLER}\n\n(1) one\n(2) two"),
        ("list:absent", f"{FILLER}\n\n<ul>\n<li>one</li>\n</ul>"),
        ("list:absent", "A short text."),
        ("list:count", "- a\n  - b\n- c\n  - d"),
        ("list:count", "1. a\n\nbody\n\n2. b"),
        ("list:items_each", "- a\n- b"),
        ("list:items_each", "- a\n- b\n\ntext\n\n- c\n- d\n- e"),
        ("list:sub_items", "1. a\n - b\n - c"),
        ("list:depth", "- a\n- b"),
        ("list:item_words", "1. a\nmore of a\n2. b\n3. c"),
        ("list:item_words", "- a\n  - b\n- c"),
        ("list:item_label", "- **a:**\n  b\n- **c:** d"),
        ("list:item_end", "- Ann.\n- Bob.\n- Cy etc."),
        ("list:item_end", '- a\n- b\n- "c"'),
        ("list:alphabetical", "- an ox\n- anchor\n- bee\n- cat"),
        ("list:alphabetical", "- a\n- b\n- c"),
        ("list:alphabetical", "- 1\n- 2\n- 3\n- 4"),
        ("list:two_level", "* a\n  - b\n* c"),
        ("list:two_level", "1. x\n   - y\n\ntext\n\n* a\n  - b\n* c\n  - d"),
        ("list:custom_marker", "- a\n- b"),
        ("list:after_sentences", "One.\n\n* a\n* b"),
    ],
)
def test_is_silent(name: str, raw: str) -> None:
    assert not drawn(name, raw)


@pytest.mark.parametrize("raw", ["- !\n- ?\n- …", "# !\n# ?", "- !\n  - ?\n  - !\n- ?", "***!*** *…* [?]\n\n---"])
def test_nothing_is_asked_of_marks_without_a_word(raw: str) -> None:
    for type_ in TYPES:
        if type_.name.partition(":")[0] in ("list", "heading", "section", "emphasis", "document", "placeholder"):
            assert type_.measure(ParsedText(raw), random.Random(1)) is None


@pytest.mark.parametrize(
    ("name", "params", "raw"),
    [
        ("list:marker", {"marker": "-"}, "- !\n- ?"),
        ("list:alphabetical", {}, "- !\n- ?"),
        ("heading:level", {"level": 1}, "# !\n# ?"),
        ("section:words", {"relation": "at_most", "words": 3}, "# !\n# ?"),
    ],
)
def test_marks_without_a_word_satisfy_nothing(name: str, params: dict[str, Any], raw: str) -> None:
    assert not holds(name, params, raw)


def test_more_than_one_reading_allows_a_lower_bound_alone() -> None:
    assert {each["relation"] for each in drawn("list:bullets", "- a\n- b\n- c\n- d\n\n– e")} == {"at_least"}
    assert {each["relation"] for each in drawn("list:bullets", "- a\n- b\n- c\n- d\n")} == {
        "exactly",
        "at_least",
        "at_most",
    }
    nested = drawn("list:bullets", "- a\n- b\n- c\n  - d\n  - e\n  - f")
    assert max(each["n"] for each in nested) == 3
    assert {each["n"] for each in drawn("list:sub_items", "- a\n  - b\n- c\n  - d")} <= {1, 2}


CONFLICTS = [
    (("list:absent", {}), ("list:count", EXACTLY_2)),
    (("list:absent", {}), ("list:item_end", {"mark": "none"})),
    (("list:absent", {}), ("markdown:absent", {})),
    (("list:numbering", {"style": "bracket"}), ("punctuation:absent", {"mark": "round_bracket"})),
    (("list:item_end", {"mark": "full_stop"}), ("punctuation:absent", {"mark": "full_stop"})),
    (("list:item_label", {}), ("emphasis:absent", {})),
    (("list:sub_items", AT_LEAST_2), ("list:depth", {"n": 1})),
    (("list:two_level", STARS), ("list:depth", {"n": 1})),
    (("list:two_level", STARS), ("list:marker", {"marker": "*"})),
    (("list:after_sentences", {"sentences": 1, "items": 1, "marker": "*"}), ("list:marker", {"marker": "-"})),
    (("markdown:absent", {}), ("list:sub_items", EXACTLY_2)),
]
COMPATIBLE = [
    (("list:absent", {}), ("list:lettered", EXACTLY_2)),
    (("list:absent", {}), ("list:custom_marker", {"marker": "→"})),
    (("list:numbering", {"style": "bracket"}), ("punctuation:absent", {"mark": "comma"})),
    (("list:item_end", {"mark": "none"}), ("punctuation:absent", {"mark": "full_stop"})),
    (("list:two_level", {"marker": "-", "sub_marker": "-"}), ("list:marker", {"marker": "-"})),
    (("list:sub_items", AT_MOST_1), ("list:depth", {"n": 1})),
    (("list:depth", {"n": 2}), ("list:two_level", STARS)),
]


@pytest.mark.parametrize(("one", "other"), CONFLICTS)
def test_conflict(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> None:
    sides = ((one, other), (other, one))
    assert any(BY_NAME[a[0]].conflicts(a[1], Constraint(*b, "")) for a, b in sides)


@pytest.mark.parametrize(("one", "other"), COMPATIBLE)
def test_no_conflict(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> None:
    sides = ((one, other), (other, one))
    assert not any(BY_NAME[a[0]].conflicts(a[1], Constraint(*b, "")) for a, b in sides)


def test_limits() -> None:
    def bounds(name: str, params: dict[str, Any]) -> set[tuple[str, float | None, float | None]]:
        return {(each.quantity, each.low, each.high) for each in BY_NAME[name].limits(params)}

    assert bounds("list:bullets", EXACTLY_2) == {("bullets", 2, 2)}
    assert bounds("list:numbered", AT_LEAST_2) == {("numbered_items", 2, None), ("digits", 2, None)}
    assert bounds("list:numbered", AT_MOST_1) == {("numbered_items", None, 1)}
    assert bounds("list:count", AT_MOST_1) == {("lists", None, 1)}
    assert bounds("list:absent", {}) == {("lists", None, 0), ("bullets", None, 0), ("numbered_items", None, 0)}
    assert bounds("list:item_label", {}) == {("lists", 1, None), ("bold_spans", 1, None)}
