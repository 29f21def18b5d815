"""JSON, CSV, tags and formulas: what holds, what does not, how near it comes, and where nothing is asked."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}

BOAT = '{"name": "Ada", "crew": ["Ann", "Bo"], "sails": 2}'
BOATS = '[{"name": "Ada"}, {"name": "Eve"}]'
NAMED = '{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}'
RIVERS = "city,river\nBonn,Rhine\nCork,Lee"
QUOTED = '"city","river"\n"Bonn","Rhine, Sieg"\n"Cork","Lee"'

HOLDS: list[tuple[str, dict[str, Any], str]] = [
    ("json:valid", {}, BOAT),
    ("json:valid", {}, f"```json\n{BOATS}\n```"),
    ("json:kind", {"kind": "object"}, BOAT),
    ("json:kind", {"kind": "list"}, f"```\n{BOATS}\n```"),
    ("json:keys", {"keys": ["sails", "name"]}, BOAT),
    ("json:keys", {"keys": ["name"]}, f"```json\n{BOAT}\n```"),
    ("json:only_keys", {"keys": ["sails", "crew", "name"]}, BOAT),
    ("json:only_keys", {"keys": ["a"]}, '{"a": {"b": 1}}'),
    ("json:items", {"relation": "exactly", "n": 3}, BOAT),
    ("json:items", {"relation": "at_least", "n": 2}, BOATS),
    ("json:schema", {"schema": NAMED}, BOAT),
    ("json:schema", {"schema": '{"type": "array", "minItems": 2}'}, BOATS),
    ("csv:columns", {"columns": ["city", "river"], "delimiter": "comma"}, RIVERS),
    ("csv:columns", {"columns": ["city", "river"], "delimiter": "tab"}, f"```csv\n{RIVERS}\n```".replace(",", "\t")),
    ("csv:columns", {"columns": ["city", "river"], "delimiter": "comma"}, QUOTED),
    ("csv:rows", {"n": 2, "delimiter": "comma"}, f"{RIVERS}\n"),
    ("csv:rows", {"n": 2, "delimiter": "semicolon"}, 'a;b\n"one\n""1""";2\n3;4'),
    ("csv:quoted", {"delimiter": "comma"}, QUOTED),
    ("csv:quoted", {"delimiter": "tab"}, QUOTED.replace('","', '"\t"')),
    ("csv:quoted_special", {}, QUOTED),
    ("csv:quoted_special", {}, 'a,b\n1,"2%"'),
    ("tag:wrapped", {"tag": "answer"}, " <answer>\nAt noon.\n</answer>\n"),
    ("tag:wrapped", {"tag": "p"}, "<p>At <b>noon</b>.</p>"),
    ("tag:count", {"tag": "b", "relation": "exactly", "n": 2}, "<b>Ebb</b> and <b>flood</b>."),
    ("tag:count", {"tag": "b", "relation": "at_most", "n": 1}, "Ebb and <b></b> flood."),
    ("html:absent", {}, "a < b, List<String> and <name>"),
    ("html:absent", {}, "Use **bold** & no tags."),
    ("formula:count", {"relation": "exactly", "n": 4}, r"$a$, $$b^2$$, \(c\) and \[d\]"),
    ("formula:count", {"relation": "exactly", "n": 1}, "$$\nx\n$$\n```\n$y$\n```"),
    ("formula:count", {"relation": "at_most", "n": 0}, "It costs \\$5 and\n\n$6."),
]  # fmt: skip

