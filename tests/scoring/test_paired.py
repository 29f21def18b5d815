"""Paired tests and figures over repeats, against scipy and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, permutation_test, t, ttest_1samp, ttest_ind

from crabtk.scoring.paired import difference_over_repeats, holm, mcnemar, over_repeats, sign_flip


def test_mcnemars_test_is_the_binomial_one() -> None:
    assert mcnemar(7, 1) == pytest.approx(2 * (binom.cdf(1, 8, 0.5)))
    assert mcnemar(4, 4) == 1.0
    assert mcnemar(0, 0) is None


def _theirs(differences: list[float]) -> float:
    rng = np.random.default_rng(0)
    found = permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=20_000, vectorized=True, rng=rng
    )
    return float(found.pvalue)


@pytest.mark.parametrize(
    "differences", [[0.5, -0.25], [0.5, 0.25, -0.1, 1.0], [1, 1, 1, -1, 0.5, 0.5, -0.25, 0.75, 1, 0.2]]
)
def test_few_differences_are_tested_exactly(differences: list[float]) -> None:
    assert sign_flip(differences, seed=1) == pytest.approx(_theirs(differences))
    assert sign_flip([*differences, 0.0, 0.0], seed=1) == sign_flip(differences, seed=1), "ties tell nothing"


def test_many_differences_are_tested_by_draws() -> None:
    rng = np.random.default_rng(4)
    differences = list(rng.normal(0.12, 0.5, 60))
    assert sign_flip(differences, seed=1) == pytest.approx(_theirs(differences), abs=0.015)
    assert sign_flip([1.0] * 50, seed=1) == 1 / 10_000, "no p-value below what the draws can tell"
    assert sign_flip([0.0] * 50, seed=1) is None
    assert sign_flip([0.5], seed=1) == 1.0


def test_equal_sums_count_as_equal() -> None:
    """Of eight sign patterns of three thirds two are as far from 0, whatever rounding makes of their sums."""
    assert sign_flip([0.1, 0.2, 0.3], seed=1) == 2 / 8


def test_under_no_difference_p_values_are_even() -> None:
    rng = np.random.default_rng(5)
    found = [sign_flip(rng.normal(0, 0.5, 40).tolist(), seed=1, flips=299) for _ in range(400)]
    assert np.mean([p is not None and p <= 0.05 for p in found]) == pytest.approx(0.05, abs=0.03)
    assert np.mean([p is not None and p <= 0.5 for p in found]) == pytest.approx(0.5, abs=0.08)


def test_holms_adjustment_is_that_of_the_definition() -> None:
    """Holm's own scheme: the smallest times 4, the next times 3, …; never below one before it, never above 1."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, None, 0.5, None]) == [1.0, None, 1.0, None]
    assert holm([]) == [] and holm([None]) == [None]


def test_a_mean_over_repeats_has_students_interval() -> None:
    values = [0.41, 0.44, 0.47]
    found = over_repeats(values)
    theirs = ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.value, found.low, found.high) == (
        pytest.approx(0.44),
        pytest.approx(theirs.low, abs=1e-7),
        pytest.approx(theirs.high, abs=1e-7),
    )
    assert found.high - found.value == pytest.approx(t.ppf(0.975, 2) * 0.03 / 3**0.5)


def test_a_difference_over_repeats_has_welchs_interval() -> None:
    before, after = [0.40, 0.43, 0.47], [0.52, 0.50, 0.58, 0.61]
    found = difference_over_repeats(before, after)
    theirs = ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(theirs.low, abs=1e-7), pytest.approx(theirs.high, abs=1e-7))
    assert found.value == pytest.approx(np.mean(after) - np.mean(before))


@pytest.mark.parametrize(("before", "after"), [([0.4], [0.5, 0.6]), ([0.4, 0.4], [0.5, 0.5])])
def test_without_spread_over_repeats_there_is_no_interval(before: list[float], after: list[float]) -> None:
    found = difference_over_repeats(before, after)
    assert (found.low, found.high) == (None, None)
    assert over_repeats(before).low is None
