"""Responses that repeat a text whole, in part, several times or with changes."""

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

ASKED = "Name the rivers of Bonn."
STARS = "******"
FERRY = {"phrase": "the old ferry leaves", "n": 2}
NOON = "The ferry leaves at noon."

CASES: list[tuple[str, dict[str, Any], str, float]] = [
    ("copy:prompt", {"prompt": ASKED}, " name the\nRIVERS of Bonn. \n", 1.0),
    ("copy:prompt", {"prompt": ASKED}, "Name the rivers of Bonn", 0.0),
    ("copy:prompt", {"prompt": ASKED}, f"{ASKED} Rhine.", 0.0),
    ("copy:prompt_first", {"prompt": ASKED}, f"{ASKED.upper()}\n\nThe Rhine.", 1.0),
    ("copy:prompt_first", {"prompt": "Name Bonn"}, "Name Bonn's river", 1.0),
    ("copy:prompt_first", {"prompt": "Name Bon"}, "Name Bonn now", 0.0),
    ("copy:prompt_first", {"prompt": ASKED}, f"{ASKED} …", 0.0),
    ("copy:prompt_first", {"prompt": ASKED}, f"You asked: {ASKED} The Rhine.", 0.0),
    ("copy:times", {"prompt": ASKED, "n": 3, "divider": STARS}, f"\n{STARS}\n".join([ASKED] * 3), 1.0),
    ("copy:times", {"prompt": ASKED, "n": 1, "divider": STARS}, ASKED.lower(), 1.0),
    ("copy:times", {"prompt": ASKED, "n": 2, "divider": STARS}, f"{ASKED}{STARS}Rhine.", 0.5),
    ("copy:times", {"prompt": ASKED, "n": 2, "divider": STARS}, STARS.join([ASKED] * 4), 0.5),
    ("copy:times", {"prompt": ASKED, "n": 2, "divider": STARS}, f"{ASKED} {ASKED}", 0.0),
    ("copy:times", {"prompt": "a / b", "n": 2, "divider": "/"}, "a/b / A / B", 1.0),
    ("copy:times", {"prompt": ASKED, "n": 10**12, "divider": STARS}, ASKED, 1e-12),
    ("copy:sentence", {"sentence": "No boats today."}, "no boats today.", 1.0),
    ("copy:sentence", {"sentence": "No boats today."}, "No boats today. Sorry.", 0.0),
    ("copy:sentence", {"sentence": "No boats today."}, "No boats", 0.0),
    ("copy:span", {"prompt": ASKED, "start": 1, "end": 4}, "name", 1.0),
    ("copy:span", {"prompt": ASKED, "start": 10, "end": 24}, "rivers of Bonn.", 1.0),
    ("copy:span", {"prompt": ASKED, "start": 10, "end": 23}, "rivers of Bonn.", 0.0),
    ("copy:span", {"prompt": ASKED, "start": 0, "end": 4}, "name", 0.0),
    ("copy:changed_first_word", {"prompt": ASKED}, "List the rivers of bonn.", 1.0),
    ("copy:changed_first_word", {"prompt": ASKED}, ASKED, 0.0),
    ("copy:changed_first_word", {"prompt": ASKED}, "Name, the rivers of Bonn.", 0.0),
    ("copy:changed_first_word", {"prompt": ASKED}, "List all rivers of Bonn.", 0.0),
    ("copy:changed_first_word", {"prompt": ASKED}, "Please list the rivers of Bonn.", 0.0),
    ("copy:variations", FERRY, "The new ferry leaves, the OLD boat leaves.", 1.0),
    ("copy:variations", FERRY, "The new ferry leaves.", 0.5),
    ("copy:variations", FERRY, "The new ferry leaves. The old boat leaves. The old ferry leaves.", 0.5),
    ("copy:variations", FERRY, "The new boat leaves. The old ferry sank.", 0.0),
    ("copy:variations", {"phrase": "old ferry", "n": 1}, "old boat", 0.0),
    # Three of four trigrams occur in the reference: 75 percent.
    ("copy:overlap", {"reference": NOON, "percent": 75}, "the ferry LEAVES at noon, sharp", 1.0),
    ("copy:overlap", {"reference": NOON, "percent": 77}, "the ferry leaves at noon sharp", 1.0),
    ("copy:overlap", {"reference": NOON, "percent": 78}, "the ferry leaves at noon sharp", 0.97),
    ("copy:overlap", {"reference": NOON, "percent": 0}, "so it goes", 1.0),
    ("copy:overlap", {"reference": NOON, "percent": 0}, "too short", 0.0),
]


