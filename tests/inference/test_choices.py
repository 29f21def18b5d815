"""Choices as tokens."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from crabtk.inference.choices import choice_logprobs, next_tokens, with_end_of_turn

END = 99


def test_single_tokens_are_one_question() -> None:
    assert next_tokens([[4], [7]]) == {(): [4, 7]}
    assert choice_logprobs([[4], [7]], {(): {4: -1.0, 7: -2.0}}) == [-1.0, -2.0]


def test_shared_beginnings_are_asked_once() -> None:
    assert next_tokens([[1, 2, 3], [1, 2, 4], [5]]) == {(): [1, 5], (1,): [2], (1, 2): [3, 4]}


def test_one_that_begins_another_ends_with_the_turn() -> None:
    assert with_end_of_turn([[1], [1, 2], [3]], END) == [[1, END], [1, 2, END], [3, END]]
    assert with_end_of_turn([[1, 2], [1, 3]], END) == [[1, 2], [1, 3]]


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=1, max_size=5, unique_by=tuple))
def test_probabilities_of_all_choices_sum_to_at_most_one(raw: list[list[int]]) -> None:
    choices = with_end_of_turn(raw, END)
    # Every next token equally likely among five.
    even = {prefix: dict.fromkeys(tokens, math.log(1 / 5)) for prefix, tokens in next_tokens(choices).items()}
    assert sum(map(math.exp, choice_logprobs(choices, even))) <= 1 + 1e-9
