"""IFEval as a benchmark: the published verdicts through ``crabtk score``, repaired prompts, and both registries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crabtk import BenchmarkError, Checks, ConstraintType, InstructionSet, ParsedText
from crabtk.cli import cli
from crabtk.testing.benchmarks import check_benchmark
from crabtk_ifeval import IFEvalBenchmark

Rows = Callable[[str], list[dict[str, Any]]]


def scored(folder: Path, prompts: Path, responses: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Score responses by the command and return the samples that it writes, by model and key."""
    file = folder / "responses.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in responses), "utf-8")
    arguments = ["score", "ifeval", "--prompts", prompts, "--responses", file, "--registry", "upstream"]
    arguments += ["--lm-eval", folder / "lm_eval", "--only-answered"]
    result = CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0
    assert "Refused" not in result.stderr
    found = {}
    for path in (folder / "lm_eval").glob("*/samples_ifeval_*.jsonl"):
        for sample in map(json.loads, path.read_text("utf-8").splitlines()):
            found[path.parent.name, sample["doc"]["key"]] = sample
    return found


def check_gold(folder: Path, data: Path, rows: Rows, every: int) -> int:
    responses = rows("ifeval/gold_responses.jsonl")[::every]
    found = scored(folder, data / "ifeval" / "input_data.jsonl", responses)
    gold = {(row["model"], row["key"], row["mode"]): row["follow"] for row in rows("ifeval/gold_verdicts.jsonl")}
    for (model, key), sample in found.items():
        for mode in ("strict", "loose"):
            assert sample[f"inst_level_{mode}_acc"] == gold[model, key, mode], (model, key, mode)
            assert sample[f"prompt_level_{mode}_acc"] is all(gold[model, key, mode])
    assert {model for model, _ in found} == {model for model, _, _ in gold}
    assert len(found) == len(responses)
    return len(found)


@pytest.mark.data
def test_the_command_reproduces_published_verdicts(tmp_path: Path, data: Path, rows: Rows) -> None:
    assert check_gold(tmp_path, data, rows, every=60) == 81


@pytest.mark.slow
@pytest.mark.data
def test_the_command_reproduces_every_published_verdict(tmp_path: Path, data: Path, rows: Rows) -> None:
    assert check_gold(tmp_path, data, rows, every=1) == 4_860


@pytest.mark.data
@pytest.mark.parametrize("name", ["input_data.jsonl", "input_data_repaired.jsonl"])
def test_every_prompt_can_be_judged_by_both_registries(
    name: str, data: Path, rows: Rows, types: dict[str, ConstraintType], sets: dict[str, InstructionSet]
) -> None:
    asked = rows(f"ifeval/{name}")
    benchmark, checks = IFEvalBenchmark(prompts=data / "ifeval" / name), Checks(types, sets)
    items = benchmark.items({})
    assert [item.item_id for item in items] == [str(row["key"]) for row in asked]
    for item, row in zip(items, asked, strict=True):
        grades = benchmark.grade(item, ParsedText("Yes."), checks)
        assert [(grade.type, grade.variant) for grade in grades] == [
            (id_, variant) for variant in ("", "fixed") for id_ in row["instruction_id_list"]
        ]


def prompt_file(folder: Path, **kwargs: Any) -> Path:
    row = {"key": 1, "prompt": "Be brief.", "instruction_id_list": ["length_constraints:number_words"]}
    path = folder / "prompts.jsonl"
    path.write_text(json.dumps({**row, "kwargs": [kwargs]}))
    return path


@pytest.mark.parametrize(("words", "holds"), [(2, True), (3, True), (4, False)])
def test_what_a_repaired_prompt_says_with_at_most_is_counted_so(
    tmp_path: Path, types: dict[str, ConstraintType], sets: dict[str, InstructionSet], words: int, holds: bool
) -> None:
    benchmark = IFEvalBenchmark(prompts=prompt_file(tmp_path, relation="at most", num_words=3))
    (item,) = benchmark.items({})
    grades = benchmark.grade(item, ParsedText("word " * words), Checks(types, sets))
    assert [(grade.strict, grade.loose) for grade in grades] == [(holds, holds)] * 2


def test_a_prompt_that_nobody_can_judge_is_named(
    tmp_path: Path, types: dict[str, ConstraintType], sets: dict[str, InstructionSet]
) -> None:
    benchmark = IFEvalBenchmark(prompts=prompt_file(tmp_path, relation="about", num_words=3))
    (item,) = benchmark.items({})
    with pytest.raises(BenchmarkError, match='"ifeval", prompt 1: The keyword argument "relation"'):
        benchmark.grade(item, ParsedText("Yes."), Checks(types, sets))


def test_hidden_reasoning_counts_for_the_reference_alone(
    tmp_path: Path, types: dict[str, ConstraintType], sets: dict[str, InstructionSet]
) -> None:
    benchmark = IFEvalBenchmark(prompts=prompt_file(tmp_path, relation="less than", num_words=3))
    (item,) = benchmark.items({})
    upstream, fixed = benchmark.grade(item, ParsedText("<think>Let me see now.</think>\nYes."), Checks(types, sets))
    assert (upstream.variant, upstream.strict) == ("", False)
    assert (fixed.variant, fixed.strict) == ("fixed", True)


@pytest.mark.data
def test_the_worst_of_responses_are_graded_upstream_too(
    data: Path, rows: Rows, types: dict[str, ConstraintType], sets: dict[str, InstructionSet]
) -> None:
    assert rows("ifeval/input_data.jsonl")
    check_benchmark(lambda: IFEvalBenchmark(prompts=data / "ifeval" / "input_data.jsonl"), Checks(types, sets), limit=4)
