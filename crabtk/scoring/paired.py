"""Tests of a difference between two models on the same prompts, and figures over repeated trainings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from crabtk.scoring.bootstrap import random

FLIPS = 9_999
"""Draws of the sign-flip test: p-values down to 0.0001."""
_EXACT = 13
"""So many differences have fewer sign patterns than ``FLIPS``: each is tried."""
_BLOCK = 4_000_000
_ALIKE = 1 - 1e-12


def mcnemar(gained: int, lost: int) -> float | None:
    """Return the two-sided p-value of McNemar's exact test.

    Args:
        gained: Prompts that only the second model passes.
        lost: Prompts that only the first passes.

    Returns:
        None where there is neither.
    """
    from scipy.stats import binomtest

    return float(binomtest(gained, gained + lost, 0.5).pvalue) if gained + lost else None


def sign_flip(differences: Sequence[float], *, seed: int, flips: int = FLIPS) -> float | None:
    """Return the two-sided p-value of the sign-flip permutation test of a mean difference of 0.

    Args:
        differences: One per prompt: what one model has more than the other. Under the null hypothesis either sign is
            as likely.
        seed: Of the run.
        flips: Random sign patterns, where there are more of them than can be tried one by one.

    Returns:
        None where no prompt differs. Exact with up to 13 prompts that differ; else (1 + patterns at least as far from
        0) / (1 + flips).
    """
    import numpy as np

    found = np.array([each for each in differences if each], dtype=float)
    if not len(found):
        return None
    least = abs(float(found.sum())) * _ALIKE  # sums of equal terms in another order are equal
    if len(found) <= _EXACT:
        patterns = (np.arange(2 ** len(found))[:, None] >> np.arange(len(found))) & 1
        return float((np.abs((2 * patterns - 1) @ found) >= least).mean())
    rng, hits, rows = random(seed, "sign flip", str(len(found))), 0, max(1, _BLOCK // len(found))
    for start in range(0, flips, rows):
        signs = 2 * rng.integers(0, 2, (min(rows, flips - start), len(found)), dtype=np.int8) - 1
        hits += int((np.abs(signs @ found) >= least).sum())
    return (1 + hits) / (1 + flips)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted for their number, in the order given; None stays and counts for none.

    Source:
        Holm, A simple sequentially rejective multiple test procedure (1979).
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, place) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        adjusted[place] = highest
    return adjusted


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over repeats, or a difference of two, with its 95 % interval (Student's t).

    Attributes:
        low: None with fewer than two repeats, and where they do not differ: then nothing tells how far they may.
        high: Likewise.
    """

    value: float
    low: float | None
    high: float | None


def over_repeats(values: Sequence[float]) -> Mean:
    """Return the mean of one figure over repeated trainings; at least one value."""
    return _mean(sum(values) / len(values), _squared_error(values), len(values) - 1)


def difference_over_repeats(before: Sequence[float], after: Sequence[float]) -> Mean:
    """Return the difference of two means over repeats, ``after`` minus ``before``, with Welch's interval."""
    value = sum(after) / len(after) - sum(before) / len(before)
    one, other = _squared_error(before), _squared_error(after)
    if one is None or other is None or one + other == 0:
        return Mean(value, None, None)
    freedom = (one + other) ** 2 / (one**2 / (len(before) - 1) + other**2 / (len(after) - 1))
    return _mean(value, one + other, freedom)


def _squared_error(values: Sequence[float]) -> float | None:
    """Return the variance of a mean; None where one value tells nothing about it."""
    from statistics import variance

    return variance(values) / len(values) if len(values) > 1 else None


def _mean(value: float, squared_error: float | None, freedom: float) -> Mean:
    from scipy.stats import t

    if not squared_error:
        return Mean(value, None, None)
    half = float(t.ppf(0.975, freedom)) * sqrt(squared_error)
    return Mean(value, round(value - half, 8), round(value + half, 8))
