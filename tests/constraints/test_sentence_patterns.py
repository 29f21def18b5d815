"""The words that sentences begin and end with, patterns between sentences, and lines of dialogue."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.constraints.sentence_words import plain_sentences
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}

PLAY = "Ada: Is it open?\nBen: No.\nAda: Then knock!\nBen: You knock."

CASES: list[tuple[str, dict[str, Any], str, float]] = [
    ("sentence:first_word", {"word": "we"}, "We ran. WE fell! “We” laughed.", 1.0),
    ("sentence:first_word", {"word": "we"}, "- We ran\n- We fell", 1.0),
    ("sentence:first_word", {"word": "we"}, "We ran. They fell.", 0.5),
    ("sentence:first_word", {"word": "we"}, "We're here. Well, we ran.", 0.0),
    ("sentence:last_word", {"word": "sea"}, "By the sea. To the *SEA*!", 1.0),
    ("sentence:last_word", {"word": "sea"}, "By the sea. To the seas. Sea and land. O sea?", 0.5),
    ("sentence:distinct_starts", {}, "We ran. They fell. We laughed.", 1.0),
    ("sentence:distinct_starts", {}, "We ran.", 1.0),
    ("sentence:distinct_starts", {}, "We ran. we fell. They laughed.", 0.5),
    ("sentence:distinct_starts", {}, "```\ncode\n```", 0.0),
    ("sentence:chain", {}, "We saw rain. Rain fell on sand. Sand is warm.", 1.0),
    ("sentence:chain", {}, "We saw rain. Rain fell on sand. Snow is cold.", 0.5),
    ("sentence:chain", {}, "Only one sentence.", 0.0),
    ("sentence:alliteration_increment", {}, "A cat naps. Big bears run. Seven small seals swim.", 1.0),
    ("sentence:alliteration_increment", {}, "Big bears run. Two tall men sit. Seven small seals swim.", 0.5),
    ("sentence:alliteration_increment", {}, "Big bears run.", 0.0),
    ("sentence:alphabet", {"n": 3}, "Ants run. Bees fly. Cats nap.", 1.0),
    ("sentence:alphabet", {"n": 3}, '"ants" run. bees fly. Cats nap.', 1.0),
    ("sentence:alphabet", {"n": 3}, "Ants run. Bees fly. Dogs nap.", 2 / 3),
    ("sentence:alphabet", {"n": 2}, "Ants run. Bees fly. Cats nap.", 2 / 3),
    ("sentence:alphabet", {"n": 4}, "Ants run. Bees fly. Cats nap.", 0.75),
    ("sentence:alphabet", {"n": 27}, "Ants run.", 1 / 27),
    ("dialogue:turns", {"relation": "exactly", "n": 4}, PLAY, 1.0),
    ("dialogue:turns", {"relation": "exactly", "n": 2}, "**Clerk 2:** Next!\n\n**Mrs. Lee**: Me?\n\nShe walks.", 1.0),
    ("dialogue:turns", {"relation": "at_most", "n": 2}, PLAY, 0.5),
    ("dialogue:turns", {"relation": "exactly", "n": 1}, "see also: this\nhttps://a.b\nTime 12:30\nA: b", 1.0),
    ("dialogue:turns", {"relation": "at_least", "n": 1}, "```\nAda: hello\n```", 0.0),
]


@pytest.mark.parametrize(("name", "params", "raw", "score"), CASES)
def test_score(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    text = ParsedText(raw)
    assert BY_NAME[name].score(text, params) == pytest.approx(score)
    assert BY_NAME[name].check(text, params) is (score == 1.0)


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        ("We ran. They fell! Who laughed?", 3),
        ("We ran.\nThey fell.", 2),
        ("We ran\nand fell.", 0),  # a line that ends without a mark may be a line of verse
        ("Dr. Lund ran. They fell.", 0),  # cutting at full stops alone would make another sentence
        ("- We ran.\n- They fell.", 0),
        ("**We ran.** They fell.", 0),
        ('The phrase "Who ran?" is old. The word is new.', 0),
        ("春天来了。花园里的花都开了！", 0),
    ],
)
def test_sentences_that_nobody_wonders_about(raw: str, count: int) -> None:
    assert len(plain_sentences(ParsedText(raw))) == count


@pytest.mark.parametrize(
    ("name", "raw", "params"),
    [
        ("sentence:first_word", "We ran. We fell. We laughed. We slept.", {"word": "We"}),
        ("sentence:first_word", "We ran. We fell. We laughed.", None),
        ("sentence:first_word", "We ran. We fell. We're here. We slept.", None),
        ("sentence:first_word", "We ran. We fell. They laughed. We slept.", None),
        ("sentence:last_word", "To the sea. By the sea! O sea? At sea.", {"word": "sea"}),
        ("sentence:last_word", "To the sea. By the sea! O sea? At land.", None),
        ("sentence:distinct_starts", "We ran. They fell. We laughed. Who slept? Nobody did.", {}),
        ("sentence:distinct_starts", "We ran. They fell. Don laughed. Don't sleep. Nobody did.", None),
        ("sentence:distinct_starts", "- We ran.\n- They fell.\n- We laughed.\n- Who slept?\n- Nobody did.", None),
        ("sentence:chain", "We saw rain. Rain fell on sand. Sand is warm.", {}),
        ("sentence:chain", "We saw rain. Rain fell.", None),
        ("sentence:alphabet", "Ants run. Bees fly. Cats nap.", {"n": 3}),
        ("sentence:alphabet", "Ants run. Bees fly. Dogs nap.", None),
        ("sentence:alliteration_increment", "A cat naps. Big bears run. Seven small seals swim.", {}),
        ("sentence:alliteration_increment", "A cat naps. Big bears run. Three tiny tots sit.", None),
        ("dialogue:turns", f"{PLAY}\nAda: Both, then!", {4, 5}),
        ("dialogue:turns", f"{PLAY}\nThey knock.", None),
        ("dialogue:turns", "Flour: 1 kg\nSalt: a pinch\nWater: a cup\nYeast: some", None),
        ("dialogue:turns", "Ada: So?\nAda: Well?\nBen: No.\nBen: Never.", None),
    ],
)
def test_what_is_measured(name: str, raw: str, params: Any) -> None:
    for seed in range(12):
        found = BY_NAME[name].measure(ParsedText(raw), random.Random(seed))
        if isinstance(params, set):
            assert found is not None
            assert found["n"] in params
        else:
            assert found == params


@pytest.mark.parametrize(
    ("name", "params", "other", "conflict"),
    [
        ("sentence:first_word", {"word": "we"}, Constraint("start_end:first_word", {"word": "they"}, ""), True),
        ("sentence:first_word", {"word": "we"}, Constraint("sentence:distinct_starts", {}, ""), True),
        ("sentence:first_word", {"word": "we"}, Constraint("sentence:last_word", {"word": "sea"}, ""), False),
        ("sentence:last_word", {"word": "sea"}, Constraint("start_end:last_word", {"word": "sea"}, ""), True),
        ("sentence:distinct_starts", {}, Constraint("sentence:alphabet", {"n": 3}, ""), True),
        ("sentence:chain", {}, Constraint("sentence:first_word", {"word": "we"}, ""), True),
        ("sentence:chain", {}, Constraint("start_end:question_end", {}, ""), False),
        ("dialogue:turns", {"relation": "exactly", "n": 3}, Constraint("json:valid", {}, ""), True),
    ],
)
def test_conflicts(name: str, params: dict[str, Any], other: Constraint, conflict: bool) -> None:
    assert BY_NAME[name].conflicts(params, other) is conflict


def test_limits() -> None:
    assert list(BY_NAME["sentence:alphabet"].limits({"n": 26})) == [Limit("sentences", 26, 26)]
    turns = BY_NAME["dialogue:turns"]
    assert list(turns.limits({"relation": "exactly", "n": 4})) == [Limit("lines", low=4)]
    assert not turns.limits({"relation": "at_most", "n": 4})
