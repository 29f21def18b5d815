"""Each type on texts worked by hand: what holds, what does not, and how near it comes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.text import ParsedText

BY_NAME = {type_.name: type_ for type_ in TYPES}

EXAMPLES: list[tuple[str, dict[str, Any], str, str]] = [
    ("length:words", {"relation": "at_least", "words": 3}, "one two three", "one, two!"),
    ("length:words", {"relation": "at_most", "words": 3}, "one two-three", "one two three four"),
    ("length:words", {"relation": "between", "low": 2, "high": 3}, "one two", "one"),
    ("length:words", {"relation": "between", "low": 2, "high": 3}, "one two three", "one two three four"),
    ("length:words", {"relation": "about", "words": 10}, "w " * 9, "w " * 8),
    ("length:words", {"relation": "about", "words": 10}, "w " * 11, "w " * 12),
    ("length:sentences", {"relation": "exactly", "n": 2}, "Mr. Poe left. He ran.", "He left. He ran. He fell."),
    ("length:sentences", {"relation": "at_most", "n": 1}, "A line\nthat wraps", "A line\n\nand another"),
    ("length:sentences", {"relation": "at_least", "n": 2}, "- a\n- b", "a and b"),
    ("length:words_per_sentence", {"words": 3}, "We ran home. It was late!", "We ran home. It was very late!"),
    ("length:words_per_sentence", {"words": 3}, "- a b c\n- d e f", "a b c\nd e f"),
    (
        "length:sentences_per_paragraph",
        {"sentences": 2},
        "We ran. It rained.\n\nNobody came. We left.",
        "We ran. It rained. Nobody came.",
    ),
    ("length:sentences_per_paragraph", {"sentences": 2}, "Is it? Yes.\n\n- a\n- b", "- a\n- b\n- c"),
    ("length:characters_per_word", {"characters": 5}, "seven words", "sevens"),
    ("length:characters_per_word", {"characters": 5}, "ad hoc", "ad-hoc"),
    ("length:characters_per_word", {"characters": 5}, "snake case", "snake_case"),
    ("paragraphs:count", {"n": 2}, "a\nb\n\nc", "a\n\nb\n\nc"),
    ("paragraphs:count", {"n": 2}, "a\n\n---\n\nb", "# title\n\na\n\nb"),
    ("paragraphs:words", {"words": 2}, "a b\n\nc d", "a b c\n\nd"),
    ("keyword:include", {"phrases": ["red tea"]}, "Red  Tea, please", "red teas"),
    ("keyword:include", {"phrases": ["tea", "milk"]}, "Milk-tea", "green tea"),
    ("keyword:include", {"phrases": ["red tea"]}, "a red tea.", "a red\ntea"),
    ("keyword:frequency", {"relation": "exactly", "keyword": "tea", "n": 2}, "Tea, tea, teas", "tea tea tea"),
    ("keyword:frequency", {"relation": "at_least", "keyword": "tea", "n": 2}, "tea-tea", "tea teapot"),
    ("keyword:exclude", {"phrases": ["very", "it is"]}, "every bit isn't", "It is hot"),
    ("punctuation:absent", {"mark": "comma"}, "one; two", "1,000"),
    ("punctuation:absent", {"mark": "comma"}, "one", "一，二"),
    ("punctuation:absent", {"mark": "ellipsis"}, "one..", "one..."),
    ("punctuation:absent", {"mark": "dash"}, "well-known", "well – known"),
    ("digits:absent", {}, "two", "2"),
    ("digits:absent", {}, "two", "२"),
    ("case:capitals", {"relation": "none"}, "I saw A. Poe", "I saw NASA"),
    ("case:capitals", {"relation": "at_least", "n": 2}, "NASA and ESA", "NASA and Esa"),
    ("case:capitals", {"relation": "at_most", "n": 1}, "NASA", "NASA ESA"),
    ("list:bullets", {"relation": "exactly", "n": 2}, "- a\n  * b", "- a\n1. b"),
    ("list:bullets", {"relation": "at_least", "n": 1}, "• a", "```\n- a\n```"),
    ("list:numbered", {"relation": "exactly", "n": 2}, "1. a\n2) b", "1.a\n2.b"),
    ("list:marker", {"marker": "*"}, "* a\n* b", "* a\n- b"),
    ("list:marker", {"marker": "*"}, "* a", "no list"),
    ("heading:count", {"relation": "exactly", "n": 1}, "## a\ntext", "#a\ntext"),
    ("heading:level", {"level": 2}, "## a\n## b", "# a\n## b"),
    ("heading:level", {"level": 2}, "## a", "a"),
    ("emphasis:bold", {"relation": "exactly", "n": 1}, "a **b c** d", "a *b c* d"),
    ("placeholder:count", {"relation": "exactly", "n": 1}, "Dear [Name]", "Dear [Name](x) [1]"),
    ("markdown:absent", {}, "a - b\n\nc #1", "a\n\n- b"),
    ("markdown:absent", {}, "a * b", "a **b**"),
    ("start_end:first_phrase", {"phrase": "The sea"}, "\nThe sea, the sea", "The seaside"),
    ("start_end:first_phrase", {"phrase": "The sea"}, "The sea", "the sea"),
    ("start_end:last_phrase", {"phrase": "the end."}, "It is the end.\n", "It is the end"),
    ("start_end:last_phrase", {"phrase": "end."}, "the end.", "the weekend."),
    ("start_end:question_end", {}, "Because. Why? ", "Why? Because."),
    (
        "language:response",
        {"language": "es"},
        "La casa está cerca del río y del mercado.",
        "The house is near the river.",
    ),
    ("code:block", {"language": "python"}, "```Python\nx\n```", "```\nx\n```"),
    ("code:count", {"relation": "exactly", "n": 1}, "a\n```\nx\n```", "`a`"),
    ("table:columns", {"columns": 2}, "a | b\n--|--\n1 | 2", "a | b | c\n--|--|--\n1 | 2 | 3"),
    ("json:valid", {}, '```json\n{"a": 1}\n```', 'Sure: {"a": 1}'),
]


@pytest.mark.parametrize(("name", "params", "good", "bad"), EXAMPLES)
def test_check(name: str, params: dict[str, Any], good: str, bad: str) -> None:
    type_ = BY_NAME[name]
    assert type_.check(ParsedText(good), params)
    assert not type_.check(ParsedText(bad), params)
    assert type_.score(ParsedText(good), params) == 1.0
    assert 0.0 <= type_.score(ParsedText(bad), params) < 1.0


def test_every_type_has_an_example() -> None:
    written = "".join(path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("test_*.py")))
    assert not [name for name in BY_NAME if f'"{name}"' not in written]


@pytest.mark.parametrize(
    ("name", "params", "raw", "score"),
    [
        ("length:words", {"relation": "at_least", "words": 4}, "one two three", 0.75),
        ("length:words", {"relation": "at_most", "words": 2}, "one two three four", 0.5),
        ("length:words_per_sentence", {"words": 2}, "We ran. It rained hard.", 0.5),
        ("list:bullets", {"relation": "exactly", "n": 4}, "- a\n- b", 0.5),
        ("keyword:include", {"phrases": ["a", "z"]}, "a b", 0.5),
        ("list:marker", {"marker": "-"}, "- a\n* b", 0.5),
        ("punctuation:absent", {"mark": "comma"}, "a, b", 0.5),
        ("table:columns", {"columns": 4}, "a | b\n--|--\n1 | 2", 0.5),
        ("markdown:absent", {}, "- a **b**", 0.6),
        ("digits:absent", {}, "one 2", 0.5),
    ],
)
def test_partial_credit(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    assert BY_NAME[name].score(ParsedText(raw), params) == pytest.approx(score)


PROSE = "Wolves hunt in packs. The pack rests by day, and the wolves sleep. " * 4


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("length:words", "Too short to ask."),
        ("length:sentences", "- a list of things\n- is not running text\n- whatever it says"),
        ("length:sentences_per_paragraph", PROSE),
        ("paragraphs:count", PROSE),
        ("paragraphs:count", "One line of text. And more.\nAnother line.\n\nA block of it."),
        ("paragraphs:words", PROSE),
        ("keyword:exclude", "Короткий русский текст про волков, которые живут в лесу. " * 8),
        ("list:bullets", f"{PROSE}\n- one item"),
        ("list:numbered", "1. a\n2. b\n\n1. c\n2. d"),
        ("heading:level", "# only one"),
        ("language:response", PROSE),
        ("code:block", "```text\nplain\n```"),
        ("code:count", "````\n```\nnested\n```\n````"),
        ("start_end:first_phrase", f"# {PROSE}"),
        ("start_end:last_phrase", f'{PROSE} He said "stop"'),
        ("json:valid", "{}"),
        ("case:capitals", f"{PROSE} NASA"),
    ],
)
def test_nothing_is_asked_where_it_would_be_silly(name: str, raw: str) -> None:
    for seed in range(10):
        assert BY_NAME[name].measure(ParsedText(raw), random.Random(seed)) is None


def test_nested_points_are_never_counted_exactly() -> None:
    text = ParsedText("- a\n  - b\n- c\n  - d")
    drawn = [BY_NAME["list:bullets"].measure(text, random.Random(seed)) for seed in range(40)]
    assert {params["relation"] for params in drawn if params} == {"at_least"}


def test_a_length_is_asked_in_four_ways_and_not_trivially() -> None:
    text = ParsedText(PROSE * 5)
    words = len(text.words)
    drawn = [BY_NAME["length:words"].measure(text, random.Random(seed)) for seed in range(60)]
    assert {params["relation"] for params in drawn if params} == {"at_least", "at_most", "between", "about"}
    for params in filter(None, drawn):
        assert all(0.7 * words <= bound <= 1.35 * words for key, bound in params.items() if key != "relation")


def test_absent_marks_are_drawn_evenly() -> None:
    drawn = [BY_NAME["punctuation:absent"].measure(ParsedText(PROSE), random.Random(seed)) for seed in range(400)]
    marks = [params["mark"] for params in drawn if params]
    assert "comma" not in marks
    assert len(set(marks)) == 10
    assert max(map(marks.count, set(marks))) < 3 * min(map(marks.count, set(marks)))


def test_keywords_are_what_the_text_is_about() -> None:
    text = ParsedText(
        "The tidal mill grinds corn when the tide turns. A tidal mill needs a dam, a pond and a wheel. "
        "At ebb the pond empties through the tidal mill, and the wheel turns; the wheel stops at flood."
    )
    drawn = [BY_NAME["keyword:include"].measure(text, random.Random(seed)) for seed in range(60)]
    phrases = [phrase for params in drawn if params for phrase in params["phrases"]]
    assert "tidal mill" in phrases
    assert not {"the", "when", "through", "needs"} & set(phrases)


@pytest.mark.parametrize(
    "opening",
    [
        "As a rule of thumb, wolves hunt",
        "The wolf of the northern woods hunts",
        "In the early years of the war, wolves hunted",
    ],
)
def test_an_opening_does_not_break_off_after_a_function_word(opening: str) -> None:
    text = ParsedText(f"{opening} deer at night. {PROSE}", "en")
    for seed in range(20):
        params = BY_NAME["start_end:first_phrase"].measure(text, random.Random(seed))
        assert params is not None
        assert params["phrase"].split()[-1] not in {"the", "of", "a", "and", "no", "are"}
        assert len(params["phrase"].split()) <= 8
