"""Requests on one response stay together, whoever answers them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crabtk.types import Message, Request
from crabtk_ray.blocks import blocks

SYSTEM = Message("system", "You analyse responses.")


def asked(response: int, question: int) -> Request:
    text = f"Response {response}: " + f"{response} words of it. " * 20
    return Request((SYSTEM, Message("user", f"{text}Question {question}?")))


def sizes(families: list[int], size: int) -> list[list[int]]:
    requests = [asked(response, question) for response, of in enumerate(families) for question in range(of)]
    cut = [list(block.requests) for block in blocks(iter(requests), size)]
    assert [number for numbers in cut for number in numbers] == list(range(len(requests)))
    responses = [response for response, of in enumerate(families) for _ in range(of)]
    return [[responses[number] for number in numbers] for numbers in cut]


def test_what_fits_into_a_block_is_not_parted() -> None:
    assert sizes([2, 2, 3, 1], 4) == [[0, 0, 1, 1], [2, 2, 2, 3]]
    assert sizes([3, 2, 4], 4) == [[0, 0, 0], [1, 1], [2, 2, 2, 2]]


def test_what_does_not_fit_is_parted_at_full_blocks() -> None:
    assert sizes([9], 4) == [[0] * 4, [0] * 4, [0]]
    assert sizes([1, 6, 1], 4) == [[0], [1] * 4, [1, 1, 2]]


@pytest.mark.parametrize("size", [1, 3, 16])
def test_unrelated_requests_fill_blocks(size: int) -> None:
    assert [len(block) for block in sizes([1] * 7, size)] == [min(size, 7 - start) for start in range(0, 7, size)]


def test_questions_with_other_examples_are_not_related() -> None:
    short = [Request((Message("user", "Name a colour."),)), Request((SYSTEM, Message("user", "Name a colour.")))]
    assert [len(block.requests) for block in blocks(iter([*short, short[1]]), 2)] == [1, 2]
    assert list(blocks(iter([]), 4)) == []


def test_takes_one_request_ahead() -> None:
    taken: list[int] = []

    def endless() -> Iterator[Request]:
        while True:
            taken.append(1)
            yield asked(0, len(taken))

    cut = blocks(endless(), 4)
    next(cut)
    assert len(taken) == 5
