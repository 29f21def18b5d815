"""What a response begins and ends with: words, letters, marks and sentences."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}

PROSE = "Wolves hunt in packs. The pack rests by day, and the young wolves sleep in the den until dusk. " * 3

CASES: list[tuple[str, dict[str, Any], str, bool]] = [
    ("start_end:first_phrase", {"phrase": "The sea"}, "The sea, the sea", True),
    ("start_end:first_phrase", {"phrase": "The sea"}, "The seaside", False),
    ("start_end:first_phrase", {"phrase": "The sea"}, "the sea", False),
    ("start_end:last_phrase", {"phrase": "the end."}, "It is the end.\n", True),
    ("start_end:last_phrase", {"phrase": "end."}, "the weekend.", False),
    ("start_end:last_phrase", {"phrase": "The end."}, "IT IS THE END.", True),
    ("start_end:last_phrase", {"phrase": "The end."}, '"It is the end."', True),
    ("start_end:last_phrase", {"phrase": 'the "end"'}, 'It is the "end"', True),
    ("start_end:last_phrase", {"phrase": "The end."}, "It is the end.!", False),
    ("start_end:last_phrase", {"phrase": "The end."}, "It is the end. Bye.", False),
    ("start_end:first_word", {"word": "sea"}, "Sea and sand", True),
    ("start_end:first_word", {"word": "Sea"}, '**"sea"** and sand', True),
    ("start_end:first_word", {"word": "don't"}, "Don’t go.", True),
    ("start_end:first_word", {"word": "Don"}, "Don't go.", False),
    ("start_end:first_word", {"word": "sea"}, "Seaside", False),
    ("start_end:first_word", {"word": "sea"}, "The sea", False),
    ("start_end:last_word", {"word": "Sea"}, "By the sea!\n\n---\n", True),
    ("start_end:last_word", {"word": "sea"}, "By the **sea**…", True),
    ("start_end:last_word", {"word": "sea"}, "By the Red-sea.", False),
    ("start_end:last_word", {"word": "sea"}, "The sea is deep", False),
    ("start_end:same_word", {}, "Home is where the cat is: home!", True),
    ("start_end:same_word", {}, '"Well-being" needs well-being', True),
    ("start_end:same_word", {}, "Home is homely.", False),
    ("start_end:same_word", {}, "Home!", False),
    ("start_end:same_word", {}, "Home, home!", True),
    ("start_end:bare_end", {}, "That is all", True),
    ("start_end:bare_end", {}, "In 1999 \n", True),
    ("start_end:bare_end", {}, "That is all.", False),
    ("start_end:bare_end", {}, 'He said "go"', False),
    ("start_end:bare_end", {}, "", False),
    ("start_end:same_word", {}, "Well, that is well-known, is it not well-liked", False),
    ("start_end:first_letter", {"letter": "t"}, "3. The sea", True),
    ("start_end:first_letter", {"letter": "Ж"}, "«жук»", True),
    ("start_end:first_letter", {"letter": "T"}, "A tree", False),
    ("start_end:first_letter", {"letter": "T"}, "123", False),
    ("start_end:question_end", {}, "Because. Why? \n", True),
    ("start_end:question_end", {}, "为什么？", True),
    ("start_end:question_end", {}, "Why?*", False),
    ("start_end:exclamation_end", {}, "Come! Now!\n", True),
    ("start_end:exclamation_end", {}, "来吧！", True),
    ("start_end:exclamation_end", {}, 'He said "now!"', False),
    ("start_end:exclamation_end", {}, "Now! Please.", False),
    ("start_end:mark", {"mark": "full_stop"}, "That is all. ", True),
    ("start_end:mark", {"mark": "full_stop"}, "That is all.)", False),
    ("start_end:mark", {"mark": "colon"}, "Here it is:", True),
    ("start_end:mark", {"mark": "ellipsis"}, "And then...", True),
    ("start_end:mark", {"mark": "ellipsis"}, "And then…", True),
    ("start_end:mark", {"mark": "ellipsis"}, "And then..", False),
    ("start_end:mark", {"mark": "quotation_mark"}, "He said “go”", True),
    ("start_end:mark", {"mark": "closing_bracket"}, "So it is (nearly)", True),
    ("start_end:mark", {"mark": "semicolon"}, "So it is,", False),
    ("start_end:question_first", {}, "Why? Because.", True),
    ("start_end:question_first", {}, "# Rivers\n\nWhy do they bend? Because.", True),
    ("start_end:question_first", {}, '"Why?" Nobody knew.', True),
    ("start_end:question_first", {}, "Because. Why?", False),
    ("start_end:question_first", {}, "# Why do rivers bend?\n\nWater is lazy.", False),
    ("start_end:first_sentence", {"words": 3}, "We ran home. Then it rained all night.", True),
    ("start_end:first_sentence", {"words": 3}, "## A title of many more words\nWe ran home.", True),
    ("start_end:first_sentence", {"words": 3}, "We all ran home. Then.", False),
    ("start_end:last_sentence", {"words": 3}, "All night long it rained. We ran home.", True),
    ("start_end:last_sentence", {"words": 3}, "We ran home.\n\n# A heading of many more words", True),
    ("start_end:last_sentence", {"words": 3}, "Then. We all ran home.", False),
    ("start_end:last_sentence", {"words": 3}, "```\ncode\n```", False),
]


@pytest.mark.parametrize(("name", "params", "raw", "holds"), CASES)
def test_check(name: str, params: dict[str, Any], raw: str, holds: bool) -> None:
    text = ParsedText(raw)
    assert BY_NAME[name].check(text, params) is holds
    assert (BY_NAME[name].score(text, params) == 1.0) is holds


@pytest.mark.parametrize(
    ("name", "raw", "params"),
    [
        ("start_end:first_word", PROSE, {"word": "Wolves"}),
        ("start_end:last_word", PROSE, {"word": "dusk"}),
        ("start_end:first_letter", PROSE, {"letter": "W"}),
        ("start_end:first_letter", f"éclairs first. {PROSE}", None),
        ("start_end:first_letter", f"# {PROSE}", None),
        ("start_end:first_word", f"Don't run. {PROSE}", None),
        ("start_end:first_word", f"Well-being matters. {PROSE}", None),
        ("start_end:first_word", f"# {PROSE}", None),
        ("start_end:first_word", f"3 {PROSE}", None),
        ("start_end:last_word", f"{PROSE}\n\n[Your Name]", None),
        ("start_end:last_word", f"{PROSE} It is well-known", None),
        ("start_end:last_word", f"{PROSE}\n```", None),
        ("start_end:last_word", f"{PROSE}\n| a | b |\n|---|---|\n| c | wolf |", None),
        ("start_end:same_word", f"Dusk falls. {PROSE}", {}),
        ("start_end:same_word", f"Dusk's here. {PROSE}", None),
        ("start_end:exclamation_end", f"{PROSE}Run!", {}),
        ("start_end:exclamation_end", "Run!", None),
        ("start_end:mark", PROSE, None),
        ("start_end:mark", f"# Wolves\n\n## Packs\n\n### Rest\n\n{PROSE}", {"mark": "full_stop"}),
        ("start_end:mark", f"# Wolves\n\n## Packs\n\n### Rest\n\n{PROSE}..", None),
        ("start_end:mark", f"{PROSE.strip()}..", {"mark": "ellipsis"}),
        ("start_end:mark", f"{PROSE}They say:", {"mark": "colon"}),
        ("start_end:mark", f"{PROSE}\n\n```\nf(x)\n```", None),
        ("start_end:question_first", f"Who goes there? {PROSE}", {}),
        ("start_end:question_first", f"Guard: Who goes there? {PROSE}", None),
        ("start_end:question_first", f"**Who goes there?**\n\n{PROSE}", None),
        ("start_end:question_first", PROSE, None),
        ("start_end:first_sentence", PROSE, {"words": 4}),
        ("start_end:first_sentence", f"Subject: wolves and more.\n\n{PROSE}", None),
        ("start_end:first_sentence", f"**All about wolves.**\n\n{PROSE}", None),
        ("start_end:first_sentence", f"A title without a mark\n\n{PROSE}", None),
        ("start_end:first_sentence", f"{'So ' * 30}it goes. {PROSE}", None),
        ("start_end:last_sentence", f"{PROSE}They wake at dusk.", {"words": 4}),
        ("start_end:last_sentence", f"{PROSE}\n\nBest regards,\nAnna", None),
    ],
)
def test_what_is_measured(name: str, raw: str, params: dict[str, Any] | None) -> None:
    for seed in range(12):
        found = BY_NAME[name].measure(ParsedText(raw, "en"), random.Random(seed))
        assert (found is None) == (params is None)
        if params is not None and found is not None and "words" in params:
            assert params["words"] <= found["words"] <= params["words"] + 2
        else:
            assert found == params


@pytest.mark.parametrize("name", ["start_end:first_word", "start_end:last_word", "start_end:first_letter"])
def test_nothing_is_asked_of_words_without_spaces(name: str) -> None:
    text = ParsedText("春天来了。花园里的花都开了！孩子们在树下唱歌，老人们喝茶聊天。" * 9)
    assert BY_NAME[name].measure(text, random.Random(1)) is None


def test_a_limit_on_a_sentence_gives_credit_for_coming_near() -> None:
    text = ParsedText("One two three four. Five six.")
    assert BY_NAME["start_end:first_sentence"].score(text, {"words": 2}) == 0.5
    assert BY_NAME["start_end:last_sentence"].score(text, {"words": 1}) == 0.5


def _conflict(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> bool:
    (name, params), (other_name, other_params) = one, other
    return BY_NAME[name].conflicts(params, Constraint(other_name, other_params, "")) or BY_NAME[other_name].conflicts(
        other_params, Constraint(name, params, "")
    )


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        (("start_end:first_word", {"word": "sea"}), ("start_end:first_phrase", {"phrase": "The sea"}), True),
        (("start_end:first_word", {"word": "sea"}), ("start_end:first_letter", {"letter": "s"}), True),
        (("start_end:first_word", {"word": "sea"}), ("json:valid", {}), True),
        (("start_end:first_word", {"word": "sea"}), ("start_end:last_word", {"word": "land"}), False),
        (("start_end:last_word", {"word": "sea"}), ("start_end:last_phrase", {"phrase": "by the sea."}), True),
        (("start_end:last_word", {"word": "sea"}), ("start_end:question_end", {}), False),
        (("start_end:same_word", {}), ("start_end:last_word", {"word": "sea"}), True),
        (("start_end:same_word", {}), ("start_end:first_word", {"word": "sea"}), False),
        (("start_end:mark", {"mark": "colon"}), ("start_end:question_end", {}), True),
        (("start_end:mark", {"mark": "colon"}), ("start_end:bare_end", {}), True),
        (("start_end:bare_end", {}), ("start_end:last_phrase", {"phrase": "by the sea"}), False),
        (("start_end:exclamation_end", {}), ("start_end:question_end", {}), True),
        (("start_end:exclamation_end", {}), ("start_end:last_phrase", {"phrase": "by the sea."}), True),
        (("start_end:first_sentence", {"words": 20}), ("length:words_per_sentence", {"words": 15}), True),
        (("start_end:first_sentence", {"words": 10}), ("length:words_per_sentence", {"words": 15}), False),
        (("start_end:last_sentence", {"words": 10}), ("start_end:question_end", {}), False),
        (("start_end:question_first", {}), ("start_end:question_end", {}), False),
    ],
)
def test_conflicts(one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]], conflict: bool) -> None:
    assert _conflict(one, other) is conflict
    assert _conflict(other, one) is conflict


def test_limits_and_demands() -> None:
    first = BY_NAME["start_end:first_phrase"]
    assert list(first.limits({"phrase": "The  Red Sea"})) == [Limit("phrase:the red sea", low=1)]
    assert list(first.demands({"phrase": "The sea"})) == ["The sea"]
    assert list(BY_NAME["start_end:last_phrase"].demands({"phrase": "the sea."})) == ["the sea."]
    assert list(BY_NAME["start_end:last_word"].demands({"word": "sea"})) == ["sea"]
