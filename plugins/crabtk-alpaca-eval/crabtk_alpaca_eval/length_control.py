"""The length-controlled win rate: what the win rate would be if both answers were of one length.

Source:
    Dubois et al., arXiv 2404.04475, and alpaca-eval 0.6. A logistic model of the preference has as features tanh of the
    standardised difference of lengths, the instruction's difficulty, and a constant for the model; the win rate is the
    mean prediction where that difference is 0. The fit is scipy's, theirs liblinear's: the figures differ by less than
    a hundredth of a percentage point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crabtk_alpaca_eval.comparison import Comparison
from crabtk_alpaca_eval.gamed import Gamed
from crabtk_alpaca_eval.logistic import fit_by_cross_validation
from crabtk_alpaca_eval.win_rates import standard_error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_GAMED_WEIGHT = 0.2 / 2
"""Of a row of the gamed baselines, of which there are two."""

FEWEST = 10
"""Comparisons under which nothing is fitted."""


@dataclass(frozen=True, slots=True)
class Controlled:
    """A length-controlled win rate.

    Attributes:
        formula: ``length_controlled_v1``, or ``length_controlled_minimal`` where there are no difficulties: that leaves
            them and the gamed baselines out.
        value: The win rate.
        error: Standard error over the predictions, which says nothing of the fit itself; None with the minimal formula,
            which predicts the same for each prompt.
    """

    formula: str
    value: float
    error: float | None


def length_controlled(comparisons: Sequence[Comparison], gamed: Gamed | None) -> Controlled | None:
    """Return the win rate with the length held even.

    The model is fitted on comparisons that have a preference: of what has none, the length explains nothing. The mean
    prediction times their share of all comparisons is the win rate, so that the others count as lost.

    Args:
        comparisons: Of one model with one baseline.
        gamed: The release's table; None, or one that lacks a prompt's difficulty, gives the minimal formula.

    Returns:
        None where too few comparisons have a preference, or all of their answers are equally longer.
    """
    known = [(c, c.preference) for c in comparisons if c.preference is not None]
    if len(known) < FEWEST or len({c.baseline_length - c.length for c, _ in known}) == 1:
        return None
    # All prompts decide on the formula: two models are not to differ in it because one of them left an answer out.
    if gamed is not None and not all(c.index in gamed.difficulty for c in comparisons):
        gamed = None
    predicted = _predictions([c for c, _ in known], [preference for _, preference in known], gamed)
    value = float(predicted.mean()) * (len(known) / len(comparisons))
    if gamed is None:
        return Controlled("length_controlled_minimal", value, None)
    lost = [0.0] * (len(comparisons) - len(known))
    return Controlled("length_controlled_v1", value, standard_error([*predicted.tolist(), *lost]))


def _predictions(comparisons: Sequence[Comparison], preferences: Sequence[float], gamed: Gamed | None) -> Array:
    """Return, for each comparison, the fitted model's preference where both answers are of one length."""
    import numpy as np
    from scipy.special import expit

    delta = np.array([c.baseline_length - c.length for c in comparisons], dtype=np.float64)
    length = np.tanh(delta / delta.std(ddof=1))
    targets = np.array(preferences)
    weights = constant = np.ones_like(length)
    features = np.column_stack([length, constant])
    if gamed is not None:
        difficulty = np.array([gamed.difficulty[c.index] for c in comparisons])
        features = np.vstack([_gamed_features(gamed), np.column_stack([length, difficulty, constant])])
        targets = np.concatenate([gamed.rows[:, 2], targets])
        weights = np.concatenate([np.full(len(gamed.rows), _GAMED_WEIGHT), constant])
    even = features[-len(comparisons) :].copy()
    even[:, 0] = 0.0
    predicted: Array = expit(even @ fit_by_cross_validation(features, targets, weights))
    return predicted


def _gamed_features(gamed: Gamed) -> Array:
    import numpy as np

    delta, difficulty = gamed.rows[:, 0], gamed.rows[:, 1]
    return np.column_stack([np.tanh(delta), difficulty, np.zeros_like(delta)])
