"""From grades to scores: figures worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crabtk import schemas
from crabtk.scoring.aggregate import aggregate, grade_rows, wilson

GRADES = [
    ("base", "b", "1", "length:words", True, True),
    ("base", "b", "1", "length:sentences", False, True),
    ("base", "b", "1", "keyword:include", True, True),
    ("base", "b", "2", "length:words", True, True),
    ("base", "b", "3", "keyword:include", False, False),
    ("base", "b", "3", "length:words", True, False),
    ("trained", "b", "1", "length:words", True, None),
]


def values(rows: list[tuple[str, str, str, str, bool, bool | None]]) -> dict[tuple[str, str, str], tuple[float, int]]:
    table = aggregate(grade_rows(rows))
    schemas.Scores.validate(table)
    assert table.equals(aggregate(grade_rows(rows[::-1]))), "the order of grades does not matter"
    found = {(row["model"], row["metric"], row["group"]): (row["value"], row["count"]) for row in table.to_dicts()}
    assert len(found) == len(table)
    return found


def test_accuracies_per_prompt_constraint_family_and_type() -> None:
    assert values(GRADES) == {
        ("base", "prompt_strict", "all"): (1 / 3, 3),
        ("base", "prompt_loose", "all"): (2 / 3, 3),
        ("base", "constraint_strict", "all"): (4 / 6, 6),
        ("base", "constraint_loose", "all"): (4 / 6, 6),
        ("base", "constraint_strict", "family length"): (3 / 4, 4),
        ("base", "constraint_loose", "family length"): (3 / 4, 4),
        ("base", "constraint_strict", "family keyword"): (1 / 2, 2),
        ("base", "constraint_loose", "family keyword"): (1 / 2, 2),
        ("base", "constraint_strict", "type length:words"): (1.0, 3),
        ("base", "constraint_loose", "type length:words"): (2 / 3, 3),
        ("base", "constraint_strict", "type length:sentences"): (0.0, 1),
        ("base", "constraint_loose", "type length:sentences"): (1.0, 1),
        ("base", "constraint_strict", "type keyword:include"): (1 / 2, 2),
        ("base", "constraint_loose", "type keyword:include"): (1 / 2, 2),
        ("trained", "prompt_strict", "all"): (1.0, 1),
        ("trained", "constraint_strict", "all"): (1.0, 1),
        ("trained", "constraint_strict", "family length"): (1.0, 1),
        ("trained", "constraint_strict", "type length:words"): (1.0, 1),
    }


def test_items_of_one_name_in_two_benchmarks_are_two() -> None:
    rows = [("base", name, "1", "a:b", name == "x", None) for name in ("x", "y")]
    table = aggregate(grade_rows(rows))
    assert table.filter(metric="prompt_strict").select("benchmark", "value").rows() == [("x", 1.0), ("y", 0.0)]


def test_no_grades_are_no_scores() -> None:
    table = aggregate(grade_rows([]))
    schemas.Scores.validate(table)
    assert table.is_empty()


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_that_of_the_literature(successes: int, trials: int, low: float, high: float) -> None:
    """Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3."""
    assert wilson(successes, trials) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 2000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_an_interval_encloses_its_share_and_stays_within_bounds(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    assert 0.0 <= low <= counts[0] / counts[1] <= high <= 1.0