FAILS: list[tuple[str, dict[str, Any], str, float]] = [
    ("json:valid", {}, f"Here: {BOAT}", 0.0),
    ("json:valid", {}, "{'name': 'Ada'}", 0.0),
    ("json:kind", {"kind": "list"}, BOAT, 0.0),
    ("json:kind", {"kind": "object"}, f"{BOAT} {BOAT}", 0.0),
    ("json:keys", {"keys": ["name", "Crew"]}, BOAT, 0.5),
    ("json:keys", {"keys": ["name"]}, BOATS, 0.0),
    ("json:only_keys", {"keys": ["name", "crew"]}, BOAT, 2 / 3),
    ("json:only_keys", {"keys": ["name", "crew", "sails", "flag"]}, BOAT, 0.75),
    ("json:items", {"relation": "exactly", "n": 4}, BOATS, 0.5),
    ("json:items", {"relation": "at_most", "n": 2}, "two items", 0.0),
    ("json:schema", {"schema": NAMED}, '{"name": 1}', 0.5),
    ("json:schema", {"schema": NAMED}, "name", 0.0),
    ("json:schema", {"schema": '{"type": 3}'}, BOAT, 0.0),
    ("json:schema", {"schema": '{"$ref": "#"}'}, BOAT, 0.0),
    ("json:schema", {"schema": '{"$ref": "https://json-schema.org/draft/2020-12/missing"}'}, BOAT, 0.0),
    ("json:schema", {"schema": '{"additionalProperties": {"pattern": "("}}'}, BOAT, 0.0),
    ("csv:columns", {"columns": ["city", "River"], "delimiter": "comma"}, RIVERS, 0.5),
    ("csv:columns", {"columns": ["city", "river"], "delimiter": "semicolon"}, RIVERS, 0.0),
    ("csv:rows", {"n": 4, "delimiter": "comma"}, RIVERS, 0.5),
    ("csv:rows", {"n": 2, "delimiter": "comma"}, f"Here you are:\n{RIVERS}", 0.0),
    ("csv:rows", {"n": 2, "delimiter": "comma"}, f"{RIVERS},Shannon", 0.0),
    ("csv:quoted", {"delimiter": "comma"}, QUOTED.replace('"city"', "city"), 5 / 6),
    ("csv:quoted", {"delimiter": "comma"}, '"city","river', 0.0),
    ("csv:quoted_special", {}, '"a,a",b\n1,2', 0.0),
    ("csv:quoted_special", {}, 'a,b\n"1 1",2%', 0.0),
    ("tag:wrapped", {"tag": "answer"}, "So: <answer>At noon.</answer>", 0.0),
    ("tag:wrapped", {"tag": "p"}, "<p>At noon.</p><p>Or later.</p>", 0.0),
    ("tag:wrapped", {"tag": "p"}, "<p></p>", 0.0),
    ("tag:count", {"tag": "b", "relation": "exactly", "n": 2}, "<b>Ebb</b> and <b>flood.", 0.5),
    ("tag:count", {"tag": "b", "relation": "at_least", "n": 1}, "<B>Ebb</B>", 0.0),
    ("html:absent", {}, "a<br>b", 0.5),
    ("html:absent", {}, "```html\n<p class='x'>a</p>\n```", 1 / 3),
    ("formula:count", {"relation": "exactly", "n": 2}, r"\(a + b\)", 0.5),
    ("formula:count", {"relation": "at_least", "n": 1}, "It costs $5.", 0.0),
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
        ("json:kind", BOATS, {"kind": "list"}),
        ("json:only_keys", BOAT, {"keys": ["name", "crew", "sails"]}),
        ("csv:columns", RIVERS, {"columns": ["city", "river"], "delimiter": "comma"}),
        ("csv:rows", RIVERS, {"n": 2, "delimiter": "comma"}),
        ("csv:quoted", QUOTED, {"delimiter": "comma"}),
        ("csv:quoted_special", QUOTED, {}),
        ("tag:wrapped", "<note>At noon.</note>", {"tag": "note"}),
    ],
)
def test_measures(name: str, raw: str, expected: dict[str, Any]) -> None:
    drawn = measured(name, raw)
    assert drawn and all(params == expected for params in drawn)


def test_keys_are_drawn_in_the_order_of_the_object() -> None:
    drawn = [params["keys"] for params in measured("json:keys", BOAT)]
    assert all(
        2 <= len(keys) <= 3 and keys == [key for key in ("name", "crew", "sails") if key in keys] for keys in drawn
    )
    assert ["name", "sails"] in drawn


def test_a_schema_states_the_types_of_the_top_level() -> None:
    schema = json.loads(measured("json:schema", BOAT)[0]["schema"])
    assert schema["required"] == ["name", "crew", "sails"]
    assert [told["type"] for told in schema["properties"].values()] == ["string", "array", "integer"]
    assert json.loads(measured("json:schema", BOATS)[0]["schema"])["items"]["required"] == ["name"]
    assert json.loads(measured("json:schema", "[1, 2]")[0]["schema"]) == {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("json:valid", "{}"),
        ("json:keys", '{"a": 1}'),
        ("json:keys", BOATS),
        ("json:only_keys", '{"say \\"so\\"": 1, "b": 2, "c": 3}'),
        ("json:schema", "[1, true]"),
        ("json:schema", json.dumps({f"key {number}": "`" for number in range(30)})),
        ("csv:columns", "Roses are red, they say\nViolets are blue, they say\nSugar is sweet, I say"),
        ("csv:rows", "Red, blue\nGreen, grey"),
        ("csv:rows", "a,b;c\n1,2;3\n4,5;6"),
        ("tag:count", "<b>Ebb</b>, <b>flood</b> and <b class='x'>tide</b>"),
        ("tag:count", "<b>Ebb <b>and</b> flood</b>"),
        ("html:absent", "No occasion for tags, " * 20),
        ("html:absent", "| a | b |\n|---|---|\n| c | List<String> |\n\n" + "More text follows. " * 20),
        ("formula:count", "It costs $5 or $6, never $7 or $8."),
        ("formula:count", r"\(a\) and \(b\) but `$HOME`"),
        ("formula:count", r"\(a\) and \(b\) and \(c"),
        ("formula:count", "\\(a\\) and \\(b\\)\n```\n$x$\n```"),
    ],
)
def test_silent_where_readings_differ(name: str, raw: str) -> None:
    assert not measured(name, raw)


