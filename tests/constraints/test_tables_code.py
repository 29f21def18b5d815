"""Tables and code: what holds, what does not, how near it comes, and where nothing is asked."""

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

TABLE = "| city | river |\n|---|---|\n| Bonn | Rhine |\n| Cork | Lee |"
OTHER_TABLE = "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |"
PYTHON = "```python\n# Adds.\ndef add_up(a, b):\n\n    return a + b\n```"
BASH = "```bash\nls -la\n```"
PLAIN = "```\nls -la\n```"
PROSE = "The shell waits for a command, runs it, prints what it finds, and waits for the next one. " * 3

HOLDS: list[tuple[str, dict[str, Any], str]] = [
    ("table:columns", {"columns": 2}, TABLE),
    ("table:columns", {"columns": 3}, f"{TABLE}\n\nand\n\n{OTHER_TABLE}"),
    ("table:rows", {"relation": "exactly", "n": 2}, TABLE),
    ("table:rows", {"relation": "exactly", "n": 3}, f"{TABLE}\n\n{OTHER_TABLE}"),
    ("table:rows", {"relation": "at_most", "n": 2}, TABLE),
    ("table:count", {"relation": "exactly", "n": 2}, f"{TABLE}\n\n{OTHER_TABLE}"),
    ("table:count", {"relation": "at_most", "n": 1}, "No table at all."),
    ("table:header", {"cells": ["city", "river"]}, TABLE),
    ("table:header", {"cells": ["city", "river"]}, TABLE.replace("city", "**city**")),
    ("code:block", {"language": "PYTHON"}, PYTHON),
    ("code:block", {"language": "bash"}, f"{PYTHON}\n{BASH}"),
    ("code:count", {"relation": "exactly", "n": 2}, f"{PYTHON}\n{BASH}"),
    ("code:count", {"relation": "at_most", "n": 1}, "None."),
    ("code:absent", {}, PROSE),
    ("code:absent", {}, "Run `ls -la`."),
    ("code:tagged", {}, PYTHON),
    ("code:tagged", {}, f"{PYTHON}\n{BASH}"),
    ("code:only", {}, f"\n{PYTHON}\n\n"),
    ("code:only", {}, "~~~\nls\n~~~"),
    ("code:spans", {"relation": "exactly", "n": 2}, f"Run `ls`, then `cd`.\n{BASH}"),
    ("code:spans", {"relation": "at_most", "n": 0}, "Run ``ls``."),
    ("code:lines", {"lines": 4}, PYTHON),
    ("code:lines", {"lines": 1}, BASH),
    ("code:comments", {}, PYTHON),
    ("code:comments", {}, "```js\n  // Adds.\nadd(1, 2);\n```"),
    ("code:comments", {}, "```\n# Adds.\nadd 1 2\n```"),
    ("code:function", {"name": "add_up"}, PYTHON),
    ("code:function", {"name": "addUp"}, "```js\nconst addUp = async (a, b) => a + b;\n```"),
    ("code:function", {"name": "addUp"}, "```ts\nexport const addUp: Sum = (a, b) => a + b;\n```"),
    ("code:function", {"name": "addUp"}, "```java\npublic static int addUp(int a, int b)\n{\n  return a + b;\n}\n```"),
    ("code:function", {"name": "AddUp"}, "```go\nfunc (s *Sum) AddUp(a int) int {\n```"),
]  # fmt: skip

