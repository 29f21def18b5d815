"""Keyword arguments: what is refused and why, and what the reference draws."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk import ParsedText, VerificationError
from crabtk_ifbench.arguments import drawn
from crabtk_ifbench.instruction_set import IFBench

SEA = "Write a short poem about the sea."


@pytest.mark.parametrize(
    ("id_", "kwargs", "says"),
    [
        ("count:words", {}, "IFBench has no instruction 'count:words'"),
        ("count:numbers", {}, "count:numbers needs the keyword argument 'N': add it"),
        ("count:numbers", {"N": None}, "count:numbers needs the keyword argument 'N': add it"),
        ("count:numbers", {"N": "two"}, "'N' is 'two', but must be a whole number: correct"),
        ("count:numbers", {"N": 2.5}, "'N' is 2.5, but must be a whole number: correct"),
        ("count:numbers", {"N": float("nan")}, "'N' is nan, but must be a whole number: correct"),
        ("count:numbers", {"N": True}, "'N' is True, but must be a whole number: correct"),
        ("count:pronouns", {"N": 0}, "'N' is 0, but must be at least 1: correct"),
        ("count:numbers", {"n": 2}, "takes no keyword argument 'n' (it takes: N): remove it"),
        ("words:alphabet", {"N": 2}, "takes no keyword argument 'N' (it takes: none): remove it"),
        ("sentence:keyword", {"word": 3, "N": 2}, "'word' is 3, but must be text: correct"),
        ("count:word_count_range", {"min_words": 9, "max_words": 8}, "'max_words' is 8, below 'min_words', which is 9"),
        ("repeat:repeat_span", {"prompt_to_repeat": SEA, "n_start": 5, "n_end": 2}, "'n_end' is 2, below 'n_start'"),
        ("repeat:repeat_span", {"prompt_to_repeat": SEA, "n_start": 5, "n_end": 7}, "the last word"),
    ],
)
def test_unfit_arguments_are_refused(id_: str, kwargs: dict[str, Any], says: str) -> None:
    with pytest.raises(VerificationError) as error:
        IFBench().canonical(id_, kwargs, "")
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("id_", "kwargs", "says"),
    [
        ("count:words", {}, "IFBench has no instruction 'count:words'"),
        ("count:numbers", {"N": "two"}, "'N' is 'two', but must be a whole number: correct"),
        ("ratio:overlap", {"percentage": 5}, "ratio:overlap needs the keyword argument 'reference_text': add it"),
        ("words:words_position", {"keyword": " "}, "words:words_position needs the keyword argument 'keyword': add it"),
        ("repeat:repeat_span", {"prompt_to_repeat": "One"}, "'n_start' cannot be drawn for so short a text: add it"),
    ],
)
def test_upstream_refuses_what_the_reference_cannot_judge(id_: str, kwargs: dict[str, Any], says: str) -> None:
    with pytest.raises(VerificationError) as error:
        IFBench().upstream(id_, kwargs, "", 0)
    assert says in str(error.value)


def test_absent_arguments_are_drawn_as_the_reference_draws_them() -> None:
    rng = random.Random(4)
    low = rng.randint(100, 500)
    high = low + rng.randint(int(low * 0.05), int(low * 0.1))
    assert drawn("count:word_count_range", {}, 4) == {"min_words": low, "max_words": high}
    assert drawn("count:word_count_range", {"min_words": -1, "max_words": -1}, 4) == drawn(
        "count:word_count_range", {}, 4
    )
    assert drawn("format:list", {}, 4) == {"sep": random.Random(4).choice(["...", "SEPARATOR", "!?!?", "-"])}


def test_an_index_0_is_drawn_anew() -> None:
    kwargs = {"prompt_to_repeat": SEA, "n_start": 0, "n_end": 3}
    found = {drawn("repeat:repeat_span", kwargs, seed)["n_start"] for seed in range(40)}
    assert found == {0, 1, 2, 3, 4, 5}
    assert len({drawn("repeat:repeat_span", kwargs, 3)["n_start"] for _ in range(20)}) == 1


def test_arguments_keep_their_values() -> None:
    assert drawn("words:keywords_specific_position", {"keyword": " tide ", "n": 2.0, "m": 3.0}, 0) == {
        "keyword": "tide",
        "n": 2,
        "m": 3,
    }


def test_a_checker_has_no_memory() -> None:
    check = IFBench().upstream("format:line_indent", {}, "", 0)
    text = "a\n\n\n b"
    assert [check(ParsedText(text)) for _ in range(20)] == [False] * 20
    assert check(ParsedText("a\n b"))