def test_html_is_excluded_where_the_instruction_speaks_of_it() -> None:
    assert measured("html:absent", "No occasion for tags. " * 20, "What is HTML?")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("json:keys", {"keys": ["a"]}), ("json:valid", {})),
        (("json:keys", {"keys": ["a", "b"]}), ("json:items", {"relation": "exactly", "n": 1})),
        (("json:keys", {"keys": ["a"]}), ("json:kind", {"kind": "list"})),
        (("json:kind", {"kind": "object"}), ("csv:rows", {"n": 2, "delimiter": "tab"})),
        (("json:schema", {"schema": NAMED}), ("heading:count", {"relation": "at_least", "n": 1})),
        (("csv:rows", {"n": 2, "delimiter": "tab"}), ("csv:quoted", {"delimiter": "comma"})),
        (("csv:rows", {"n": 2, "delimiter": "tab"}), ("start_end:question_end", {})),
        (("tag:wrapped", {"tag": "p"}), ("html:absent", {})),
        (("tag:wrapped", {"tag": "p"}), ("json:valid", {})),
        (("tag:count", {"tag": "b", "relation": "at_least", "n": 2}), ("html:absent", {})),
    ],
)
def test_conflicts(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> None:
    assert _conflict(one, other)
    assert _conflict(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("json:keys", {"keys": ["a"]}), ("json:items", {"relation": "exactly", "n": 2})),
        (("json:kind", {"kind": "list"}), ("json:items", {"relation": "exactly", "n": 2})),
        (("json:kind", {"kind": "list"}), ("code:absent", {})),
        (("csv:rows", {"n": 2, "delimiter": "tab"}), ("csv:quoted", {"delimiter": "tab"})),
        (("tag:wrapped", {"tag": "p"}), ("tag:count", {"tag": "b", "relation": "at_least", "n": 2})),
        (("tag:count", {"tag": "term", "relation": "at_least", "n": 2}), ("html:absent", {})),
    ],
)
def test_no_conflict(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> None:
    assert not _conflict(one, other)
    assert not _conflict(other, one)


def _conflict(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> bool:
    sides = ((one, other), (other, one))
    return any(BY_NAME[name].conflicts(params, Constraint(*told, "")) for (name, params), told in sides)


def test_limits_demands_and_allows() -> None:
    assert Limit("bullets", high=0) in BY_NAME["json:items"].limits({"relation": "exactly", "n": 2})
    assert Limit("lines", low=8) in BY_NAME["csv:rows"].limits({"n": 7, "delimiter": "comma"})
    assert BY_NAME["json:keys"].demands({"keys": ["a", "b"]}) == ("a", "b")
    assert BY_NAME["csv:columns"].demands({"columns": ["a"], "delimiter": "comma"}) == ("a",)
    assert BY_NAME["tag:wrapped"].demands({"tag": "p"}) == ("<p>", "</p>")
    assert not BY_NAME["html:absent"].allows("a <b>bold</b> move", {})
    assert BY_NAME["html:absent"].allows("a < b > c", {})


def test_a_schema_is_read_back_from_its_wording() -> None:
    type_ = BY_NAME["json:schema"]
    for seed in range(40):
        assert type_.parse(type_.render({"schema": NAMED}, random.Random(seed))) == {"schema": NAMED}
    with pytest.raises(ValueError, match="backticks"):
        type_.render({"schema": '{"const": "`"}'}, random.Random(1))


@pytest.mark.parametrize(
    "raw",
    [
        '"' * 99_999,
        'a,"' * 33_000,
        "a,b\n" * 25_000,
        "[" * 3_000,
        "<b>" * 33_000,
        "<b " * 33_000,
        "\\[" + "\\)" * 50_000,
        "$" * 99_999,
        "$a$ " * 25_000,
        "\\(\n \n" * 20_000,
    ],
)
def test_long_texts_are_quick(raw: str) -> None:
    text = ParsedText(f"word {raw}")
    text.words, text.prose_lines, text.code_blocks, text.json  # noqa: B018 - shared parts are not timed
    start = time.perf_counter()
    for name, params, _ in HOLDS:
        BY_NAME[name].measure(text, random.Random(1))
        BY_NAME[name].check(text, params)
    assert time.perf_counter() - start < 3
