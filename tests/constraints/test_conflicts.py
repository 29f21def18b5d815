"""Planted pairs that contradict or repeat one another are found from one side or the other."""

from __future__ import annotations

from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}
Pair = tuple[str, dict[str, Any]]


def conflict(one: Pair, other: Pair) -> bool:
    """Ask both sides, as the pipeline does."""
    (name, params), (other_name, other_params) = one, other
    return BY_NAME[name].conflicts(params, Constraint(other_name, other_params, "")) or BY_NAME[other_name].conflicts(
        other_params, Constraint(name, params, "")
    )


SEA: Pair = ("keyword:frequency", {"relation": "exactly", "keyword": "sea", "n": 3})
SHORT: Pair = ("length:words", {"relation": "at_most", "words": 20})

CONFLICTS: list[tuple[Pair, Pair]] = [
    (SHORT, ("length:words", {"relation": "at_least", "words": 10})),
    (SHORT, ("length:sentences", {"relation": "at_least", "n": 30})),
    (SHORT, ("length:words_per_sentence", {"words": 25})),
    (SHORT, ("paragraphs:words", {"words": 20})),
    (("length:sentences", {"relation": "exactly", "n": 3}), ("length:sentences_per_paragraph", {"sentences": 4})),
    (("length:sentences", {"relation": "at_most", "n": 3}), ("paragraphs:count", {"n": 4})),
    (("paragraphs:words", {"words": 20}), ("length:words_per_sentence", {"words": 20})),
    (("paragraphs:count", {"n": 1}), ("length:sentences_per_paragraph", {"sentences": 4})),
    (("paragraphs:count", {"n": 3}), ("heading:count", {"relation": "exactly", "n": 2})),
    (("json:valid", {}), ("list:bullets", {"relation": "exactly", "n": 2})),
    (("json:valid", {}), ("start_end:first_phrase", {"phrase": "The sea"})),
    (("json:valid", {}), ("punctuation:absent", {"mark": "colon"})),
    (("json:valid", {}), ("markdown:absent", {})),
    (("json:valid", {}), ("paragraphs:count", {"n": 2})),
    (("markdown:absent", {}), ("emphasis:bold", {"relation": "at_least", "n": 1})),
    (("markdown:absent", {}), ("table:columns", {"columns": 2})),
    (("markdown:absent", {}), ("code:block", {"language": "python"})),
    (("punctuation:absent", {"mark": "comma"}), ("start_end:first_phrase", {"phrase": "Yes, of course"})),
    (("punctuation:absent", {"mark": "question_mark"}), ("start_end:question_end", {})),
    (("start_end:last_phrase", {"phrase": "Goodbye."}), ("start_end:question_end", {})),
    (("keyword:include", {"phrases": ["sea"]}), ("start_end:first_phrase", {"phrase": "The Sea"})),
    (("keyword:include", {"phrases": ["sea"]}), SEA),
    (("keyword:include", {"phrases": ["red sea"]}), ("keyword:exclude", {"phrases": ["Red"]})),
    (("keyword:exclude", {"phrases": ["sea"]}), SEA),
    (("keyword:exclude", {"phrases": ["the"]}), ("start_end:last_phrase", {"phrase": "by the sea."})),
    (("digits:absent", {}), ("list:numbered", {"relation": "exactly", "n": 3})),
    (("digits:absent", {}), ("start_end:first_phrase", {"phrase": "Day 1"})),
    (("case:capitals", {"relation": "none"}), ("start_end:last_phrase", {"phrase": "THE END"})),
    (("length:characters_per_word", {"characters": 6}), ("keyword:include", {"phrases": ["seashore"]})),
    (("code:block", {"language": "python"}), ("code:count", {"relation": "exactly", "n": 0})),
]  # fmt: skip

COMPATIBLE: list[tuple[Pair, Pair]] = [
    (("length:words", {"relation": "at_least", "words": 20}), ("length:sentences", {"relation": "at_least", "n": 30})),
    (SHORT, ("length:words_per_sentence", {"words": 10})),
    (("list:bullets", {"relation": "exactly", "n": 2}), ("list:marker", {"marker": "-"})),
    (("keyword:include", {"phrases": ["sea"]}), ("keyword:exclude", {"phrases": ["season"]})),
    (("keyword:include", {"phrases": ["sea"]}), ("start_end:first_phrase", {"phrase": "The seaside"})),
    (("punctuation:absent", {"mark": "semicolon"}), ("json:valid", {})),
    (("case:capitals", {"relation": "none"}), ("keyword:include", {"phrases": ["NASA"]})),
    (("markdown:absent", {}), ("paragraphs:count", {"n": 2})),
    (("code:block", {"language": "python"}), ("code:count", {"relation": "exactly", "n": 2})),
]


@pytest.mark.parametrize(("one", "other"), CONFLICTS)
def test_conflict(one: Pair, other: Pair) -> None:
    assert conflict(one, other)
    assert conflict(other, one)


@pytest.mark.parametrize(("one", "other"), COMPATIBLE)
def test_no_conflict(one: Pair, other: Pair) -> None:
    assert not conflict(one, other)


def test_a_third_partys_constraint_is_no_conflict_by_itself() -> None:
    stranger = Constraint("toy:shape", {"anything": [1]}, "Be round.")
    for name, params in (side for pair in (*CONFLICTS, *COMPATIBLE) for side in pair):
        assert not BY_NAME[name].conflicts(params, stranger)
