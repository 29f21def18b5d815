"""Generators: one for each row, equal whenever and however they are made."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crabtk.randomness import Deferred, generator


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
def test_a_deferred_generator_draws_what_its_rows_own_would(seed: int, scope: list[str]) -> None:
    deferred = Deferred()
    deferred.stand_for(seed, "another", "row").random()
    assert draws(deferred.stand_for(seed, *scope)) == draws(generator(seed, *scope))


def test_rows_differ() -> None:
    assert generator(1, "a", "b").random() != generator(1, "b", "a").random()
    assert generator(1, "ab").random() != generator(1, "a", "b").random()
