"""The benchmark through crabtk, with a judge and without, and the files that go to AlpacaEval and come from it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from crabtk import Checks, Completion, Grade, Graded, JudgedBenchmark, OwnMetrics, Request
from crabtk.errors import BenchmarkError, SettingsError
from crabtk.pipeline.grade import grade, grade_table, judge_responses
from crabtk.plugins import check_options, load
from crabtk.schemas import Grades, Responses, columns
from crabtk.scoring.own_metrics import own_metrics, standard_metrics
from crabtk_alpaca_eval import baseline as baseline_module
from crabtk_alpaca_eval.__main__ import main
from crabtk_alpaca_eval.annotations import read_annotations
from crabtk_alpaca_eval.benchmark import AlpacaEval
from crabtk_alpaca_eval.outputs import read_responses


def test_it_is_registered_and_its_options_are_checked() -> None:
    plugin = load().plugins["benchmark", "alpaca_eval"]
    check_options(plugin, {"prompts": "x.json", "orders": "both", "seed": 3}, "options")
    for wrong in ({"orders": "first"}, {"baseline": "x.json"}, {"seed": "1"}):
        with pytest.raises(SettingsError, match=next(iter(wrong))):
            check_options(plugin, wrong, "options")


def responses(bench: AlpacaEval, **models: str) -> pl.DataFrame:
    rows = [
        (model, "alpaca_eval", item.item_id, "[]", said * (n + 1), "error" if said == "" else "stop")
        for model, said in models.items()
        for n, item in enumerate(bench.items({}))
    ]
    return pl.DataFrame(rows, schema=columns(Responses), orient="row")


def likes_robins(requests: Sequence[Request]) -> list[Completion]:
    """Prefer an answer with a robin, by 4 to 1."""
    found = []
    for request in requests:
        asked = request.messages[-1].content
        robin = asked.find("robin")
        name, other = ("m", "M") if -1 < robin < asked.index("end of answer m") else ("M", "m")
        if robin < 0:
            found.append(Completion("m", choice_logprobs={"m": math.log(0.5), "M": math.log(0.5)}))
        else:
            found.append(Completion(name, choice_logprobs={name: math.log(0.8), other: math.log(0.2)}))
    return found


def test_models_are_scored_by_a_judge(baseline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crabtk_alpaca_eval.gamed.cached", lambda *_, **__: None)
    bench = AlpacaEval(prompts=str(baseline))
    assert isinstance(bench, JudgedBenchmark)
    assert isinstance(bench, OwnMetrics)
    assert not standard_metrics(bench)
    items, answered = bench.items({}), responses(bench, good="robin, ", even="crow ", silent="")
    judgements, _ = judge_responses(answered, bench, items, likes_robins)
    assert judgements.height == 24
    graded = grade(answered, bench, items, Checks({}, {}), judgements)
    Grades.validate(grade_table(graded, bench.name))
    scores = own_metrics(bench, graded).rows_by_key(["model", "metric"], named=True, unique=True)
    assert scores["good", "win_rate"]["value"] == pytest.approx(0.8)
    assert scores["good", "discrete_win_rate"]["value"] == 1.0
    assert scores["even", "win_rate"]["value"] == scores["even", "discrete_win_rate"]["value"] == pytest.approx(0.5)
    assert scores["silent", "win_rate"]["value"] == 0.0
    assert scores["silent", "unreadable"]["value"] == 1.0
    assert scores["good", "avg_length"]["value"] == pytest.approx(7 * 6.5)
    assert ("good", "lc_win_rate_minimal") in scores
    assert ("good", "lc_win_rate") not in scores
    assert ("silent", "avg_length") not in scores

    unjudged = own_metrics(bench, grade(answered, bench, items, Checks({}, {})))
    assert unjudged.select("model", "metric").rows() == [("good", "avg_length"), ("even", "avg_length")]


def test_missing_answers_are_lost_and_have_no_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crabtk_alpaca_eval.gamed.cached", lambda *_, **__: None)
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps([{"instruction": f"Name {n}.", "output": "wren"} for n in range(40)]), "utf-8")
    bench = AlpacaEval(prompts=str(path))
    graded = []
    for place, item in enumerate(bench.items({})):
        score = None if place % 2 else (0.55, 0.65)[place % 4 // 2]
        response = "" if place % 2 else "robin " * (place % 10 + 1)
        graded.append(Graded(item, response, (Grade("alpaca_eval:win", bool(score), score=score, judged_by="judge"),)))
    found = {metric.metric: metric for metric in bench.metrics(graded)}
    assert found["win_rate"].value == pytest.approx(0.3)
    assert found["lc_win_rate_minimal"].value == pytest.approx(0.3, abs=0.02)
    assert found["unreadable"].value == 0.5
    assert (found["avg_length"].value, found["avg_length"].count) == (pytest.approx(30.0), 20)
    assert (next(iter(found)), next(reversed(found))) == ("win_rate", "avg_length")


def test_a_missing_baseline_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(baseline_module, "cached", lambda name, *, download: asked.append((name, download)))
    with pytest.raises(BenchmarkError, match=r"alpaca_eval\.prompts.*hf download.*download = true"):
        AlpacaEval().items({})
    assert asked == [("alpaca_eval_gpt4_baseline.json", False)]
    for ask in (AlpacaEval.prompt_file, lambda bench: bench.items({})):
        with pytest.raises(BenchmarkError, match=r"none\.json cannot be read"):
            ask(AlpacaEval(prompts=str(tmp_path / "none.json")))


def test_the_file_of_the_prompts_is_named(baseline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert AlpacaEval(prompts=str(baseline)).prompt_file() == baseline
    monkeypatch.setattr(baseline_module, "cached", lambda name, *, download: baseline)
    assert AlpacaEval().prompt_file() == baseline


@pytest.mark.parametrize("text", ["one\u2028two", "one\u0085two", "one\x0ctwo"])
def test_json_lines_end_at_line_feeds_alone(tmp_path: Path, text: str) -> None:
    row = json.dumps({"instruction": text, "output": text}, ensure_ascii=False)
    other = json.dumps({"instruction": "x", "output": "y"})
    path = tmp_path / "rows.jsonl"
    path.write_bytes(f"{row}\r\n\n{other}\n".encode())
    assert [item.messages[0].content for item in AlpacaEval(prompts=str(path)).items({})] == [text, "x"]
    assert read_responses(path, None) == {text: text, "x": "y"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "an empty one"),
        ("{", "neither JSON nor JSON Lines"),
        ('[{"instruction": "x"}]', 'row 1: "output"'),
        ('["x"]', 'row 1: "instruction"'),
        ('[{"instruction": "x", "output": "y"}, {"instruction": "x", "output": "z"}]', "stands there twice"),
    ],
)
def test_an_unfit_baseline_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "outputs.json"
    path.write_text(text, "utf-8")
    with pytest.raises(BenchmarkError, match=says):
        AlpacaEval(prompts=str(path)).items({})


def test_responses_are_exported_in_the_order_of_the_prompts(baseline: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "responses.parquet", tmp_path / "model_outputs.json"
    responses(AlpacaEval(prompts=str(baseline)), good="robin ", even="crow ").write_parquet(source)
    arguments = ["export", str(source), "--prompts", str(baseline), "--to", str(target)]
    refused = CliRunner().invoke(main, arguments)
    assert refused.exit_code == 1
    assert "even, good" in refused.output
    done = CliRunner().invoke(main, [*arguments, "--model", "good"])
    assert done.exit_code == 0, done.output
    rows = json.loads(target.read_text("utf-8"))
    assert len(rows) == 12
    assert rows[2] == {"dataset": "own", "instruction": "Name 3 birds.", "output": "robin " * 3, "generator": "good"}


def test_json_lines_are_exported_and_gaps_are_named(baseline: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "responses.jsonl", tmp_path / "model_outputs.json"
    lines = [
        {"instruction": f"Name {n} birds.", "output": [{"type": "text", "text": "<think>?</think>robin"}]}
        for n in range(12, 0, -1)
    ]
    arguments = ["export", str(source), "--prompts", str(baseline), "--name", "own", "--to", str(target)]
    source.write_text("\n".join(map(json.dumps, lines[:-2])), "utf-8")
    gaps = CliRunner().invoke(main, arguments)
    assert (gaps.exit_code, "2 of 12 prompts have no response, alpaca-eval-0 first" in gaps.output) == (1, True)
    source.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert {row["output"] for row in json.loads(target.read_text("utf-8"))} == {"robin"}
    source.write_text('{"instruction": "x"}', "utf-8")
    unfit = CliRunner().invoke(main, arguments)
    assert (unfit.exit_code, "line 1: needs" in unfit.output) == (1, True)


def annotation(**values: Any) -> dict[str, Any]:
    return {"instruction": "x", "output_1": "wren", "output_2": "robin", "generator_2": "own", **values}


def test_annotations_of_alpaca_eval_are_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crabtk_alpaca_eval.gamed.cached", lambda *_, **__: None)
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps([annotation(preference=p) for p in (1, 2.0, 1.25, 0, 1.5, None)]), "utf-8")
    (found,) = read_annotations(path).values()
    assert [c.preference for c in found] == [0.0, 1.0, 0.25, 0.5, 0.5]
    assert [(c.index, c.baseline_length, c.length) for c in found][:2] == [(0, 4, 5), (1, 4, 5)]
    done = CliRunner().invoke(main, ["score", str(path)])
    assert done.exit_code == 0, done.output
    assert "own\twin_rate\t45.00\t5" in done.output
    assert "own\tdiscrete_win_rate\t40.00\t5" in done.output


@pytest.mark.parametrize("preference", [3, 0.5, "2", True, float("inf")])
def test_unfit_preferences_are_named(tmp_path: Path, preference: Any) -> None:
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps([annotation(preference=1), annotation(preference=preference)]), "utf-8")
    with pytest.raises(BenchmarkError, match="row 2"):
        read_annotations(path)
