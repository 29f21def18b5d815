"""Emphasis, placeholders, marks of documents and letters on texts worked by hand."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.constraints.emphasis import spans
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}
FILLER = "The ferry crosses the bay at dawn and again at dusk. " * 12
LETTER = "Dear Ada,\n\nthe loom works.\n\nKind regards,\nMary"


def drawn(name: str, raw: str, draws: int = 40) -> list[dict[str, Any]]:
    found = (BY_NAME[name].measure(ParsedText(raw), random.Random(seed)) for seed in range(draws))
    return [dict(params) for params in found if params is not None]


@pytest.mark.parametrize(
    ("raw", "italic", "starred"),
    [
        ("a *b c* d", ["b c"], 1),
        ("*a* and _b_ and **c** and __d__", ["a", "b"], 2),
        ("2 * 3 * 4", [], 0),
        ("a*b*c and d_e_f", [], 0),
        ("`*a*` \\*b\\*", [], 0),
        ("```\n*a*\n```", [], 0),
        ("* *a* b\n* c", ["a"], 1),
        ("(*a*), “_b_”", ["a", "b"], 1),
        ("*a\nb*", [], 0),
        ("** a **", [], 0),
    ],
)
def test_spans(raw: str, italic: list[str], starred: int) -> None:
    found = ParsedText(raw).part(spans)
    assert (list(found.italic), found.starred) == (italic, starred)


@pytest.mark.parametrize(
    "raw", ["***a***", "2 * 3", "**a", "*a\nb*", "<b>a</b>", "```\n*p = 1;\n```", "`__init__`", "Name: ____", "** a **"]
)
def test_left_over_marks_make_unsure(raw: str) -> None:
    assert not ParsedText(raw).part(spans).sure
    assert ParsedText("- **a** *b* _c_ snake_case\n\n***\n\n* d").part(spans).sure


EXACTLY_1 = {"relation": "exactly", "n": 1}
EXACTLY_2 = {"relation": "exactly", "n": 2}
AT_MOST_1 = {"relation": "at_most", "n": 1}
FORM = {"labels": ["Answer:", "Why", "Outlook:"]}
STARS = {"divider": "******"}

GOOD: list[tuple[str, dict[str, Any], str]] = [
    ("emphasis:italic", EXACTLY_2, "*a* _b_ **c**"),
    ("emphasis:italic", AT_MOST_1, "no mark"),
    ("emphasis:highlights", EXACTLY_2, "*a* **b** _c_ __d__"),
    ("emphasis:highlights", AT_MOST_1, "a * b * c"),
    ("emphasis:keyword", {"phrase": "red tea"}, "Drink **Red tea daily**."),
    ("emphasis:keyword", {"phrase": "red tea"}, "__red tea__"),
    ("emphasis:absent", {}, "2 * 3 * 4 and snake_case_name"),
    ("emphasis:absent", {}, "# a\n\n- b\n\n```\n**c**\n```"),
    ("title:angle", {}, "<<The Sea>>\ntext"),
    ("title:angle", {}, "Title: <<Sea>>"),
    ("document:rules", EXACTLY_2, "a\n\n---\n\nb\n\n* * *\n\nc"),
    ("document:rules", AT_MOST_1, "a\n====\n--\nb\n| c | d |\n|---|---|"),
    ("document:block_quotes", EXACTLY_2, "> a\n> b\n\nc\n\n>d"),
    ("document:block_quotes", AT_MOST_1, "a > b"),
    ("document:footnotes", EXACTLY_1, "a[^1] b[^1] c[^2]\n\n[^1]: note\n[^3]: other"),
    ("document:footnotes", AT_MOST_1, "a [1]"),
    ("document:greeting", {}, LETTER),
    ("document:greeting", {}, "\n**Hello everyone,**\nwelcome"),
    ("document:sign_off", {}, LETTER),
    ("document:sign_off", {}, "text\n\nYours SINCERELY,\n\n[Name]\n[Title]\n[City]\n[Mail]\n[Date]"),
    ("document:postscript", {"marker": "P.S."}, f"{LETTER}\n\nP.S. Write soon."),
    ("document:postscript", {"marker": "P.S."}, "text\n\nMary\n**P.S.** Write\nsoon."),
    ("document:postscript", {"marker": "P.P.S"}, "text\n\nP.S. a\nP.P.S. b"),
    ("document:postscript", {"marker": "P.S."}, "all is well.\n\np.s. write soon"),
    ("document:postscript", {"marker": "P.P.S"}, "All is well.\n\n- P. P. S.\nWrite."),
    ("document:postscript", {"marker": "P.S."}, "All is well. P.S. Write to me soon, and to Ada."),
    ("document:postscript", {"marker": "P.S."}, "All is well here by the sea.\n\nP.S. Write soon.\n\nMary"),
    ("document:two_responses", STARS, "a\n ****** \nb"),
    ("document:two_responses", STARS, "a\n***\nb\n\n******\n\nc"),
    ("document:two_responses", STARS, "a ****** b"),
    ("document:two_responses", STARS, "******\na\n******\nb\n******"),
    ("document:template", FORM, "Answer: yes\n**Why**\nbecause\n## Outlook: fair"),
    ("document:template", FORM, "x\nAnswer: yes\nAnswer: no\nWhy: so\nOutlook: fair"),
    ("placeholder:count", EXACTLY_2, "[Name] and [Name]"),
    ("placeholder:count", EXACTLY_2, "[user1]: hello\n[user2]: hello"),
]
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("emphasis:italic", EXACTLY_2, "*a* **b**"),
    ("emphasis:italic", EXACTLY_1, "`*a*` b"),
    ("emphasis:highlights", EXACTLY_2, "*a* _b_"),
    ("emphasis:highlights", EXACTLY_1, "* a\n* b"),
    ("emphasis:keyword", {"phrase": "red tea"}, "red tea and **red teas**"),
    ("emphasis:keyword", {"phrase": "red tea"}, "*red tea*"),
    ("emphasis:absent", {}, "a *b*"),
    ("emphasis:absent", {}, "a **b**"),
    ("title:angle", {}, "<The Sea> << >>"),
    ("title:angle", {}, "<<<<<<< HEAD\na\n>>>>>>>"),
    ("document:rules", EXACTLY_2, "a\n\n---\n\nb"),
    ("document:rules", EXACTLY_1, "a\n\n```\n---\n```"),
    ("document:block_quotes", EXACTLY_2, "> a\n> b"),
    ("document:block_quotes", EXACTLY_1, "a > b\n```\n> c\n```"),
    ("document:footnotes", EXACTLY_1, "a[^1]"),
    ("document:footnotes", EXACTLY_1, "a\n\n[^1]: note"),
    ("document:greeting", {}, "Dear Ada\n\ntext"),
    ("document:greeting", {}, "Dear,\n\ntext"),
    ("document:greeting", {}, "Dear Ada,"),
    ("document:greeting", {}, "Good day, Ada,\ntext"),
    ("document:sign_off", {}, "text\n\nKind regards,"),
    ("document:sign_off", {}, "text\n\nKind regards\nMary"),
    ("document:sign_off", {}, "text\n\nKind regards,\na\nb\nc\nd\ne\nf"),
    ("document:postscript", {"marker": "P.S."}, "P.S. a\n\nb"),
    ("document:postscript", {"marker": "P.S."}, "a\n\nP.P.S. b"),
    ("document:postscript", {"marker": "P.S."}, "a\n\nP.S."),
    ("document:postscript", {"marker": "P.S."}, "P.S. a"),
    ("document:postscript", {"marker": "P.S."}, "Put P.S. before it."),
    ("document:postscript", {"marker": "P.S."}, "Dear Ada\n\nP.S. Write soon.\n\nAll is well."),
    ("document:postscript", {"marker": "P.P.S"}, "a\n\nP.P.SX b"),
    ("document:two_responses", STARS, "a\n******\na"),
    ("document:two_responses", STARS, "a\n******\nb\n******\nc"),
    ("document:two_responses", STARS, "a\n******"),
    ("document:two_responses", STARS, "a\n*******\nb"),
    ("document:two_responses", STARS, "a\n******\n******\nb"),
    ("document:template", FORM, "Answer: yes\nOutlook: fair\nWhy: so"),
    ("document:template", FORM, "Answer:\nWhy: so\nOutlook: fair"),
    ("document:template", FORM, "The Answer: yes\nWhy: so\nOutlook: fair"),
    ("document:template", FORM, "Answer: yes\nWhys and wherefores\nOutlook: fair"),
    ("placeholder:count", EXACTLY_2, "[Name]"),
    ("placeholder:count", EXACTLY_1, "[Home]: https://example.org\n[Work]: /desk"),
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
        ("emphasis:absent", {}, "**a** *b* _c_", 0.25),
        ("emphasis:italic", {"relation": "exactly", "n": 4}, "*a*", 0.25),
        ("document:rules", AT_MOST_1, "a\n\n---\n\nb\n\n---\n\nc", 0.5),
        ("document:template", {"labels": ["A:", "B:", "C:", "D:"]}, "A: x\nB:\nC: y\nD:", 0.5),
    ],
)
def test_partial_credit(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    assert BY_NAME[name].score(ParsedText(raw), params) == pytest.approx(score)


@pytest.mark.parametrize(
    ("name", "raw", "params"),
    [
        ("emphasis:keyword", "**red tea:** and **a, b.** and **Milk**", [{"phrase": p} for p in ("red tea", "Milk")]),
        ("emphasis:absent", f"## Boats\n\n{FILLER}", [{}]),
        ("title:angle", "<<The Sea>>\n\ntext", [{}]),
        ("document:greeting", LETTER, [{}]),
        ("document:sign_off", LETTER, [{}]),
        ("document:postscript", f"{LETTER}\n\nP.S. Write.", [{"marker": "P.S."}]),
        ("document:postscript", f"{LETTER}\n\nP.S. Write.\n\nP.P.S. Soon.", [{"marker": "P.P.S"}]),
        ("document:two_responses", "a\n\n=====\n\nb", [{"divider": "====="}]),
        ("document:template", "Aim: a\nWay: b\n\n**Next Step:** c", [{"labels": ["Aim:", "Way:", "Next Step:"]}]),
    ],
)
def test_measures(name: str, raw: str, params: list[dict[str, Any]]) -> None:
    found = drawn(name, raw)
    assert all(each in params for each in found)
    assert all(each in found for each in params)


@pytest.mark.parametrize(
    ("name", "raw", "relations", "low"),
    [
        ("emphasis:bold", "**a** **b** **c** **d**", {"exactly", "at_least", "at_most"}, 4),
        ("emphasis:bold", "**a** **b** **c** **d** and 2 * 3", {"at_least"}, 4),
        ("emphasis:italic", "*a* *b*", {"exactly", "at_least"}, 2),
        ("emphasis:highlights", "*a* **b**", {"exactly", "at_least"}, 2),
        ("document:rules", "a\n\n---\n\nb", {"exactly", "at_least"}, 1),
        ("document:block_quotes", "> a\n\nb\n\n> c", {"exactly", "at_least"}, 2),
        ("document:block_quotes", "> a\n\n> b\n\nc", {"at_least"}, 1),
        ("document:footnotes", "a[^1]\n\n[^1]: b", {"exactly", "at_least"}, 1),
        ("document:footnotes", "a[^1] b[^2]\n\n[^1]: c", {"at_least"}, 1),
        ("placeholder:count", "[Name] [City]", {"exactly", "at_least"}, 2),
        ("placeholder:count", "[Name] [Name] [City]", {"at_least"}, 2),
        ("placeholder:count", "[Name] [City] [1]", {"at_least"}, 2),
    ],
)
def test_counts_are_asked_as_far_as_readers_agree(name: str, raw: str, relations: set[str], low: int) -> None:
    found = drawn(name, raw)
    assert {each["relation"] for each in found} == relations
    assert max(each["n"] for each in found if each["relation"] != "at_most") == low


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("emphasis:italic", "*a* and 2 * 3"),
        ("emphasis:highlights", "**a**"),
        ("emphasis:keyword", "**a, b.**"),
        ("emphasis:absent", FILLER),
        ("placeholder:count", "Solve \\[2x + 20\\] for [Name]"),
        ("placeholder:count", "Take arr[index] first"),
        ("placeholder:count", "[user1]: hello"),
        ("markdown:absent", f"Title\n-----\n\n{FILLER}"),
        ("markdown:absent", f"{FILLER}\n\nI. Sea\nII. Land"),
        ("markdown:absent", f"{FILLER}\n\n(1) sea\n(2) land"),
        ("markdown:absent", f"{FILLER}\n\n    indented as code"),
        ("markdown:absent", f"{FILLER}\n\n<b>Sea</b>"),
        ("emphasis:absent", f"## Boats\n\n{FILLER} *Dawn* breaks."),
        ("title:angle", "cout << x >> y"),
        ("document:rules", "---"),
        ("document:block_quotes", "> …"),
        ("document:rules", "a title\n---\n\ntext"),
        ("document:rules", "a\n\n________\n\nb"),
        ("document:block_quotes", ">>> print(1)"),
        ("document:footnotes", "a[^1]"),
        ("document:greeting", "text"),
        ("document:sign_off", f"{LETTER}\nP.S. Write soon."),
        ("document:sign_off", "Best wishes,\nthis line is far too long for the name of anyone"),
        ("document:postscript", "a\n\nP.S. b\nMary"),
        ("document:two_responses", "a\n\n***\n\nb"),
        ("document:template", "Aim: a\nWay: b"),
        ("document:template", "Aim: a\nWay: b\nAim: c"),
    ],
)
def test_is_silent(name: str, raw: str) -> None:
    assert not drawn(name, raw)


Side = tuple[str, dict[str, Any]]


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        (("emphasis:absent", {}), ("emphasis:italic", EXACTLY_1), True),
        (("emphasis:absent", {}), ("markdown:absent", {}), True),
        (("emphasis:absent", {}), ("heading:first", {}), False),
        (("emphasis:highlights", EXACTLY_1), ("emphasis:bold", EXACTLY_1), True),
        (("emphasis:keyword", {"phrase": "red tea"}), ("keyword:include", {"phrases": ["tea"]}), True),
        (("emphasis:keyword", {"phrase": "red tea"}), ("emphasis:bold", EXACTLY_1), False),
        (("markdown:absent", {}), ("emphasis:keyword", {"phrase": "red tea"}), True),
        (("markdown:absent", {}), ("document:greeting", {}), False),
        (("document:greeting", {}), ("punctuation:absent", {"mark": "comma"}), True),
        (("document:sign_off", {}), ("start_end:question_end", {}), True),
        (("document:postscript", {"marker": "P.S."}), ("punctuation:absent", {"mark": "full_stop"}), True),
        (("document:footnotes", EXACTLY_1), ("punctuation:absent", {"mark": "colon"}), True),
        (("document:footnotes", AT_MOST_1), ("punctuation:absent", {"mark": "colon"}), False),
        (("document:thesis", {}), ("html:absent", {}), True),
    ],
)
def test_conflicts(one: Side, other: Side, conflict: bool) -> None:
    sides = [(a, b) for a, b in ((one, other), (other, one)) if a[0] in BY_NAME]
    assert any(BY_NAME[a[0]].conflicts(a[1], Constraint(*b, "")) for a, b in sides) is conflict


def test_limits_and_demands() -> None:
    assert {(each.quantity, each.high) for each in BY_NAME["emphasis:absent"].limits({})} == {
        ("bold_spans", 0),
        ("italic_spans", 0),
    }
    assert {each.quantity for each in BY_NAME["markdown:absent"].limits({})} >= {"lists", "headings", "bold_spans"}
    assert all(each.high == 0 for each in BY_NAME["markdown:absent"].limits({}))
    assert [(each.low, each.high) for each in BY_NAME["document:rules"].limits(AT_MOST_1)] == [(None, 1)]
    # Small letters will do, so that no phrase is demanded in just one form.
    assert list(BY_NAME["document:postscript"].demands({"marker": "P.S."})) == []
    assert list(BY_NAME["document:template"].demands(FORM)) == FORM["labels"]
    assert list(BY_NAME["emphasis:keyword"].demands({"phrase": "red tea"})) == ["red tea"]


def test_a_bullet_after_a_vertical_tab_is_markdown_too() -> None:
    text = ParsedText("The mill stands by the river and has done so for years. " * 3 + "\x0b- a bullet\x0b- another")
    (type_,) = [type_ for type_ in TYPES if type_.name == "markdown:absent"]
    assert type_.measure(text, random.Random(1)) is None
