"""Keyword arguments that are missing, unfit or left to chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from crabtk import InstructionSet, ParsedText, VerificationError
from crabtk_ifeval import IFEVAL, IFTRAIN

WRONG: list[tuple[InstructionSet, str, dict[str, Any], str]] = [
    (IFEVAL, "keywords:existence", {}, "keywords"),
    (IFEVAL, "keywords:existence", {"keywords": "sun"}, "list of strings"),
    (IFEVAL, "keywords:frequency", {"keyword": "sun", "frequency": 2}, "relation"),
    (IFEVAL, "keywords:frequency", {"keyword": "sun", "frequency": 2, "relation": "about"}, "less than"),
    (IFEVAL, "keywords:frequency", {"keyword": "sun", "frequency": 0, "relation": "less than"}, "at least 1"),
    (IFEVAL, "keywords:letter_frequency", {"letter": "ab", "let_frequency": 2, "let_relation": "at least"}, "one char"),
    (IFEVAL, "length_constraints:number_words", {"num_words": "ten", "relation": "at least"}, "whole number"),
    (IFEVAL, "length_constraints:number_words", {"num_words": 2.5, "relation": "at least"}, "whole number"),
    (IFEVAL, "length_constraints:number_words", {"num_words": True, "relation": "at least"}, "whole number"),
    (IFEVAL, "length_constraints:number_words", {"num_words": -1, "relation": "at least"}, "num_words"),
    (
        IFEVAL,
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 3, "first_word": "sun"},
        "at most num_paragraphs",
    ),
    (IFEVAL, "detectable_content:postscript", {"postscript_marker": "NB"}, "P.S."),
    (IFEVAL, "combination:repeat_prompt", {"prompt_to_repeat": ""}, "prompt_to_repeat"),
    (IFEVAL, "startend:quotation", {"n": 1}, "takes none"),
    (IFTRAIN, "copy:copy", {}, "prompt_to_repeat"),
    (IFTRAIN, "new:copy_span_idx", {"prompt_to_repeat": "Name", "n_start": 9, "n_end": 12}, "4 characters"),
    (IFTRAIN, "keywords:keyword_specific_position", {"keyword": "sun", "n": 0, "m": 1}, "from 1"),
    (IFTRAIN, "count:count_increment_word", {"keyword1": "sun"}, "keyword2"),
]


@pytest.mark.parametrize(("found", "id_", "kwargs", "said"), WRONG)
def test_canonical_names_id_argument_and_remedy(
    found: InstructionSet, id_: str, kwargs: dict[str, Any], said: str
) -> None:
    with pytest.raises(VerificationError) as caught:
        found.canonical(id_, kwargs, "")
    assert id_ in str(caught.value)
    assert said in str(caught.value)


def test_unknown_id_lists_the_known_ones(sets: Mapping[str, InstructionSet]) -> None:
    for found in sets.values():
        for call in (
            lambda set_=found: set_.canonical("keywords:rhyme", {}, ""),
            lambda set_=found: set_.upstream("keywords:rhyme", {}, "", 0),
        ):
            with pytest.raises(VerificationError, match="keywords:"):
                call()


def test_what_the_reference_cannot_do_without_is_an_error_upstream_too() -> None:
    for kwargs in ({}, {"prompt_to_repeat": None}):
        with pytest.raises(VerificationError, match="prompt_to_repeat"):
            IFEVAL.upstream("combination:repeat_prompt", kwargs, "", 0)
    with pytest.raises(VerificationError, match="nl"):
        IFEVAL.upstream("language:response_language", {"language": "nl"}, "", 0)


def test_a_keyword_that_is_no_expression_is_an_error_upstream_alone() -> None:
    kwargs = {"keywords": ["smile :)"]}
    with pytest.raises(VerificationError, match="regular expression"):
        IFEVAL.upstream("keywords:existence", kwargs, "", 0)
    assert IFEVAL.canonical("keywords:existence", kwargs, "")


@pytest.mark.parametrize(
    ("found", "id_"),
    [(found, id_) for found in (IFEVAL, IFTRAIN) for id_ in found.ids],
    ids=lambda part: getattr(part, "name", part),
)
def test_what_is_left_out_is_drawn_from_the_seed(found: InstructionSet, id_: str) -> None:
    needed: dict[str, Any] = {"combination:repeat_prompt": {"prompt_to_repeat": "Name a fruit."}}.get(id_, {})
    if id_.startswith(("copy:cop", "new:")):
        needed = {"prompt_to_repeat": "Name a fruit."}
    if id_ == "keywords:exclude_word_harder":
        needed = {"instruction": "Name a fruit."}
    text = ParsedText("The sun rises over the harbour, and nobody sees it. The boats are out.")
    for seed in range(5):
        first = found.upstream(id_, needed, "", seed)(text)
        assert first in (True, False)
        assert found.upstream(id_, needed, "", seed)(text) is first


def test_the_random_letter_hangs_on_the_seed() -> None:
    kwargs = {"letter": "#", "let_frequency": 1, "let_relation": "at least"}
    text = ParsedText("eat # tea")
    verdicts = [IFEVAL.upstream("keywords:letter_frequency", kwargs, "", seed)(text) for seed in range(60)]
    assert len(set(verdicts)) == 2


def test_the_draws_are_the_references() -> None:
    # Seeded with 0, the reference draws 13 sentences and then "at least".
    check = IFEVAL.upstream("length_constraints:number_sentences", {}, "", 0)
    assert check(ParsedText("One. " * 13))
    assert not check(ParsedText("One. " * 12))


def test_whole_floats_and_first_entries_are_taken() -> None:
    text = ParsedText("Sun and sea.")
    assert IFEVAL.upstream("length_constraints:number_words", {"num_words": 3.0, "relation": "at least"}, "", 0)(text)
    assert IFTRAIN.upstream("first_word:first_word_sent", {"first_word": ["Sun"]}, "", 0)(text)
