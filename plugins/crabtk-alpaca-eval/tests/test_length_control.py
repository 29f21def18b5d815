"""The length-controlled win rate equals that of the package alpaca-eval 0.6.6 on a worked example.

The expected figures were computed once with ``alpaca_eval.metrics.get_length_controlled_winrate`` on the very numbers
made here, with its own settings and with its solver's tolerance set to 1e-10.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crabtk.errors import BenchmarkError
from crabtk.scoring.bootstrap import wilson
from crabtk_alpaca_eval.comparison import Comparison
from crabtk_alpaca_eval.gamed import Gamed, find_gamed
from crabtk_alpaca_eval.length_control import length_controlled
from crabtk_alpaca_eval.logistic import fit
from crabtk_alpaca_eval.metrics import win_metrics
from crabtk_alpaca_eval.win_rates import discrete_win_rate, standard_error, win_rate

PROMPTS = 60
WIN_RATE, DISCRETE, ERROR = 51.98787166666666, 54.166666666666664, 3.161390265989502
LC, LC_EXACT, LC_ERROR = 43.889697756713005, 43.889087345552916, 1.6028045800504709
MINIMAL, MINIMAL_EXACT = 44.13081758220779, 44.13055653120459


def numbers(start: int) -> Iterator[float]:
    """Yield numbers in [0, 1), the same on every platform."""
    state = start
    while True:
        state = (1103515245 * state + 12345) % 2**31
        yield state / 2**31


def logistic(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def difficulties() -> list[float]:
    drawn = numbers(11)
    return [round(3 * next(drawn) - 1.5, 6) for _ in range(PROMPTS)]


def comparisons() -> list[Comparison]:
    drawn, difficulty = numbers(7), difficulties()
    found = []
    for index in range(PROMPTS):
        before, after = 200 + int(1500 * next(drawn)), 200 + int(2500 * next(drawn))
        score = (after - before) / 900 + 2 * next(drawn) - 1.6 - 0.8 * difficulty[index]
        found.append(Comparison(index, 0.5 if index == 9 else round(logistic(score), 6), before, after))
    return found


def gamed_rows() -> list[dict[str, float]]:
    drawn, difficulty = numbers(13), difficulties()
    rows = []
    for shift in (0.9, -0.9):
        for index in range(PROMPTS):
            delta = round(shift + next(drawn) - 0.5, 6)
            preference = round(logistic(-1.1 * delta + next(drawn) - 0.5), 6)
            rows.append(
                {
                    "preference": preference,
                    "index": index,
                    "std_delta_len": delta,
                    "instruction_difficulty": difficulty[index],
                }
            )
    return rows


@pytest.fixture
def gamed(tmp_path: Path) -> Gamed:
    path = tmp_path / "df_gamed.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["preference", "index", "std_delta_len", "instruction_difficulty"])
        writer.writeheader()
        writer.writerows(gamed_rows())
    found = find_gamed(str(path), download=False)
    assert found is not None
    return found


def test_win_rates_equal_those_of_alpaca_eval() -> None:
    preferences = [comparison.preference for comparison in comparisons()]
    assert 100 * win_rate(preferences) == pytest.approx(WIN_RATE, abs=1e-9)
    assert 100 * discrete_win_rate(preferences) == pytest.approx(DISCRETE, abs=1e-9)
    assert 100 * (standard_error(preferences) or 0) == pytest.approx(ERROR, abs=1e-9)


def test_length_controlled_win_rate_equals_that_of_alpaca_eval(gamed: Gamed) -> None:
    found = length_controlled(comparisons(), gamed)
    assert found is not None
    assert found.formula == "length_controlled_v1"
    assert 100 * found.value == pytest.approx(LC, abs=0.01)
    assert 100 * found.value == pytest.approx(LC_EXACT, abs=1e-4)
    assert 100 * (found.error or 0) == pytest.approx(LC_ERROR, abs=1e-3)


@pytest.mark.slow
def test_without_difficulties_the_minimal_formula_is_fitted_and_named(gamed: Gamed) -> None:
    found = length_controlled(comparisons(), None)
    assert found is not None
    assert found.formula == "length_controlled_minimal"
    assert 100 * found.value == pytest.approx(MINIMAL, abs=0.01)
    assert 100 * found.value == pytest.approx(MINIMAL_EXACT, abs=1e-4)
    unknown = [*comparisons()[1:], Comparison(999, 0.5, 10, 20)]
    other = length_controlled(unknown, gamed)
    assert other is not None
    assert other.formula == "length_controlled_minimal"


def missing(comparisons: list[Comparison]) -> list[Comparison]:
    """Leave out every third answer."""
    return [replace(c, preference=None, length=0) if n % 3 == 0 else c for n, c in enumerate(comparisons)]


def test_missing_answers_shape_no_fit_and_count_as_lost(gamed: Gamed) -> None:
    whole = comparisons()
    answered = [c for n, c in enumerate(whole) if n % 3]
    for table in (gamed, None):
        found, of_answered = length_controlled(missing(whole), table), length_controlled(answered, table)
        assert found is not None
        assert of_answered is not None
        assert found.formula == of_answered.formula
        assert found.value == pytest.approx(of_answered.value * 2 / 3, abs=1e-12)
    assert length_controlled([replace(c, preference=None) for c in whole], gamed) is None


def test_a_missing_answer_costs_both_headline_rates_alike() -> None:
    drawn = numbers(5)
    whole = [Comparison(n, round(0.5 + 0.2 * next(drawn), 6), 800, 400 + int(900 * next(drawn))) for n in range(200)]
    for factor, some in ((1, whole), (2, [replace(c, preference=None, length=0) if c.index % 2 else c for c in whole])):
        found = {metric.metric: metric.value for metric in win_metrics(some, None)}
        assert found["win_rate"] == pytest.approx(0.6 / factor, abs=0.01)
        assert found["lc_win_rate_minimal"] == pytest.approx(0.6 / factor, abs=0.02)


@pytest.mark.slow
def test_the_error_of_the_length_controlled_rate_is_over_all_prompts_and_none_of_equal_predictions(
    gamed: Gamed,
) -> None:
    some = missing(comparisons())
    found, of_answered = (
        length_controlled(each, gamed) for each in (some, [c for c in some if c.preference is not None])
    )
    assert found is not None
    assert of_answered is not None
    count, known, error = len(some), 40, of_answered.error or 0
    squares = known * (known - 1) * error**2 + known * of_answered.value**2
    expected = math.sqrt((squares - count * found.value**2) / (count - 1) / count)
    assert found.error == pytest.approx(expected, abs=1e-12)
    minimal = length_controlled(comparisons(), None)
    assert minimal is not None
    assert minimal.error is None
    assert [m.metric for m in win_metrics(comparisons(), None) if "error" in m.metric] == ["standard_error"]


def test_all_prompts_decide_on_the_formula(gamed: Gamed) -> None:
    found = length_controlled([*comparisons(), Comparison(999, None, 10, 0)], gamed)
    assert found is not None
    assert found.formula == "length_controlled_minimal"


def test_the_rate_to_be_quoted_comes_first(gamed: Gamed) -> None:
    assert next(win_metrics(comparisons(), gamed)).metric == "lc_win_rate"
    assert next(win_metrics(comparisons(), None)).metric == "win_rate"


@pytest.mark.parametrize("preference", [0.0, 1.0, 0.5, 0.8, None])
def test_where_nothing_differs_the_interval_is_wilsons(preference: float | None) -> None:
    (found,) = [m for m in win_metrics([Comparison(n, preference, 9, n) for n in range(20)], None) if m.low is not None]
    assert (found.metric, found.value) == ("win_rate", pytest.approx(preference or 0.0))
    assert (found.low, found.high) == wilson(20 * (preference or 0.0), 20)
    assert (found.high or 0) - (found.low or 0) > 0.1
    assert all(m.low is None for m in win_metrics([Comparison(0, preference, 9, 9)], None))


def test_longer_answers_that_win_by_their_length_lose_under_control() -> None:
    won = [Comparison(n, 0.9 if n % 4 else 0.2, 500, 1500 if n % 4 else 300) for n in range(40)]
    found = length_controlled(won, None)
    assert found is not None
    assert found.value < win_rate([comparison.preference for comparison in won]) - 0.1


@pytest.mark.parametrize("count", [0, 1, 9])
def test_few_comparisons_give_no_figure(count: int) -> None:
    assert length_controlled(comparisons()[:count], None) is None


def test_equal_differences_of_length_give_no_figure() -> None:
    assert length_controlled([Comparison(n, 0.5, 10, 20) for n in range(40)], None) is None


def test_a_strong_penalty_leaves_no_coefficient() -> None:
    features = np.array([[1.0, 1.0], [-1.0, 1.0], [2.0, 1.0]])
    assert fit(features, np.array([0.9, 0.2, 0.7]), np.ones(3), 1e-4) == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "index,preference,std_delta_len,instruction_difficulty\n1,x,2,3\n"])
def test_an_unfit_table_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "df_gamed.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(BenchmarkError, match=r"df_gamed\.csv"):
        find_gamed(str(path), download=False)
    with pytest.raises(BenchmarkError, match="cannot be read"):
        find_gamed(str(tmp_path / "none.csv"), download=False)
