import pytest

from crabtk.reporting.findings import audit_finding
from crabtk.settings import Settings

FIGURES = {
    "auc": 0.53,
    "auc_low": 0.42,
    "auc_high": 0.64,
    "threshold": None,
    "recall": 0.1,
    "false_holds": 0.05,
    "cases_true": 40,
    "cases_false": 40,
    "unreadable": 0,
    "accepted": False,
    "reason": "too bad",
    "model": "tiny",
}


def _sentences(translated=63, joined=0, by_code=0, **changes):
    return audit_finding(FIGURES | changes, Settings(), translated=translated, joined=joined, by_code=by_code)


def test_a_judge_that_guesses_is_said_to_guess():
    assert _sentences() == [
        "The judge, tiny, told true from false constraints no better than chance "
        "(AUC 0.53, 95 % CI 0.42–0.64; 40 true and 40 false planted cases).",
        "No threshold passes 30\xa0% of the true cases (the best passes 10\xa0%) "
        "while at most 5\xa0% of the false ones pass.",
        "So 63 translated constraints stayed out of the dataset.",
    ]


@pytest.mark.parametrize(
    ("auc", "low", "high", "words"),
    [
        (0.95, 0.9, 0.99, "very well"),
        (0.85, 0.75, 0.92, "constraints well"),
        (0.72, 0.6, 0.8, "fairly well"),
        (0.6, 0.52, 0.7, "only weakly, though better than chance"),
        (0.6, 0.45, 0.7, "no better than chance"),
        (0.2, 0.1, 0.3, "worse than chance"),
    ],
)
def test_the_auc_in_words(auc, low, high, words):
    assert words in _sentences(auc=auc, auc_low=low, auc_high=high)[0]


def test_too_few_cases_give_the_reason():
    unmeasured = {"auc": None, "auc_low": None, "auc_high": None, "recall": None}
    assert _sentences(**unmeasured, cases_true=2, reason="the audit could plant only 2 true cases")[:2] == [
        "The judge, tiny, could not be measured (2 true and 40 false planted cases).",
        "Why: the audit could plant only 2 true cases.",
    ]


def test_an_accepted_judge_tells_its_threshold_and_harvest():
    sentences = _sentences(accepted=True, threshold=0.71, recall=0.8, joined=30, by_code=3)
    assert sentences[1].startswith("At P(yes) ≥ 0.71 it passes 80\xa0% of the true cases")
    assert sentences[2].startswith("Of 63 translated constraints, the judge let 30 into the dataset; code found 3 ")


def test_one_constraint_is_singular():
    assert _sentences(translated=1)[-1] == "So 1 translated constraint stayed out of the dataset."
