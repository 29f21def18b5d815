"""The judge's figures: thresholds worked by hand, and laws that hold for any scores."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crabtk.scoring.judges import MIN_CASES, Threshold, choose_threshold, roc_auc

# Few values, so that ties are common; -1 stands for an unreadable answer.
SCORES = st.lists(st.sampled_from([-1.0, 0.0, 0.1, 0.5, 0.500001, 0.9, 1.0]), min_size=MIN_CASES, max_size=40)


def choose(true: list[float], false: list[float], max_false_holds: float = 0.05) -> Threshold:
    found = choose_threshold(
        [True] * len(true) + [False] * len(false), [*true, *false], max_false_holds=max_false_holds, seed=17
    )
    assert found is not None
    return found


def test_a_perfect_judge_passes_every_true_case_and_no_false_one() -> None:
    found = choose([0.8, 0.9] * 10, [0.1, 0.2] * 10)
    assert found == Threshold(0.8, recall=1.0, false_holds=0.0, auc=1.0, auc_low=1.0, auc_high=1.0)


def test_an_inverted_judge_has_no_threshold() -> None:
    assert choose([0.1] * 20, [0.9] * 20) == Threshold(None, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_a_judge_that_always_says_the_same_has_no_threshold() -> None:
    assert choose([0.7] * 20, [0.7] * 20) == Threshold(None, 0.0, 0.0, 0.5, 0.5, 0.5)
    # Unless every false case may pass.
    assert choose([0.7] * 20, [0.7] * 20, max_false_holds=1.0).threshold == 0.7


def test_the_bound_on_false_cases_is_met_exactly_and_not_passed() -> None:
    # One of 20 false cases at 0.6: 5 %. A second one at 0.5: 10 %.
    true = [0.9] * 8 + [0.6] * 6 + [0.55] * 2 + [0.5] * 4
    false = [0.6, 0.5] + [0.1] * 18
    found = choose(true, false)
    assert (found.threshold, found.recall, found.false_holds) == (0.55, 0.8, 0.05)
    found = choose(true, false, max_false_holds=0.0499)
    assert (found.threshold, found.recall, found.false_holds) == (0.9, 0.4, 0.0)
    found = choose(true, false, max_false_holds=0.1)
    assert (found.threshold, found.recall, found.false_holds) == (0.5, 1.0, 0.1)


def test_a_tie_with_a_false_case_passes_both_or_neither() -> None:
    found = choose([0.9] * 10 + [0.6] * 10, [0.6] * 2 + [0.1] * 18)
    assert (found.threshold, found.recall) == (0.9, 0.5)


def test_ties_count_half_in_the_auc() -> None:
    # Of 4 pairs: 0.8 beats both, 0.5 ties one and beats one.
    assert roc_auc([0.8, 0.5], [0.5, 0.2]) == 3.5 / 4


def test_an_unreadable_answer_is_no_threshold_and_lowers_the_recall() -> None:
    found = choose([0.9] * 15 + [-1.0] * 5, [0.1] * 15 + [-1.0] * 5)
    assert (found.threshold, found.recall, found.false_holds) == (0.9, 0.75, 0.0)
    silent = choose([-1.0] * 20, [-1.0] * 20, max_false_holds=1.0)
    assert (silent.threshold, silent.recall) == (None, 0.0)


@pytest.mark.parametrize(("true", "false"), [(9, 10), (10, 9), (0, 40), (40, 0), (0, 0)])
def test_too_few_cases_tell_nothing(true: int, false: int) -> None:
    truths = [True] * true + [False] * false
    assert choose_threshold(truths, [0.5] * len(truths), max_false_holds=0.05, seed=17) is None


@settings(max_examples=40, deadline=None)
@given(SCORES, SCORES, st.sampled_from([0.0, 0.05, 0.1, 0.3, 1.0]))
def test_the_threshold_is_the_best_within_the_bound(
    true: list[float], false: list[float], max_false_holds: float
) -> None:
    found = choose(true, false, max_false_holds)

    def share(scores: list[float], threshold: float) -> float:
        return sum(score >= threshold for score in scores) / len(scores)

    allowed = [t for t in {*true, *false} if t >= 0 and share(false, t) <= max_false_holds]
    assert found.false_holds <= max_false_holds
    assert found.recall == max((share(true, threshold) for threshold in allowed), default=0.0)
    if found.threshold is not None:
        assert found.threshold >= 0
        assert (found.recall, found.false_holds) == (share(true, found.threshold), share(false, found.threshold))


@settings(max_examples=40, deadline=None)
@given(SCORES, SCORES)
def test_the_auc_is_the_share_of_pairs_and_its_interval_encloses_it(true: list[float], false: list[float]) -> None:
    found = choose(true, false)
    pairs = [(one > other) + 0.5 * (one == other) for one in true for other in false]
    assert found.auc == pytest.approx(sum(pairs) / len(pairs), abs=1e-12)
    assert 0.0 <= found.auc_low <= found.auc <= found.auc_high <= 1.0
    assert choose(true, false) == found, "the bootstrap is seeded"
