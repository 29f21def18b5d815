"""Punctuation marks, hyphens, brackets and quotation marks on texts worked by hand."""

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


def n(relation: str, number: int, **more: Any) -> dict[str, Any]:
    return {"relation": relation, "n": number, **more}


CASES: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("punctuation:absent", {"mark": "full_stop"}, ["one, two", "one…"], ["one.", "3.5 apples", "一。"]),
    ("punctuation:absent", {"mark": "exclamation_mark"}, ["Stop."], ["Stop!", "¡Alto", "停！"]),
    ("punctuation:count", n("exactly", 2, mark="comma"), ["a, b, c", "1,000, b"], ["a, b", "a, b, c, d"]),
    ("punctuation:count", n("at_least", 2, mark="ellipsis"), ["a… b…", "a... b…"], ["a..", "a...b"]),
    ("punctuation:count", n("at_most", 2, mark="round_bracket"), ["(a)", "a"], ["(a) (b)"]),
    ("punctuation:every", {}, ["A. b, c; d: e? f! g?!", "A. b, c; d: e? f! g!?"],
     ["A. b, c; d: e?! f!", "A. b, c; d: e? f?!", "A. b, c; d: e? f!", "A. b, c, d: e? f! g?!"]),
    ("punctuation:sentence_end", {"mark": "full_stop"}, ["We ran. It rained.", 'He said "go."'],
     ["We ran! It rained.", "We ran. It rained", "# Title\n\nWe ran."]),
    ("punctuation:sentence_end", {"mark": "question_mark"}, ["Why? Who?", "为什么？谁？"], ["Why? Me.", "…"]),
    ("punctuation:sentence_end", {"mark": "exclamation_mark"}, ["Go! **Run!**"], ["Go! Run."]),
    ("punctuation:hyphenated", n("exactly", 2), ["a well-known up-to-date map", "a re-run and a re-run"],
     ["well-known", "one-two three-four five-six"]),
    ("punctuation:hyphenated", n("at_least", 1), ["an e-mail", "mother‑in‑law"],
     ["pre- and post", "1-2", "COVID-19", "a - b", "-a"]),
    ("punctuation:hyphen_joined", {}, ["We ran.-It rained.", "Why?-No idea.-Go!"],
     ["We ran. It rained.", "We ran.-It rained. We slept.", "We ran.", "We ran.- It rained.", "We ran.--It rained.",
      "We ran.-It rained.--We slept."]),
    ("brackets:count", n("exactly", 2), ["a (b) c (d e)", "（一）和（二）"], ["a (b)", "(b) (c) (d)"]),
    ("brackets:count", n("exactly", 1), ["(a [b])", "((a) b)", "f(x)"], ["[a](b)", "()", "(a\nb)", "a)"]),
    ("brackets:nested", {"levels": 3}, ["(a [b {c}])", "x (((a)))"], ["(a [b])", "(a [b {c)]}", "(((a"]),
    ("brackets:nested", {"levels": 1}, ["(a)"], ["a", "a)"]),
    ("brackets:every_word", {}, ["[We] [ran].", "[don't] - [stop]"], ["[We] ran", "[We ran]", "We ran", "[]"]),
    ("brackets:bigrams", {}, ["<<We ran>> <<home fast>>.", "<<We ran>> home"],
     ["<<We ran>> home fast", "We ran", "<<We>> <<ran>>", "<<We ran home fast>>"]),
    ("quotation:count", n("exactly", 2), ['"a" and "b c"', "“a” «b»", "„a“ 「b」"], ['"a"', '"a" "b" "c"']),
    ("quotation:count", n("at_least", 1), ['x "a"'], ['5" wide', '"" a', '"a\nb"', "'a'"]),
    ("quotation:whole", {}, ['"We ran."', "  “We ran.”\n"], ['"We ran".', "'We ran.'", "We ran"]),
    ("quotation:explained", {}, ['"a" is b', 'the "a" is b, "c" is d'],
     ['it is "a"', '"a" "b" c', 'the "a", "b" c', "none"]),
    ("quotation:nested", {"levels": 2}, ["\"he said 'go' now\"", "“he said ‘go’ now”", "'he said \"go\" now'"],
     ['"he said go"', "\"he's here and it's late\"", "\"a 'b\"", '"a" "b"']),
    ("quotation:nested", {"levels": 3}, ["\"a 'b \"c\" d' e\""], ["\"a 'b' c\""]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "good", "bad"), CASES)
def test_check(name: str, params: dict[str, Any], good: list[str], bad: list[str]) -> None:
    for raw in good:
        assert check(name, params, raw), raw
        assert BY_NAME[name].score(ParsedText(raw), params) == 1.0
    for raw in bad:
        assert not check(name, params, raw), raw


