"""The benchmark through crabtk: registered, its options checked, scored with and without a judge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from crabtk import Checks, Completion, JudgedBenchmark, OwnMetrics, Request
from crabtk.errors import SettingsError
from crabtk.pipeline.grade import grade, grade_table, judge_responses
from crabtk.plugins import check_options, load
from crabtk.schemas import Grades, Responses, columns
from crabtk.scoring.own_metrics import own_metrics, standard_metrics
from crabtk_followbench.benchmark import FollowBench


def test_it_is_registered_and_its_options_are_checked() -> None:
    plugin = load().plugins["benchmark", "followbench"]
    check_options(plugin, {"levels": [1, 5], "categories": ["style"], "judging": "pointwise"}, "options")
    for wrong in ({"levels": [0]}, {"categories": ["scenario"]}, {"judging": "both"}, {"prompt": "x"}):
        with pytest.raises(SettingsError, match=next(iter(wrong))):
            check_options(plugin, wrong, "options")


def responses(bench: FollowBench, **models: str) -> pl.DataFrame:
    rows = [
        (model, "followbench", item.item_id, "[]", said, "error" if said == "" else "stop")
        for model, said in models.items()
        for item in bench.items({})
    ]
    return pl.DataFrame(rows, schema=columns(Responses), orient="row")


def lenient(requests: Sequence[Request]) -> list[Completion]:
    """Grant each first step, and all of them to a response that speaks of rain."""
    found = []
    for request in requests:
        assert request.json_schema is not None
        rain = "Rain" in request.messages[-1].content
        met = {name: "yes" if rain or name == "step_1" else "no" for name in request.json_schema["required"]}
        found.append(Completion(json.dumps({name: {"requirement": "", "met": said} for name, said in met.items()})))
    return found


def test_a_judge_gives_figures_of_all_and_nobody_gives_those_of_the_rules_alone(small: Path) -> None:
    bench = FollowBench(prompts=str(small))
    assert isinstance(bench, JudgedBenchmark)
    assert isinstance(bench, OwnMetrics)
    assert not standard_metrics(bench)
    items, answered = bench.items({}), responses(bench, rainy="Rain is falling in $7 operation", silent="", dry="$7")
    judgements, _ = judge_responses(answered, bench, items, lenient)
    assert judgements.height == 2 * 20
    graded = grade(answered, bench, items, Checks({}, {}), judgements)
    scores = own_metrics(bench, graded).rows_by_key(["model", "benchmark", "metric", "group"], named=True, unique=True)
    value = {key: row["value"] for key, row in scores.items()}
    assert value["rainy", "followbench:judged", "hsr", "all"] == 1.0
    assert value["dry", "followbench:judged", "hsr", "all"] == pytest.approx(1 / 5)
    assert value["dry", "followbench:judged", "ssr", "all"] == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5) / 5)
    assert value["dry", "followbench:rules", "csl", "category situation"] == 5.0
    assert value["silent", "followbench", "hsr", "all"] == 0.0
    assert value["silent", "followbench:judged", "csl", "all"] == 0.0
    grades = grade_table(graded, bench.name)
    Grades.validate(grades)
    # The levels of a group grow out of one prompt.
    assert (grades["item_id"] == grades["cluster"] + "-" + grades["item_id"].str.slice(-1)).all()
    assert grades["cluster"].n_unique() * 5 == grades["item_id"].n_unique()

    unjudged = own_metrics(bench, grade(answered, bench, items, Checks({}, {})))
    assert set(unjudged["benchmark"]) == {"followbench:rules"}
    assert unjudged.filter(model="rainy", metric="hsr", group="all")["count"].to_list() == [20]
