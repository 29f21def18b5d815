"""The official recipe's scripts: what they state, how often it is true, and what they are counted by."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from pathlib import Path

import polars as pl
import pytest

from crabtk import schemas
from crabtk.constraints.builtin import TYPES
from crabtk.controls.official import SCRIPTS, Response, official_constraints, worded
from crabtk.controls.phrases import phrases
from crabtk.controls.tokens import tokens
from crabtk.controls.truth import truth
from crabtk.controls.wordings import WORDINGS
from crabtk.randomness import generator
from crabtk.types import Params
from tests.pipeline.tables import Row, seed, seeds

TEXT = (
    "Crabs don't swim well. They walk sideways, and quickly!\n\n"
    "Shore crabs hide under stones. The tide comes in twice a day. Gulls eat crabs.\n"
    "Tide pools keep them safe: a pool's water stays. It is cold."
)


def stated(name: str, text: str = TEXT, draw: str = "0") -> Params:
    params = SCRIPTS[name][0](Response(text, "en"), generator(17, draw))
    assert params is not None
    return params


# What each script states, worked out by hand.


def test_length_counts_marks_as_words() -> None:
    assert len(tokens(TEXT)) == 47  # 38 words, don't and pool's being two each, and 9 marks
    found = {stated("length:words", draw=str(n))["relation"]: stated("length:words", draw=str(n)) for n in range(40)}
    assert found == {
        "between": {"relation": "between", "low": 40, "high": 50},
        "at_least": {"relation": "at_least", "words": 40},
        "about": {"relation": "about", "words": 47},
        "at_most": {"relation": "at_most", "words": 50},
    }


def test_the_shortest_paragraph_gives_the_maximum() -> None:
    found = {stated("length:sentences_per_paragraph", draw=str(n))["sentences"] for n in range(40)}
    assert found == {2, 3, 4}  # the first paragraph has two, the second five


def test_the_longest_word_is_stated_as_the_shortest() -> None:
    assert stated("length:characters_per_word") == {"relation": "at_least", "characters": len("sideways")}


def test_the_longest_sentence_is_the_maximum() -> None:
    assert stated("length:words_per_sentence") == {"words": 12}  # Tide … stays.


def test_the_first_absent_mark_is_forbidden() -> None:
    assert stated("punctuation:absent") == {"mark": "question_mark"}
    assert stated("punctuation:absent", "no mark at all") == {"mark": "comma"}


def test_keywords_are_joined_across_lines_and_possessives() -> None:
    text = "Harbour crabs\nsleep deep. Mara's lantern shines. Harbour crabs\nsleep deep. Mara's lantern shines."
    found = phrases(text, "en")
    assert {"crabs sleep deep", "Mara lantern"} <= set(found)
    assert "crabs sleep deep" not in text and "Mara lantern" not in text


@pytest.mark.parametrize("text", ["", " \n\n ", "…", "?!", "1", "，。", "a\ud800b", "\x00", "word " * 20_000])
def test_no_text_breaks_a_script(text: str) -> None:
    response = Response(text, "en")
    for script, _ in SCRIPTS.values():
        params = script(response, generator(17, "hostile"))
        assert params is None or json.dumps(params)


# Wordings.


def test_every_sentence_fits_its_parameters() -> None:
    shown: dict[tuple[str, str], set[str]] = defaultdict(set)
    response = Response(TEXT, "en")
    for name, (script, _) in SCRIPTS.items():
        for n in range(120):
            params = script(response, generator(17, str(n)))
            assert params is not None
            text = worded(name, params, generator(17, name, str(n)))
            assert "{" not in text and "}" not in text
            for value in params.values():
                if isinstance(value, int):
                    assert str(value) in text
            shown[name, str(params.get("relation", ""))].add(text)
    assert shown.keys() == WORDINGS.keys()
    assert all(len(shown[key]) >= len(sentences) for key, sentences in WORDINGS.items())


def test_data_in_a_keyword_is_never_filled() -> None:
    text = worded("keyword:include", {"phrases": ["{words}", "{0.__class__}"]}, generator(17, "data"))
    assert '"{words}", "{0.__class__}"' in text


# The table.


def many(count: int) -> list[Row]:
    return [seed(number, response=f"{TEXT} It happened {number} times.") for number in range(count)]


def test_constraints_are_drawn_with_the_recipes_probabilities() -> None:
    count = 200
    table = official_constraints(seeds(many(count)), seed=17)
    schemas.Constraints.validate(table)
    assert table["seed_id"].n_unique() == count
    none = 1.0
    for _, probability in SCRIPTS.values():
        none *= 1 - probability
    for name, found in Counter(table["type"]).items():
        expected = SCRIPTS[name][1] / (1 - none)  # drawn anew where nothing was drawn
        assert abs(found / count - expected) < 0.11, name


def test_a_row_hangs_on_its_seed_alone() -> None:
    rows = many(30)
    whole = official_constraints(seeds(rows), seed=17)
    part = official_constraints(seeds(reversed(rows[10:20])), seed=17)
    kept = whole.filter(pl.col("seed_id").is_in(part["seed_id"].implode()))
    assert kept.sort("constraint_id").equals(part.sort("constraint_id"))
    assert not official_constraints(seeds(rows), seed=18).equals(whole)


def test_general_chat_is_passed_over() -> None:
    assert official_constraints(seeds([seed(1, use="chat")]), seed=17).is_empty()


def test_what_is_true_is_told_by_the_types_own_checks() -> None:
    found = truth([(TEXT, "en")] * 40, {type_.name: type_ for type_ in TYPES})
    assert found["length:characters_per_word at_least"] == (40, 0)
    assert found["punctuation:absent"] == (40, 40)
    assert found["length:words at_most"].share == 1.0
    assert found["length:words at_least"].share == 0.0  # 40 or more of 38
    assert sum(one.stated for name, one in found.items() if name.startswith("length:words ")) == 40


# Against real responses.


@pytest.mark.data
def test_as_true_as_the_official_recipe_was_measured_to_be(responses: list[str]) -> None:
    found = truth([(response, "en") for response in responses], {type_.name: type_ for type_ in TYPES})
    shares = {name: one.share for name, one in found.items()}
    # Measured on 2,000 responses: 12, 13, 17 and 100 %; 50 to 63; 80 to 100; 0; 90; 100.
    bounds = {
        "length:words between": (0.0, 0.22),
        "length:words at_least": (0.0, 0.23),
        "length:words about": (0.07, 0.27),
        "length:words at_most": (0.97, 1.0),
        "length:sentences_per_paragraph": (0.40, 0.66),
        "length:words_per_sentence": (0.80, 1.0),
        "length:characters_per_word at_least": (0.0, 0.02),
        "keyword:include": (0.80, 0.95),
        "punctuation:absent": (0.97, 1.0),
    }
    assert shares.keys() == bounds.keys()
    for name, (low, high) in bounds.items():
        assert low <= shares[name] <= high, (name, shares[name])


@pytest.mark.data
def test_tokens_are_counted_as_nltk_counts_them(responses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    nltk = pytest.importorskip("nltk")
    data = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")) / "nltk"
    monkeypatch.setattr(nltk.data, "path", [str(data)])
    ours, theirs = 0, 0
    for text in responses[::12]:
        mine, other = len(tokens(text)), len(nltk.word_tokenize(text))
        assert abs(mine - other) <= max(2, 0.08 * other)
        ours, theirs = ours + mine, theirs + other
    assert abs(ours - theirs) <= 0.01 * theirs