@pytest.mark.parametrize(("name", "params", "raw", "score"), CASES)
def test_score(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    text = ParsedText(raw)
    assert BY_NAME[name].score(text, params) == pytest.approx(score)
    assert BY_NAME[name].check(text, params) is (score == 1.0)


@pytest.mark.parametrize(
    ("name", "raw", "params"),
    [
        ("copy:prompt", ASKED.upper(), {"prompt": ASKED}),
        ("copy:prompt", "The Rhine.", None),
        ("copy:prompt_first", f"{ASKED} The Rhine.", {"prompt": ASKED}),
        ("copy:prompt_first", ASKED, None),
        ("copy:times", f"{ASKED}\n{STARS}\n{ASKED}", {"prompt": ASKED, "n": 2, "divider": STARS}),
        ("copy:times", f"{ASKED}\n{STARS}\nRhine.", None),
        ("copy:span", "the rivers of", {"prompt": ASKED, "start": 6, "end": 18}),
        ("copy:span", "rivers", None),
        ("copy:span", ASKED, None),
        ("copy:changed_first_word", "List the rivers of Bonn.", {"prompt": ASKED}),
        ("copy:changed_first_word", ASKED, None),
    ],
)
def test_what_is_measured(name: str, raw: str, params: dict[str, Any] | None) -> None:
    assert BY_NAME[name].measure(ParsedText(raw, prompt=ASKED), random.Random(1)) == params
    assert BY_NAME[name].measure(ParsedText(raw), random.Random(1)) is None


@pytest.mark.parametrize("prompt", ['Say "go" to me.', "Name the rivers.\nOf Bonn.", "", "?!"])
def test_a_prompt_that_cannot_be_quoted_is_not_measured(prompt: str) -> None:
    for name in ("copy:prompt", "copy:times", "copy:span", "copy:changed_first_word"):
        assert BY_NAME[name].measure(ParsedText(prompt, prompt=prompt), random.Random(1)) is None


def test_a_response_that_is_given_whole_leaves_nothing_to_ask() -> None:
    other = Constraint("toy:shape", {}, "Be round.")
    for name in ("copy:prompt", "copy:times", "copy:sentence", "copy:span", "copy:changed_first_word"):
        assert BY_NAME[name].conflicts({}, other)
    assert not BY_NAME["copy:prompt_first"].conflicts({"prompt": ASKED}, other)
    assert BY_NAME["copy:prompt_first"].conflicts({"prompt": ASKED}, Constraint("start_end:first_word", {}, ""))


def test_what_follows_from_a_copy() -> None:
    assert list(BY_NAME["copy:prompt_first"].limits({"prompt": ASKED})) == [Limit("words", low=6)]
    assert list(BY_NAME["copy:prompt_first"].demands({"prompt": ASKED})) == [ASKED]
    assert list(BY_NAME["copy:variations"].limits(FERRY)) == [Limit("words", low=8)]


def test_long_texts_are_quick() -> None:
    text = ParsedText("the ferry " * 20_000)
    text.lower_words  # noqa: B018 - computed once for all types
    start = time.process_time()
    BY_NAME["copy:variations"].check(text, {"phrase": "the ferry the ferry the boat ferry", "n": 1})
    BY_NAME["copy:times"].check(text, {"prompt": "the ferry", "n": 20_000, "divider": " "})
    BY_NAME["copy:overlap"].check(text, {"reference": text.raw, "percent": 100})
    assert time.process_time() - start < 1.0
