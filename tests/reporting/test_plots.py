import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import matplotlib
import polars as pl
import pytest

from crabtk.reporting import plots
from crabtk.reporting.comparisons import control_tables


def _all(inputs):
    return {
        "types": lambda: plots.constraint_types(inputs.constraints),
        "words": lambda: plots.response_words(inputs.seeds),
        "per example": lambda: plots.constraints_per_example(inputs.crab),
        "audit": lambda: plots.audit_scores(inputs.judge_audit, 0.7, 0.53),
        "audit without threshold": lambda: plots.audit_scores(inputs.judge_audit),
        "curves": lambda: plots.training_curves(inputs.history),
        "scores": lambda: plots.scores(inputs.scores, "held_out"),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["types", "words", "per example", "audit", "audit without threshold", "curves", "scores"]
)
def test_bytes_depend_on_the_data_alone(inputs, name):
    draw = _all(inputs)[name]
    first = plots.svg(draw())
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.hashsalt": "other"}):
        assert plots.svg(draw()) == first
    ElementTree.fromstring(first)
    assert "<dc:date>" not in first and "<text" not in first
    assert plots.png(draw()) == plots.png(draw())


@pytest.mark.slow
def test_pyplot_is_never_loaded():
    code = (
        "import sys, crabtk.reporting.plots as p; assert 'matplotlib' not in sys.modules;"
        "p.svg(p.training_curves([{'step': 1, 'loss': 2.0}])); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_one_of_everything_is_enough(inputs):
    for draw in (
        lambda: plots.constraint_types(inputs.constraints.head(1)),
        lambda: plots.response_words(inputs.seeds.head(1)),
        lambda: plots.constraints_per_example(inputs.crab.head(1)),
        lambda: plots.audit_scores(inputs.judge_audit.head(1)),
        lambda: plots.audit_scores(inputs.judge_audit.with_columns(score=pl.lit(None, dtype=pl.Float64))),
        lambda: plots.training_curves([{"step": 1, "loss": float("nan")}, {"step": 2, "eval_loss": 1.0}]),
        lambda: plots.scores(inputs.scores.head(1), "held_out"),
    ):
        assert plots.svg(draw()).startswith("<?xml")


def test_bars_are_the_counts(inputs):
    axes = plots.constraint_types(inputs.constraints).axes[0]
    widths = sum(bar.get_width() for bar in axes.patches)
    assert widths == inputs.constraints.height


def test_too_many_types_are_cut(inputs):
    many = pl.concat(
        [
            inputs.constraints.head(1).with_columns(type=pl.lit(f"family:t{n}"), constraint_id=pl.lit(str(n)))
            for n in range(90)
        ]
    )
    assert len(plots.constraint_types(many).axes[0].get_yticks()) == plots.MOST_TYPES


def test_satisfaction_is_drawn_against_the_number_of_constraints(many):
    drawn = plots.by_number(many.scores, "held_out")
    assert [axes.get_title(loc="left") for axes in drawn.axes] == [
        "Prompt accuracy, strict",
        "Constraint accuracy, strict",
    ]
    lines = {line.get_label(): line for line in drawn.axes[0].get_lines()}
    row = many.scores.filter(benchmark="held_out", metric="prompt_strict", group="constraints 3", model="grpo")
    assert dict(zip(*lines["grpo"].get_data(), strict=True))[3] == pytest.approx(100 * row["value"].item())
    assert set(lines) == {"base", "sft", "dpo", "grpo", "rival/7b", "plain", "official", "ours"}
    assert plots.by_number(many.scores, "followbench").axes[0].get_xlabel() == "level"
    assert plots.by_number(_of_one_number(many), "held_out") is None


def _of_one_number(many):
    return many.scores.filter(pl.col("group").is_in(["all", "constraints 2"]))


def test_scores_without_intervals_and_shares_are_drawn_too(many):
    assert plots.svg(plots.scores(many.scores.filter(benchmark="followbench"), "followbench"))
    numbers = many.scores.filter(benchmark="followbench", metric="csl")
    assert plots.svg(plots.scores(numbers, "followbench")).startswith("<?xml")


def test_figures_that_are_no_accuracies_are_not_drawn(many):
    kept = many.scores.filter(benchmark="followbench", group="all", metric="hsr")
    names = ("hsr", "lc_standard_error", "standard_error", "unreadable")
    axes = plots.scores(pl.concat([kept.with_columns(metric=pl.lit(name)) for name in names]), "followbench").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["HSR"]


def test_each_training_of_a_control_is_a_dot(many):
    (table, *_) = control_tables(many.grades, (), seed=17)
    axes = plots.control_scores(table).axes[0]
    dots = [line for line in axes.get_lines() if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [3, 3, 3]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["ours", "plain", "official"]


def test_panels_that_are_not_needed_are_not_seen(many):
    axes = plots.training_curves(many.trainings["grpo"]["history"]).axes
    assert [each.get_visible() for each in axes] == [True, True, True, False]
    names = [name for name in many.trained() if "#" in name]
    losses = plots.losses({name: many.trainings[name]["history"] for name in names}).axes[0]
    assert len(losses.get_lines()) == 9 and len(losses.get_legend_handles_labels()[1]) == 3
