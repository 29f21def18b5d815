"""How well a judge tells true from false: ROC AUC, and the threshold that bounds its false "holds"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MIN_CASES = 10
"""Of each kind; with fewer, a share of 5 % cannot even be seen."""


@dataclass(frozen=True)
class Threshold:
    """A judge's figures on known cases.

    Attributes:
        threshold: Smallest P(yes) that counts as "holds"; None if even the largest lets too many false ones pass.
        recall: Share of true cases at or above it.
        false_holds: Share of false cases at or above it.
        auc: Probability that a true case scores above a false one, ties counting half.
        auc_low: Lower end of its 95 % interval.
        auc_high: Upper end of it.
    """

    threshold: float | None
    recall: float
    false_holds: float
    auc: float
    auc_low: float
    auc_high: float


def choose_threshold(
    truths: Sequence[bool], scores: Sequence[float], *, max_false_holds: float, seed: int
) -> Threshold | None:
    """Choose the threshold with the largest recall whose share of false "holds" is within bounds.

    Args:
        truths: For each case, whether it is true.
        scores: For each case, the judge's P(yes); below 0 where it gave none, which is never "holds".
        max_false_holds: Largest allowed share of false cases at or above the threshold.
        seed: Of the run, for the bootstrap.

    Returns:
        None with fewer than ``MIN_CASES`` true or false cases.
    """
    true = [score for truth, score in zip(truths, scores, strict=True) if truth]
    false = [score for truth, score in zip(truths, scores, strict=True) if not truth]
    if min(len(true), len(false)) < MIN_CASES:
        return None
    chosen: float | None = None
    for candidate in sorted({score for score in true if score >= 0}, reverse=True):
        if sum(score >= candidate for score in false) / len(false) > max_false_holds:
            break
        chosen = candidate
    auc = roc_auc(true, false)
    low, high = _interval(true, false, seed)
    return Threshold(
        threshold=chosen,
        recall=_share_at(true, chosen),
        false_holds=_share_at(false, chosen),
        auc=auc,
        # Rounded ends, and with few cases even exact ones, may miss the figure that they are to enclose.
        auc_low=min(low, auc),
        auc_high=max(high, auc),
    )


def _share_at(scores: Sequence[float], threshold: float | None) -> float:
    return 0.0 if threshold is None else sum(score >= threshold for score in scores) / len(scores)


def roc_auc(true: Sequence[float], false: Sequence[float]) -> float:
    """Return the area under the ROC curve (the Mann–Whitney U statistic over the number of pairs)."""
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(true, false).statistic) / (len(true) * len(false))


def _interval(true: Sequence[float], false: Sequence[float], seed: int, draws: int = 500) -> tuple[float, float]:
    """Return the percentile bootstrap interval of the AUC, true and false cases drawn apart."""
    import numpy as np
    from scipy.stats import rankdata

    rng = np.random.default_rng(seed)
    drawn = np.hstack([rng.choice(scores, (draws, len(scores))) for scores in (true, false)])
    ranks = rankdata(drawn, axis=1)[:, : len(true)].sum(axis=1)
    values = (ranks - len(true) * (len(true) + 1) / 2) / (len(true) * len(false))
    low, high = np.quantile(values, [0.025, 0.975])
    return round(float(low), 4), round(float(high), 4)
