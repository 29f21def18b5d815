"""A budget of tokens: passes over the examples, each in an order of its own."""

from __future__ import annotations

from array import array
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crabtk_trl.rows import passes, rows
from crabtk_trl.tokenise import Tokenised

LENGTHS = [7, 3, 11, 5, 2, 9]


@settings(deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.integers(1, 1000), st.integers(0, 5))
def test_the_budget_is_passed_by_at_most_one_example(lengths: list[int], tokens: int, seed: int) -> None:
    orders = passes(lengths, tokens, seed)
    taken = [lengths[i] for i in chain.from_iterable(orders)]
    assert sum(taken) >= tokens > sum(taken[:-1])
    assert all(sorted(order) == list(range(len(lengths))) for order in orders[:-1])
    assert len(set(orders[-1])) == len(orders[-1])


def test_each_pass_and_each_seed_has_its_own_order() -> None:
    one = passes(LENGTHS, 4 * sum(LENGTHS), 1)
    assert len(one) == 4 and len({tuple(order) for order in one}) > 1
    assert one == passes(LENGTHS, 4 * sum(LENGTHS), 1) != passes(LENGTHS, 4 * sum(LENGTHS), 2)


def test_a_smaller_budget_is_the_beginning_of_a_larger_one() -> None:
    small, large = (list(chain.from_iterable(passes(LENGTHS, n, 3))) for n in (50, 90))
    assert large[: len(small)] == small


@pytest.mark.parametrize("pack_to", [None, 16])
def test_rows_hold_the_passes(pack_to: int | None) -> None:
    examples = [Tokenised(array("i", [n] * n), 1, False) for n in LENGTHS]
    laid = rows(examples, pack_to, tokens=60, seed=3)
    orders = passes(LENGTHS, 60, 3)
    ids = list(chain.from_iterable(laid.table["input_ids"]))
    assert laid.tokens == len(ids) == sum(LENGTHS[i] for i in chain.from_iterable(orders))
    assert laid.tokens_in_loss == sum(label != -100 for label in chain.from_iterable(laid.table["labels"]))
    # The first pass comes whole before the second, packed or not.
    assert sorted(ids[: sum(LENGTHS)]) == sorted(chain.from_iterable([n] * n for n in LENGTHS))
    if pack_to is None:
        assert [row[0] for row in laid.table["input_ids"]] == [LENGTHS[i] for i in chain.from_iterable(orders)]
    else:
        assert all(len(row) <= pack_to for row in laid.table["input_ids"])


def test_packing_keeps_weights_with_their_tokens() -> None:
    examples = [Tokenised(array("i", [n] * n), 1, False, weight=n / 2) for n in LENGTHS]
    packed = rows(examples, 16).table
    for ids, weights in zip(packed["input_ids"], packed["weights"], strict=True):
        assert weights == [n / 2 for n in ids]  # the least weight, 1.0, is the unit
