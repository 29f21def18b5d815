"""AlpacaEval's figures; rates are shares in [0, 1], lengths characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crabtk import Metric
from crabtk.scoring.bootstrap import wilson
from crabtk_alpaca_eval.comparison import Comparison
from crabtk_alpaca_eval.gamed import Gamed
from crabtk_alpaca_eval.length_control import length_controlled
from crabtk_alpaca_eval.win_rates import discrete_win_rate, standard_error, win_rate

_Z = 1.959964
"""Of a 95 % interval."""


def win_metrics(comparisons: Sequence[Comparison], gamed: Gamed | None) -> Iterator[Metric]:
    """Yield the win rates of one model over the baseline, the one to be quoted first.

    ``lc_win_rate`` is AlpacaEval 2's own figure; without the release's table there is ``lc_win_rate_minimal`` after the
    plain rates, which is not to be compared with it. A comparison without a preference counts as lost.
    """
    count = len(comparisons)
    if not count:
        return
    preferences = [comparison.preference or 0.0 for comparison in comparisons]
    controlled = length_controlled(comparisons, gamed)
    if controlled is not None and controlled.formula == "length_controlled_v1":
        yield Metric("lc_win_rate", "all", controlled.value, count)
        if controlled.error is not None:
            yield Metric("lc_standard_error", "all", controlled.error, count)
    yield Metric("win_rate", "all", win_rate(preferences), count, *_interval(preferences))
    if (error := standard_error(preferences)) is not None:
        yield Metric("standard_error", "all", error, count)
    yield Metric("discrete_win_rate", "all", discrete_win_rate(preferences), count)
    if controlled is not None and controlled.formula == "length_controlled_minimal":
        yield Metric("lc_win_rate_minimal", "all", controlled.value, count)


def _interval(preferences: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the ends of the win rate's 95 % interval; none of one comparison."""
    value, error = win_rate(preferences), standard_error(preferences)
    if error is None:
        return None, None
    if min(preferences) == max(preferences):
        # Where nothing differs the standard error is 0, and yet another prompt might be won or lost.
        return wilson(sum(preferences), len(preferences))
    return max(0.0, value - _Z * error), min(1.0, value + _Z * error)
