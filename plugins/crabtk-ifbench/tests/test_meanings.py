"""What the ids mean in canonical types, and the way back."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk import Constraint, ConstraintType, ParsedText
from crabtk.constraints.builtin import TYPES
from crabtk_ifbench import register_constraint_types
from crabtk_ifbench.instruction_set import IFBench

KNOWN: dict[str, ConstraintType] = {type_.name: type_ for type_ in TYPES}
register_constraint_types(lambda type_: KNOWN.update({type_.name: type_}))

KWARGS: dict[str, dict[str, Any]] = {
    "count:word_count_range": {"min_words": 50.0, "max_words": 60.0},
    "count:unique_word_count": {"N": 40.0},
    "ratio:stop_words": {"percentage": 30.0},
    "count:conjunctions": {"small_n": 3.0},
    "count:person_names": {"N": 4.0},
    "ratio:overlap": {"reference_text": "The tide rose over the harbour wall.", "percentage": 60.0},
    "count:numbers": {"N": 5.0},
    "format:options": {"options": "yes/no/maybe"},
    "count:words_japanese": {"N": 5.0},
    "words:repeats": {"small_n": 2.0},
    "sentence:keyword": {"word": "tide", "N": 3.0},
    "count:pronouns": {"N": 12.0},
    "sentence:increment": {"small_n": 2.0},
    "format:list": {"sep": "!?!?"},
    "count:keywords_multiple": {
        "keyword1": "ash",
        "keyword2": "bay",
        "keyword3": "cod",
        "keyword4": "dew",
        "keyword5": "elk",
    },
    "words:keywords_specific_position": {"keyword": "tide", "n": 4, "m": 7},
    "words:words_position": {"keyword": "tide"},
    "repeat:repeat_change": {"prompt_to_repeat": "Write a short poem about the sea."},
    "repeat:repeat_span": {"prompt_to_repeat": "Write a short poem about the sea.", "n_start": 2, "n_end": 4},
}
SEVERAL = {
    "custom:multiples",
    "words:vowel",
    "ratio:sentence_words",
    "custom:mcq_count_length",
    "custom:reverse_newline",
    "custom:csv_city",
    "custom:csv_special_character",
    "custom:csv_quotes",
    "custom:date_format_list",
    "count:keywords_multiple",
    "words:words_position",
}
"""Ids that mean several constraints, so that no constraint alone is one of them."""
MISREAD = {"repeat:repeat_span"}
"""Ids that the reference judges otherwise than they are worded."""

each_id = pytest.mark.parametrize("id_", list(IFBench.ids))


def canonical(id_: str) -> list[Constraint]:
    return list(IFBench().canonical(id_, {"n_absent": None, **KWARGS.get(id_, {})}, ""))


def test_there_are_58_ids() -> None:
    assert len(IFBench.ids) == 58


@each_id
def test_ids_name_the_types_they_mean(id_: str) -> None:
    assert {constraint.type for constraint in canonical(id_)} == set(IFBench.ids[id_])


@each_id
def test_every_constraint_can_be_worded(id_: str) -> None:
    for constraint in canonical(id_):
        type_ = KNOWN[constraint.type]
        assert type_.parse(type_.render(constraint.params, random.Random(0))) == constraint.params


@each_id
def test_alias_leads_back(id_: str) -> None:
    constraints = canonical(id_)
    if id_ in SEVERAL | MISREAD:
        assert (len(constraints) > 1) == (id_ in SEVERAL)
        assert all(IFBench().alias(constraint) is None for constraint in constraints)
        return
    (constraint,) = constraints
    assert IFBench().alias(constraint) == (id_, KWARGS.get(id_, {}))


@pytest.mark.parametrize(
    "constraint",
    [
        Constraint("length:words", {"relation": "at_least", "words": 50}),
        Constraint("length:unique_words", {"relation": "exactly", "n": 50}),
        Constraint("brackets:nested", {"levels": 4}),
        Constraint("word:person_names", {"n": 2, "names": ["Ada", "Alan"]}),
        Constraint("sequence:multiples", {"of": 5, "start": 10, "end": 50}),
        Constraint("copy:sentence", {"sentence": "Another one."}),
        Constraint("choice:one_of", {"options": ["true/false", "unknown"]}),
        Constraint("choice:one_of", {"options": ["yes"]}),
        Constraint("figures:numbers", {"relation": "exactly", "n": "many"}),
        Constraint("toy:questions", {"n": 1}),
    ],
)
def test_what_ifbench_cannot_say_has_no_alias(constraint: Constraint) -> None:
    assert IFBench().alias(constraint) is None


def test_options_are_cut_as_the_reference_cuts_them() -> None:
    (constraint,) = IFBench().canonical("format:options", {"options": "I know or I don't know"}, "")
    assert constraint.params == {"options": ["I know", "I don't know"]}
    assert IFBench().alias(constraint) == ("format:options", {"options": "I know/I don't know"})


@pytest.mark.parametrize(
    ("prompt", "start", "end", "span"),
    [
        ("… the indices are word indices, split by whitespace!", 2, 4, "short poem about"),
        ("", 0, 0, "Write"),
        ("", 5, 6, "the sea."),
        ("… the indices are character indices!", 8, 12, "short"),
    ],
)
def test_a_span_is_counted_as_the_prompt_says(prompt: str, start: int, end: int, span: str) -> None:
    kwargs = {"prompt_to_repeat": "Write a\nshort poem about the sea.", "n_start": start, "n_end": end}
    (constraint,) = IFBench().canonical("repeat:repeat_span", kwargs, prompt)
    type_ = KNOWN[constraint.type]
    assert type_.check(ParsedText(span), constraint.params)
    assert not type_.check(ParsedText(span[:-1]), constraint.params)
    assert not type_.check(ParsedText(span + " x"), constraint.params)
