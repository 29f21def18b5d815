import json
from dataclasses import replace

import polars as pl

from crabtk.reporting.inputs import ReportInputs
from crabtk.reporting.report import summary
from tests.scoring.verdicts import responses, table


def test_it_is_json_without_nan(inputs):
    figures = {**inputs.training_figures, "perplexity": float("nan")}
    numbers = summary(replace(inputs, training_figures=figures))
    assert json.loads(json.dumps(numbers, allow_nan=False)) == numbers
    assert numbers["trainings"][0]["figures"]["perplexity"] is None


def test_it_hides_secrets(inputs):
    assert "sk-secret" not in json.dumps(summary(inputs))


def test_verdicts_add_up(accepted):
    found = summary(accepted)["constraints"]
    assert found["kept"] == found["by_code"] + found["by_judge"]
    assert found["total"] == found["kept"] + found["unknown"] + found["fails"]
    assert found["by_judge"] == 55 and found["measured"] == accepted.measured_constraints.height


def test_without_a_recheck_the_verdicts_count(inputs):
    found = summary(replace(inputs, rechecked=None))["constraints"]
    assert (found["rechecked"], found["checked"], found["held"]) == (False, 312, 312)


def test_translated_constraints_that_code_checked_are_codes(inputs):
    by_code = {"verdict": pl.lit("holds"), "judged_by": pl.lit("code"), "score": pl.lit(1.0)}
    constraints = pl.concat([inputs.measured_constraints, inputs.translated_constraints.with_columns(**by_code)])
    numbers = summary(replace(inputs, constraints=constraints))
    assert numbers["constraints"]["by_judge"] == 0
    assert "0 translated constraints stayed out" in numbers["audit"]["sentences"][-1]


def test_licences_are_found_by_name_or_file(inputs):
    assert {source["source"]: source["licence"] for source in summary(inputs)["sources"]} == {
        "creative": "apache-2.0",
        "chat <b>|evil`": "cc-by-4.0",
    }


def test_scores_pair_models_by_group(inputs):
    table = summary(inputs)["scores"][0]
    assert (table["models"], table["changed"]) == (["base", "sft"], ["base", "sft"])
    assert [row["metric"] for row in table["overall"]][:2] == ["prompt_strict", "constraint_strict"]
    assert [row["group"] for row in table["family"]][:2] == ["format", "keyword"]
    base, sft = table["overall"][0]["cells"]
    assert abs(table["overall"][0]["change"] - (sft["value"] - base["value"])) < 1e-12


def test_an_unknown_group_is_kept_apart(inputs):
    odd = inputs.scores.head(1).with_columns(group=pl.lit("level 3"))
    table = summary(replace(inputs, scores=pl.concat([inputs.scores, odd])))["scores"][0]
    assert [row["group"] for row in table["other"]] == ["level 3"]


def test_changes_between_models_are_counted():
    rows = [row for n in range(8) for row in responses("base", {f"i{n}": "A" if n == 0 else "a"})]
    rows += [row for n in range(8) for row in responses("sft", {f"i{n}": "A" if n > 0 else "a"})]
    grades = table([*rows, *responses("base", {"alone": "A"})])
    (changed,) = summary(ReportInputs(grades=grades))["comparisons"]
    assert (changed["prompts"]["count"], changed["gained"], changed["lost"], changed["left_out"]) == (8, 7, 1, 1)
    assert abs(changed["prompts"]["p_value"] - 0.0703125) < 1e-9
    for kind, name in (("types", "type"), ("families", "family"), ("numbers", "number")):
        (row,) = changed[kind]
        assert row[name] == {"type": "f:a", "family": "f", "number": 1}[name]
        assert (row["count"], row["test"], row["adjusted"]) == (8, "mcnemar", changed["prompts"]["p_value"])
        assert row["low"] < row["change"] < row["high"]


def test_the_ledger_is_grouped_by_rule(inputs):
    seeds, constraints = summary(inputs)["ledger"]
    assert (seeds["stage"], seeds["count"], constraints["count"]) == ("seeds", 24, 2)
    assert seeds["reasons"][0]["reason"] == "the response has … words, fewer than 200"
    assert seeds["reasons"][0]["count"] == 23 and seeds["reasons"][0]["first"]["row"] == 1
    assert seeds["reasons"][1]["reason"] == 'no field "response"'
    assert all(len(reason["first"]["raw"]) < 400 for reason in seeds["reasons"])


def test_local_folders_of_models_are_not_told(inputs):
    figures = {**inputs.audit_figures, "model": "/home/someone/models/judge-7b"}
    sentences = summary(replace(inputs, audit_figures=figures))["audit"]["sentences"]
    assert sentences[0].startswith("The judge, judge-7b, told")


def test_reasons_that_hold_an_ellipsis_are_grouped_too():
    reasons = ["x … y", "x 5 y", "x 6 y"]
    rows = [{"stage": "s", "file": "f", "row": 1, "key": None, "reason": reason, "raw": ""} for reason in reasons]
    found = summary(ReportInputs(ledger=pl.DataFrame(rows)))["ledger"][0]["reasons"]
    assert [(each["reason"], each["count"]) for each in found] == [("x … y", 2), ("x … y", 1)]