FAILS: list[tuple[str, dict[str, Any], str, float]] = [
    ("table:columns", {"columns": 4}, TABLE, 0.5),
    ("table:columns", {"columns": 2}, "city, river", 0.0),
    ("table:rows", {"relation": "exactly", "n": 3}, TABLE, 2 / 3),
    ("table:rows", {"relation": "at_most", "n": 2}, "No table at all.", 0.0),
    ("table:count", {"relation": "at_least", "n": 2}, TABLE, 0.5),
    ("table:count", {"relation": "exactly", "n": 1}, f"```\n{TABLE}\n```", 0.0),
    ("table:header", {"cells": ["city", "River"]}, TABLE, 0.5),
    ("table:header", {"cells": ["city", "river", "sea"]}, TABLE, 2 / 3),
    ("code:block", {"language": "bash"}, PLAIN, 0.0),
    ("code:block", {"language": "bash"}, "`bash`", 0.0),
    ("code:count", {"relation": "exactly", "n": 1}, f"{PYTHON}\n{BASH}", 0.5),
    ("code:count", {"relation": "at_least", "n": 1}, "`ls`", 0.0),
    ("code:absent", {}, PYTHON, 0.5),
    ("code:absent", {}, f"{PYTHON}\n{BASH}", 1 / 3),
    ("code:tagged", {}, f"{PYTHON}\n{PLAIN}", 0.5),
    ("code:tagged", {}, "No block, no tag.", 0.0),
    ("code:only", {}, f"Here:\n{PYTHON}", 0.0),
    ("code:only", {}, f"{PYTHON}\n{BASH}", 0.0),
    ("code:only", {}, "```\nnever closed", 0.0),
    ("code:spans", {"relation": "exactly", "n": 1}, "Run `ls`, then `cd`.", 0.5),
    ("code:spans", {"relation": "at_least", "n": 1}, BASH, 0.0),
    ("code:lines", {"lines": 3}, PYTHON, 0.75),
    ("code:lines", {"lines": 3}, "No block.", 0.0),
    ("code:comments", {}, "```python\nx = 1  # behind a statement\n```", 0.0),
    ("code:comments", {}, "```c\n#include <stdio.h>\n```", 0.0),
    ("code:comments", {}, "```bash\n#!/bin/bash\nls\n```", 0.0),
    ("code:comments", {}, "# Not in code", 0.0),
    ("code:function", {"name": "add"}, PYTHON, 0.0),
    ("code:function", {"name": "add_up"}, "```python\nprint(add_up(1, 2))\n```", 0.0),
    ("code:function", {"name": "add_up"}, "def add_up(a, b): return a + b", 0.0),
    ("code:function", {"name": "foo"}, "```go\nif foo(x) {\n```", 0.0),
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
        ("table:header", TABLE, {"cells": ["city", "river"]}),
        ("table:columns", TABLE, {"columns": 2}),
        ("code:count", PYTHON, {"relation": "exactly", "n": 1}),
        ("code:tagged", f"{PYTHON}\n{BASH}", {}),
        ("code:only", PYTHON, {}),
        ("code:comments", PYTHON, {}),
        ("code:function", PYTHON, {"name": "add_up"}),
        ("code:absent", f"Run `ls` or `cd`. {PROSE}", {}),
    ],
)
def test_measures(name: str, raw: str, expected: dict[str, Any]) -> None:
    drawn = measured(name, raw)
    assert drawn and all(params == expected for params in drawn)


def test_rows_are_measured_over_all_tables() -> None:
    assert {"relation": "exactly", "n": 3} in measured("table:rows", f"{TABLE}\n\n{OTHER_TABLE}")


def test_a_line_limit_is_never_below_the_longest_block() -> None:
    assert {params["lines"] for params in measured("code:lines", PYTHON)} <= {4, 5}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("table:rows", f"{TABLE}\nText that touches the table."),
        ("table:rows", f"Text above.\n{TABLE}"),
        ("table:rows", f"{TABLE}\n| one | two | three |"),
        ("table:rows", f"{TABLE}\n\n```\n{TABLE}\n```"),
        ("table:columns", f"{TABLE}\n| one | two | three |"),
        ("table:count", f"{TABLE}\n{OTHER_TABLE}"),
        ("table:count", f"{TABLE}\n\n<table><tr><td>x</td></tr></table>"),
        ("table:header", TABLE.replace("city", "")),
        ("table:header", TABLE.replace("city", '"city"')),
        ("table:header", TABLE.replace("city", "**city**")),
        ("code:block", "```python\nnever_closed()"),
        ("code:tagged", f"{PYTHON}\n{PLAIN}"),
        ("code:tagged", "```text\nls\n```"),
        ("code:only", "```\n~~~\n```"),
        ("code:spans", "Run `ls`, `cd` and ``pwd``."),
        ("code:spans", "Run `ls`, `cd` and `pwd."),
        ("code:lines", BASH),
        ("code:comments", "```\n# Title or comment\nls\n```"),
        ("code:function", "```python\nclass Sum:\n    def add(self):\n        pass\n```"),
        ("code:absent", PROSE),
        ("code:absent", f"{PROSE} ``` `a` `b`"),
    ],
)
def test_silent_where_readings_differ(name: str, raw: str) -> None:
    assert not measured(name, raw)


