"""Logistic regression on probabilities, with an L1 penalty whose strength is chosen by cross-validation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FOLDS = 5
STRENGTHS = 10


def fit_by_cross_validation(features: Array, targets: Array, weights: Array) -> Array:
    """Return the coefficients; there is no intercept.

    The inverse strength C is the one of ten from 1e-4 to 1e4 whose weighted log loss on left-out folds is lowest.

    Args:
        features: Rows × columns.
        targets: Probability per row, in [0, 1].
        weights: Per row.
    """
    import numpy as np

    # As scikit-learn's GroupKFold deals out groups of one size: the last row to the first fold.
    fold = (len(targets) - 1 - np.arange(len(targets))) % FOLDS
    strengths = np.logspace(-4, 4, STRENGTHS)
    losses = np.zeros((FOLDS, STRENGTHS))
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        for place, strength in enumerate(strengths):
            found = fit(features[train], targets[train], weights[train], float(strength))
            losses[number, place] = _log_loss(features[test] @ found, targets[test], weights[test])
    return fit(features, targets, weights, float(strengths[losses.mean(axis=0).argmin()]))


def fit(features: Array, targets: Array, weights: Array, strength: float) -> Array:
    """Return the coefficients w that minimise |w| + C · Σ weight · log loss.

    Each coefficient is the difference of two that are at least 0, which makes the penalty smooth.
    """
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import expit

    columns, scale = features.shape[1], 1 / (strength * weights.sum())

    def objective(both: Array) -> tuple[float, Array]:
        scores = features @ (both[:columns] - both[columns:])
        slope = features.T @ (weights * (expit(scores) - targets)) * (strength * scale)
        loss = float(np.sum(weights * (np.logaddexp(0.0, scores) - targets * scores))) * strength
        return (float(both.sum()) + loss) * scale, np.concatenate([scale + slope, scale - slope])

    start = np.zeros(2 * columns)
    options = {"maxiter": 10_000, "maxfun": 100_000, "ftol": 0.0, "gtol": 1e-10}
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * (2 * columns), options=options)
    coefficients: Array = found.x[:columns] - found.x[columns:]
    return coefficients


def _log_loss(scores: Array, targets: Array, weights: Array) -> float:
    import numpy as np

    return float(np.mean(weights * (np.logaddexp(0.0, scores) - targets * scores)))
