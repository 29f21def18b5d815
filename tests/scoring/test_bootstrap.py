"""Intervals of shares: against other implementations, and by how often they cover what they are to cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binomtest

from crabtk.scoring.bootstrap import cluster_interval, difference_interval, paired_interval, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_that_of_the_literature(successes: int, trials: int, low: float, high: float) -> None:
    """Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3."""
    assert wilson(successes, trials) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 2000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_wilsons_interval_is_scipys(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    theirs = binomtest(*counts).proportion_ci(method="wilson")
    assert (low, high) == (pytest.approx(theirs.low, abs=1e-7), pytest.approx(theirs.high, abs=1e-7))
    assert 0.0 <= low <= counts[0] / counts[1] <= high <= 1.0


CLUSTERS = st.lists(
    st.integers(1, 6).flatmap(lambda size: st.tuples(st.integers(0, size), st.integers(0, size), st.just(size))),
    min_size=1,
    max_size=40,
)


@given(CLUSTERS)
def test_intervals_enclose_what_they_are_of(clusters: list[tuple[int, int, int]]) -> None:
    before, after, sizes = (list(each) for each in zip(*clusters, strict=True))
    low, high = cluster_interval(before, sizes, seed=1, draws=50)
    assert 0.0 <= low <= sum(before) / sum(sizes) <= high <= 1.0
    low, high = difference_interval(before, after, sizes, seed=1, draws=50)
    assert -1.0 <= low <= (sum(after) - sum(before)) / sum(sizes) <= high <= 1.0
    assert high > low


def test_one_constraint_per_prompt_is_wilsons() -> None:
    assert cluster_interval([1, 0, 1, 1], [1, 1, 1, 1], seed=1) == wilson(3, 4)


def test_prompts_that_do_not_differ_count_as_one_trial_each() -> None:
    assert cluster_interval([3] * 10, [3] * 10, seed=1) == wilson(10, 10)
    assert cluster_interval([1] * 10, [2] * 10, seed=1) == wilson(5, 10)


def test_a_cluster_of_copies_is_worth_one_of_them() -> None:
    """Five constraints that stand and fall together tell what one tells, and Wilson's interval would be too narrow."""
    rng = np.random.default_rng(3)
    held = rng.integers(0, 2, 80)
    together = cluster_interval(held * 5, [5] * 80, seed=1)
    alone, naive = wilson(held.sum(), 80), wilson(held.sum() * 5, 400)
    assert together == (pytest.approx(alone[0], abs=0.015), pytest.approx(alone[1], abs=0.015))
    assert together[1] - together[0] > 2 * (naive[1] - naive[0])


def test_independent_constraints_need_no_wider_interval() -> None:
    rng = np.random.default_rng(3)
    held = rng.binomial(5, 0.4, 400)
    low, high = cluster_interval(held, [5] * 400, seed=1)
    naive = wilson(held.sum(), 2000)
    assert high - low == pytest.approx(naive[1] - naive[0], rel=0.15)


def test_the_seed_alone_draws() -> None:
    held, sizes = [1, 2, 0, 3, 1], [2, 3, 1, 3, 4]
    assert cluster_interval(held, sizes, seed=1) == cluster_interval(held, sizes, seed=1)
    assert cluster_interval(held, sizes, seed=1) != cluster_interval(held, sizes, seed=2)


def test_blocks_of_draws_are_one_bootstrap(monkeypatch: pytest.MonkeyPatch) -> None:
    held, sizes = [1, 2, 0, 3, 1] * 8, [2, 3, 1, 3, 4] * 8
    whole = cluster_interval(held, sizes, seed=1)
    monkeypatch.setattr("crabtk.scoring.bootstrap._BLOCK", 400)
    assert cluster_interval(held, sizes, seed=1) == (
        pytest.approx(whole[0], abs=0.02),
        pytest.approx(whole[1], abs=0.02),
    )


def _clusters(rng: np.random.Generator, prompts: int, share: float, agreement: float = 0.4) -> tuple[object, object]:
    """Draw prompts whose constraints hold at a rate of the prompt's own, around the share."""
    sizes = rng.integers(1, 8, prompts)
    rates = rng.beta(share * (1 - agreement) / agreement, (1 - share) * (1 - agreement) / agreement, prompts)
    return rng.binomial(sizes, rates), sizes


@pytest.mark.parametrize("prompts", [10, 40])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.85])
def test_it_covers_the_truth_as_often_as_it_says(prompts: int, share: float) -> None:
    rng = np.random.default_rng(11)
    drawn = [_clusters(rng, prompts, share) for _ in range(1000)]
    found = [cluster_interval(held, sizes, seed=5, draws=300) for held, sizes in drawn]
    naive = [wilson(held.sum(), sizes.sum()) for held, sizes in drawn]
    assert np.mean([low <= share <= high for low, high in found]) >= 0.93
    assert np.mean([low <= share <= high for low, high in naive]) <= 0.88, "else there would be no need of it"


def test_the_difference_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(12)
    hits = 0
    for _ in range(1000):
        sizes = rng.integers(1, 8, 40)
        common = rng.random(40)
        before = rng.binomial(sizes, beta.ppf(common, 0.6, 1.4))
        after = rng.binomial(sizes, beta.ppf(common, 1.0, 1.0))
        low, high = difference_interval(before, after, sizes, seed=5, draws=300)
        hits += low <= 0.5 - 0.3 <= high
    assert 0.93 <= hits / 1000 <= 0.98


def test_the_paired_interval_is_that_of_the_formula() -> None:
    """Agresti and Min: (c* - b*) / n* ± z sqrt(b* + c* - (c* - b*)² / n*) / n*, half a case in each cell."""
    low, high = paired_interval(12, 3, 60)
    centre, half = 9 / 62, 1.959964 * (16 - 81 / 62) ** 0.5 / 62
    assert (low, high) == (pytest.approx(centre - half, abs=1e-6), pytest.approx(centre + half, abs=1e-6))
    low, high = paired_interval(0, 0, 20)
    assert low == -high and high > 0.05, "no change in twenty prompts does not prove that there is none"