@pytest.mark.parametrize(
    ("name", "params", "raw", "score"),
    [
        ("punctuation:absent", {"mark": "comma"}, "a, b, c", 1 / 3),
        ("punctuation:count", n("at_least", 4, mark="comma"), "a, b", 0.25),
        ("punctuation:count", n("at_most", 1, mark="comma"), "a, b, c, d, e", 0.25),
        ("punctuation:every", {}, "A, b.", 2 / 7),
        ("punctuation:every", {}, "A?!", 1 / 7),
        ("punctuation:sentence_end", {"mark": "full_stop"}, "We ran. Why? No. Go!", 0.5),
        ("punctuation:hyphen_joined", {}, "We ran.-It rained. We slept.", 0.5),
        ("brackets:nested", {"levels": 4}, "(a [b])", 0.5),
        ("brackets:every_word", {}, "[We] ran [home] fast", 0.5),
        ("brackets:bigrams", {}, "<<We ran>> home fast", 0.5),
        ("quotation:whole", {}, '"We ran', 0.5),
        ("quotation:explained", {}, 'a "b" c "d"', 0.5),
        ("quotation:nested", {"levels": 4}, "\"a 'b' c\"", 0.5),
    ],
)
def test_partial_credit(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    assert BY_NAME[name].score(ParsedText(raw), params) == pytest.approx(score)


PROSE = "The miller grinds the corn of the whole valley and keeps a tenth of it as his due. " * 3


def test_marks_are_counted_where_readers_agree() -> None:
    found = drawn("punctuation:count", f"{PROSE}The wheel stops; the pond is dry; all wait.")
    semicolons = [params for params in found if params["mark"] == "semicolon"]
    assert {params["relation"] for params in semicolons} == {"exactly", "at_least"}
    assert numbers(semicolons, "exactly") == {2}
    assert max(numbers(semicolons, "at_least")) == 2
    # The point in 3.5 is a full stop to some readers and none to others.
    points = [
        params for params in drawn("punctuation:count", f"{PROSE}It is 3.5 miles.") if params["mark"] == "full_stop"
    ]
    assert {params["relation"] for params in points} == {"at_least"}
    assert max(params["n"] for params in points) == 4


def test_few_commas_are_capped_and_many_are_not() -> None:
    few = [params for params in drawn("punctuation:count", f"{PROSE}First, wait.") if params["mark"] == "comma"]
    assert numbers(few, "at_most") <= {1, 2}
    assert numbers(few, "at_most")
    many = [params for params in drawn("punctuation:count", "red, green, blue, grey " * 9) if params["mark"] == "comma"]
    assert not numbers(many, "at_most") - set(range(27, 35))


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("punctuation:count", "Too short; far too short."),
        ("punctuation:count", f"{PROSE}Run `a;b` now; then wait."),
        ("punctuation:sentence_end", "We ran. It rained... We slept. We woke."),
        ("punctuation:sentence_end", "We ran. It rained. Who knew? We slept. We woke."),
        ("punctuation:sentence_end", "- We ran.\n- It rained.\n- We slept.\n- We woke."),
        ("punctuation:hyphenated", "See https://a-b.example/c-d for the long-term plan."),
        ("punctuation:hyphenated", "From A-Z."),
        ("brackets:count", "A word(s) here."),
        ("brackets:count", "A (nested (remark)) here."),
        ("brackets:count", "A smile :) and a (remark)."),
        ("brackets:nested", "A ([link](x)) here."),
        ("brackets:every_word", "[We]"),
        ("quotation:count", 'A 5" plank and "words".'),
        ("quotation:count", 'He said "go and "run.'),
        ("quotation:whole", '"We ran home," he said, "and slept."'),
        ("quotation:explained", 'The last word is "end".'),
        ("quotation:nested", "\"In the '90s we ran,\" she said. \"It's 'over' now.\""),
    ],
)
def test_nothing_is_asked_where_readers_differ(name: str, raw: str) -> None:
    assert not drawn(name, raw)


def test_repeated_hyphenated_words_give_a_lower_bound_only() -> None:
    found = drawn("punctuation:hyphenated", "A well-known man meets a well-known woman at an old-fashioned inn.")
    assert {params["relation"] for params in found} == {"at_least"}
    assert max(params["n"] for params in found) == 2


