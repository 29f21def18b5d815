"""Generators: one for each row, equal whenever and however they are made."""

from __future__ import annotations

import pickle
from collections import Counter
from copy import deepcopy
from functools import reduce
from operator import or_
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crabtk.randomness import RowRandom, generator


def draws(rng: Any) -> list[Any]:
    rng_list = [
        rng.random(),
        rng.randint(1, 10**9),
        rng.choice("abcdefgh"),
        rng.sample(range(100), 7),
        rng.uniform(2, 9),
    ]
    rng.shuffle(rng_list)
    return [*rng_list, rng.getrandbits(64), rng.choices([1, 2, 3], k=5), rng.gauss(0, 1)]


@given(st.integers(), st.lists(st.text(), max_size=3))
def test_a_generator_that_stood_for_another_row_draws_what_this_rows_own_would(seed: int, scope: list[str]) -> None:
    reused = RowRandom()
    reused.stand_for(seed, "another", "row").random()
    assert draws(reused.stand_for(seed, *scope)) == draws(generator(seed, *scope))


def test_a_copy_goes_on_where_the_generator_stood() -> None:
    rng = generator(1, "row")
    draws(rng)
    for copy in (pickle.loads(pickle.dumps(rng)), deepcopy(rng)):
        assert draws(copy) == draws(deepcopy(rng))


def test_draws_are_even() -> None:
    # Chi-squared with 99 degrees of freedom exceeds 160 once in ten thousand times.
    for draw in (
        lambda rng: int(rng.random() * 100),
        lambda rng: rng.randrange(100),
        lambda rng: rng.getrandbits(70) % 100,
        lambda rng: rng.randrange(100 << 40) >> 40,
    ):
        rows = [generator(7, "row", str(number)) for number in range(2_000)]
        counts = Counter(draw(rng) for rng in rows for _ in range(10))
        assert sum((counts[value] - 200) ** 2 / 200 for value in range(100)) < 160


def test_every_bit_is_drawn_and_no_more() -> None:
    rng = generator(3)
    for bits in (1, 2, 53, 63, 64, 65, 128, 200):
        drawn = [rng.getrandbits(bits) for _ in range(400)]
        assert max(drawn) < 1 << bits
        assert reduce(or_, drawn) == (1 << bits) - 1
    assert rng.getrandbits(0) == 0
    with pytest.raises(ValueError, match="non-negative"):
        rng.getrandbits(-1)


def test_rows_differ() -> None:
    assert generator(1, "a", "b").random() != generator(1, "b", "a").random()
    assert generator(1, "ab").random() != generator(1, "a", "b").random()
    assert generator(1, "a").random() != generator(1, "a", "1").random()
    first, second = generator(1, "a"), generator(1, "a", "1")
    assert {first.random() for _ in range(50)}.isdisjoint({second.random() for _ in range(50)})
