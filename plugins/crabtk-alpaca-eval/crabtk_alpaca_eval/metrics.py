"""AlpacaEval's figures; rates are shares in [0, 1], lengths characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crabtk import Metric
from crabtk_alpaca_eval.comparison import Comparison
from crabtk_alpaca_eval.gamed import Gamed
from crabtk_alpaca_eval.length_control import length_controlled
from crabtk_alpaca_eval.win_rates import discrete_win_rate, standard_error, win_rate

_Z = 1.959964
"""Of a 95 % interval."""


def win_metrics(comparisons: Sequence[Comparison], gamed: Gamed | None) -> Iterator[Metric]:
    """Yield the win rates of one model over the baseline.

    ``lc_win_rate`` is AlpacaEval 2's own figure; without the release's table its place is taken by
    ``lc_win_rate_minimal``, which is not to be compared with it.
    """
    preferences = [comparison.preference for comparison in comparisons]
    count = len(preferences)
    if not count:
        return
    value, error = win_rate(preferences), standard_error(preferences)
    yield Metric("win_rate", "all", value, count, *_interval(value, error))
    yield Metric("discrete_win_rate", "all", discrete_win_rate(preferences), count)
    if error is not None:
        yield Metric("standard_error", "all", error, count)
    if (controlled := length_controlled(comparisons, gamed)) is not None:
        kind = "lc" if controlled.formula == "length_controlled_v1" else "lc_minimal"
        name = "lc_win_rate" if kind == "lc" else "lc_win_rate_minimal"
        yield Metric(name, "all", controlled.value, count)
        yield Metric(f"{kind}_standard_error", "all", controlled.error, count)


def _interval(value: float, error: float | None) -> tuple[float | None, float | None]:
    if error is None:
        return None, None
    return max(0.0, value - _Z * error), min(1.0, value + _Z * error)