def test_what_is_measured_of_brackets_and_quotes() -> None:
    assert numbers(drawn("brackets:count", "A (small) boat and a (large) one."), "exactly") == {2}
    assert numbers(drawn("quotation:count", 'A "small" boat and a "large" one.'), "exactly") == {2}
    assert drawn("brackets:nested", "A (small [but fast]) boat.")[0] == {"levels": 2}
    assert drawn("quotation:nested", "\"He said 'go' to me,\" she wrote.")[0] == {"levels": 2}
    assert drawn("punctuation:sentence_end", "We ran. It rained. We slept. We woke.")[0] == {"mark": "full_stop"}


CONFLICTS = [
    ("punctuation:absent", {"mark": "question_mark"}, "start_end:question_end", {}),
    ("punctuation:absent", {"mark": "full_stop"}, "punctuation:every", {}),
    ("punctuation:absent", {"mark": "full_stop"}, "punctuation:sentence_end", {"mark": "full_stop"}),
    ("punctuation:count", n("exactly", 2, mark="comma"), "punctuation:absent", {"mark": "comma"}),
    ("punctuation:count", n("exactly", 2, mark="question_mark"), "sentence:questions", n("exactly", 2)),
    ("punctuation:sentence_end", {"mark": "full_stop"}, "start_end:question_end", {}),
    ("punctuation:sentence_end", {"mark": "full_stop"}, "punctuation:every", {}),
    ("quotation:whole", {}, "json:valid", {}),
    ("quotation:whole", {}, "start_end:first_phrase", {"phrase": "The sea"}),
    ("brackets:every_word", {}, "brackets:bigrams", {}),
]


@pytest.mark.parametrize(("name", "params", "other", "others"), CONFLICTS)
def test_conflicts(name: str, params: dict[str, Any], other: str, others: dict[str, Any]) -> None:
    there = BY_NAME[name].conflicts(params, Constraint(other, others, ""))
    back = other in BY_NAME and BY_NAME[other].conflicts(others, Constraint(name, params, ""))
    assert there or back


def test_no_conflict_between_different_marks() -> None:
    absent = BY_NAME["punctuation:absent"]
    assert not absent.conflicts({"mark": "comma"}, Constraint("punctuation:count", n("exactly", 2, mark="colon"), ""))
    assert not absent.conflicts({"mark": "comma"}, Constraint("start_end:question_end", {}, ""))


def limits(name: str, params: dict[str, Any]) -> set[tuple[Any, ...]]:
    return {(each.quantity, each.low, each.high, each.per) for each in BY_NAME[name].limits(params)}


def test_limits() -> None:
    assert limits("punctuation:absent", {"mark": "comma"}) == {("mark:comma", None, 0, None)}
    assert ("questions", None, 0, None) in limits("punctuation:absent", {"mark": "question_mark"})
    assert limits("punctuation:count", n("at_most", 3, mark="dash")) == {("mark:dash", None, 3, None)}
    assert limits("brackets:count", n("exactly", 3)) == {("brackets", 3, 3, None)}
    assert ("mark:question_mark", 1, None, "sentences") in limits("punctuation:sentence_end", {"mark": "question_mark"})
    assert limits("quotation:nested", {"levels": 3}) == {("mark:double_quotation_mark", 2, None, None)}


def test_phrases_that_are_demanded_and_allowed() -> None:
    assert not BY_NAME["punctuation:absent"].allows("yes, so", {"mark": "comma"})
    assert BY_NAME["punctuation:absent"].allows("yes so", {"mark": "comma"})
    assert not BY_NAME["punctuation:count"].allows("a, b, c", n("at_most", 1, mark="comma"))
    assert BY_NAME["punctuation:count"].allows("a, b, c", n("at_least", 1, mark="comma"))
    assert BY_NAME["punctuation:hyphen_joined"].demands({}) == ("-",)
    assert BY_NAME["brackets:bigrams"].demands({}) == ("<<", ">>")
    assert not BY_NAME["brackets:every_word"].allows("red tea", {})
    assert BY_NAME["brackets:every_word"].allows("tea", {})


@pytest.mark.parametrize("raw", ["(" * 50_000, "“" * 50_000, '"' * 50_001, "-a" * 30_000, "." * 50_000, "'\"" * 30_000])
def test_odd_texts_are_read_in_linear_time(raw: str) -> None:
    text = ParsedText(f"word {raw}")
    for type_ in TYPES:
        if type_.name.split(":")[0] in ("punctuation", "brackets", "quotation"):
            type_.measure(text, random.Random(1))


def test_the_dots_of_an_ellipsis_are_no_sure_full_stops() -> None:
    found = [p for p in drawn("punctuation:count", f"{PROSE}And then... well.") if p["mark"] == "full_stop"]
    assert {params["relation"] for params in found} == {"at_least"}
    assert max(params["n"] for params in found) == PROSE.count(".") + 1
