import polars as pl
import pytest

from crabtk import schemas
from crabtk.reporting.registries import registry_differences
from crabtk.reporting.score_markdown import markdown_tables
from crabtk.reporting.score_tables import headline_row, score_tables
from crabtk.scoring.paired import over_repeats


def _scores(*rows, benchmark="held_out"):
    """Make scores of (model, metric, group, value), of ten things each unless a fifth says otherwise."""
    full = [(row[0], benchmark, *row[1:4], *(row[4:] or (10,)), None, None) for row in rows]
    return pl.DataFrame(full, schema=schemas.columns(schemas.Scores), orient="row")


@pytest.fixture(scope="module")
def tables(many):
    return {table["benchmark"]: table for table in score_tables(many.scores)}


def test_repeats_of_a_control_are_one_column(many, tables):
    table = tables["held_out"]
    assert table["models"] == ["base", "sft", "dpo", "grpo", "rival/7b", "plain", "official", "ours"]
    assert table["repeats"] == [1] * 5 + [3] * 3 and table["changed"] == ["base", "grpo"]
    values = many.scores.filter(
        pl.col("model").str.starts_with("plain#"), benchmark="held_out", metric="prompt_strict", group="all"
    )["value"].to_list()
    plain, mean = table["overall"][0]["cells"][5], over_repeats(values)
    assert (plain["value"], plain["low"], plain["high"]) == (mean.value, max(mean.low, 0.0), mean.high)
    assert plain["count"] == 40


def test_a_model_by_a_name_of_its_own_is_no_repeat():
    table = score_tables(_scores(("rival#1", "prompt_strict", "all", 0.1), ("rival#2", "prompt_strict", "all", 0.3)))[0]
    assert (table["models"], table["changed"]) == (["rival#1", "rival#2"], None)
    assert table["overall"][0]["change"] is None


def test_groups_have_their_own_tables(tables):
    table = tables["held_out"]
    assert [row["group"] for row in table["training"]][:2] == ["seen", "kept out"]
    assert [row["group"] for row in table["number"]][:4] == ["1", "2", "3", "4"]
    assert [row["group"] for row in tables["followbench"]["other"]] == ["level 1", "level 2", "level 3", "level 10"]
    assert not tables["ifeval"]["training"]


def test_a_benchmarks_own_figures_are_shares_or_numbers(tables):
    hsr, csl = sorted(tables["followbench"]["overall"], key=lambda row: row["metric"] == "csl")
    assert (hsr["label"], hsr["unit"], csl["label"], csl["unit"]) == ("HSR", "share", "CSL", "number")
    assert csl["cells"][0]["value"] == 0.8, "below 1, and still no share"
    assert csl["cells"][0]["low"] is None
    win = score_tables(_scores(("base", "tokens", "all", 12.5)))[0]["overall"][0]
    assert (win["unit"], win["label"]) == ("number", "Tokens")


def test_a_benchmarks_own_figures_stand_in_its_order_and_the_first_is_the_headline():
    figures = (("win_rate", 0.4), ("standard_error", 0.1), ("a_rate", 0.3), ("unreadable", 0.0), ("avg_length", 0.0))
    rows = [(model, metric, "all", value) for model in ("base", "sft") for metric, value in figures]
    (table,) = score_tables(_scores(*rows))
    assert [row["metric"] for row in table["overall"]] == [metric for metric, _ in figures]
    assert (headline_row(table)["metric"], table["overall"][-1]["unit"]) == ("win_rate", "number")
    (judged,) = score_tables(
        _scores(*rows, ("base", "prompt_strict", "all", 0.2), ("sft", "prompt_strict", "all", 0.2))
    )
    assert headline_row(judged)["metric"] == "prompt_strict"


def test_the_headline_is_one_that_all_models_have():
    some = [("base", "lc_win_rate", "all", 0.4), ("base", "standard_error", "all", 0.1), ("base", "rate", "all", 0.3)]
    both = [*some, ("sft", "standard_error", "all", 0.1), ("sft", "rate", "all", 0.2)]
    assert [headline_row(score_tables(_scores(*rows))[0])["metric"] for rows in (some, both)] == ["lc_win_rate", "rate"]
    none = [("base", "lc_win_rate", "all", 0.4), ("sft", "rate", "all", 0.2)]
    assert headline_row(score_tables(_scores(*none))[0])["metric"] == "lc_win_rate"


def test_registries_are_compared_where_they_judge_the_same():
    upstream = [
        ("base", "prompt_strict", "all", 0.4),
        ("base", "constraint_strict", "type a:b", 0.5),
        ("base", "constraint_strict", "type a:c", 0.5),
        ("base", "constraint_strict", "type a:d", 0.1),
    ]
    fixed = [
        ("base", "prompt_strict", "all", 0.3),
        ("base", "constraint_strict", "type a:b", 0.4),
        ("base", "constraint_strict", "type a:c", 0.5),
        ("base", "constraint_strict", "type a:d", 0.6),
    ]
    both = pl.concat([_scores(*upstream, benchmark="ifeval"), _scores(*fixed, benchmark="ifeval:fixed")])
    (pair,) = registry_differences(score_tables(both))
    assert (pair["benchmark"], pair["variant"], pair["models"]) == ("ifeval", "fixed", ["base"])
    (cell,) = pair["overall"][0]["cells"]
    assert (cell["value"], cell["other"], round(cell["change"], 12)) == (0.4, 0.3, -0.1)
    assert [row["group"] for row in pair["type"]] == ["a:d", "a:b"], "the widest first, and what is equal left out"


def test_a_variant_of_other_prompts_is_no_registry():
    whole = _scores(("base", "hsr", "all", 0.4, 100), benchmark="followbench")
    rules = _scores(("base", "hsr", "all", 0.5, 40), benchmark="followbench:rules")
    assert registry_differences(score_tables(pl.concat([whole, rules]))) == []
    assert registry_differences(score_tables(rules)) == []


def test_markdown_tables_hold_no_markup_of_names(many):
    odd = {"rival/7b": "<b>|`x`"}
    rename = pl.col("model").replace(odd)
    found = dict(
        markdown_tables(many.scores.with_columns(rename), many.grades.with_columns(rename), ["letters"], seed=17)
    )
    assert list(found) == ["scores", "comparisons", "types", "controls"]
    for text in found.values():
        assert "<b>" not in text and "`" not in text
        for block in text.split("\n\n"):
            rows = [line for line in block.splitlines() if line.startswith("|")]
            assert len({row.count("|") for row in rows}) <= 1
    assert "&#60;b&#62;&#124;" in found["comparisons"]


def test_without_scores_there_are_no_tables(many):
    assert dict(markdown_tables(many.scores.clear(), many.grades.clear(), seed=1)) == {}