def test_code_is_excluded_only_where_it_could_be_expected() -> None:
    assert measured("code:absent", PROSE, "How do I list files in Python?")
    assert not measured("code:absent", PROSE, "Tell me about the sea.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("code:absent", {}), ("code:function", {"name": "f"})),
        (("code:absent", {}), ("code:block", {"language": "python"})),
        (("code:only", {}), ("heading:count", {"relation": "at_least", "n": 1})),
        (("code:only", {}), ("code:count", {"relation": "exactly", "n": 1})),
        (("table:header", {"cells": ["a", "b"]}), ("table:columns", {"columns": 3})),
        (("table:rows", {"relation": "exactly", "n": 3}), ("markdown:absent", {})),
    ],
)
def test_conflicts(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> None:
    assert _conflict(one, other)
    assert _conflict(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("code:absent", {}), ("code:spans", {"relation": "at_least", "n": 2})),
        (("code:only", {}), ("code:block", {"language": "python"})),
        (("code:only", {}), ("json:valid", {})),
        (("table:rows", {"relation": "exactly", "n": 3}), ("table:columns", {"columns": 3})),
    ],
)
def test_no_conflict(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> None:
    assert not _conflict(one, other)
    assert not _conflict(other, one)


def _conflict(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> bool:
    sides = ((one, other), (other, one))
    return any(BY_NAME[name].conflicts(params, Constraint(*told, "")) for (name, params), told in sides)


def test_limits_and_demands() -> None:
    assert BY_NAME["table:count"].limits({"relation": "at_most", "n": 2}) == (Limit("tables", high=2),)
    assert BY_NAME["code:spans"].limits({"relation": "exactly", "n": 2}) == (Limit("code_spans", 2, 2),)
    assert BY_NAME["code:absent"].limits({}) == (Limit("code_blocks", high=0),)
    assert Limit("bullets", high=0) in BY_NAME["code:only"].limits({})
    assert BY_NAME["code:function"].demands({"name": "add_up"}) == ("add_up",)
    assert BY_NAME["table:header"].demands({"cells": ["a", "b"]}) == ("a", "b")
    assert not BY_NAME["code:absent"].allows("```python", {})
    assert BY_NAME["code:absent"].allows("python", {})


@pytest.mark.parametrize(
    "raw",
    [
        "| a |\n|---|\n" * 8_000,
        "`" * 100_000,
        "` a " * 25_000,
        f"```\n{'f ' * 50_000}\n```",
        f"```\n{'f(' * 50_000}\n```",
        f"```\n{'f: ' * 33_000}\n```",
        f"```\nf(){' ' * 100_000}\n```",
        f"```\n{' ' * 100_000}f\n```",
    ],
)
def test_long_texts_are_quick(raw: str) -> None:
    text = ParsedText(raw)
    text.tables, text.words, text.prose_lines, text.code_blocks  # noqa: B018 - shared parts are not timed
    start = time.perf_counter()
    for name, params, _ in HOLDS:
        BY_NAME[name].measure(text, random.Random(1))
        BY_NAME[name].check(text, {**params, "name": "f"} if "name" in params else params)
    assert time.perf_counter() - start < 3
