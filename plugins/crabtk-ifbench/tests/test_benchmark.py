"""IFBench as a benchmark: the published verdicts through ``crabtk score``, and both registries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crabtk import Checks, ParsedText
from crabtk.cli import cli
from crabtk.plugins import load
from crabtk.testing.benchmarks import check_benchmark
from crabtk_ifbench.benchmark import IFBenchBenchmark

pytestmark = pytest.mark.data

WHOLE_RECORD = "274"
"""Key of the published row whose prompt is a whole record, and so is that of no prompt."""


@pytest.fixture(scope="module")
def checks() -> Checks:
    registry = load()
    named = {kind: {p.name: p.value for p in registry.all(kind)} for kind in ("constraint type", "instruction set")}
    return Checks(named["constraint type"], named["instruction set"])


def gold(folder: Path, mode: str) -> list[dict[str, Any]]:
    path = folder / "ifbench" / f"gold_{mode}.jsonl"
    if not path.is_file():
        pytest.skip(f"{path} is absent; set CRABTK_DATA to the folder of real data")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def scored(folder: Path, data: Path, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Score responses by the command and return the samples that it writes, by prompt."""
    file = folder / "responses.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    arguments = ["score", "ifbench", "--prompts", data / "ifbench" / "IFBench_test.jsonl", "--responses", file]
    arguments += ["--registry", "upstream", "--lm-eval", folder / "lm_eval", "--only-answered"]
    result = CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False)
    assert "Refused" not in result.stderr
    (path,) = (folder / "lm_eval").glob("*/samples_ifbench_*.jsonl")
    return {sample["doc"]["key"]: sample for sample in map(json.loads, path.read_text("utf-8").splitlines())}


def test_the_command_reproduces_every_upstream_verdict(
    tmp_path: Path, data: Path, prompts: list[dict[str, Any]]
) -> None:
    strict, loose = gold(data, "strict"), gold(data, "loose")
    assert [row["response"] for row in strict] == [row["response"] for row in loose]
    keys = {prompt["prompt"].strip(): prompt["key"] for prompt in prompts}
    named = [{"key": keys.get(row["prompt"].strip(), WHOLE_RECORD), "response": row["response"]} for row in strict]
    found = scored(tmp_path, data, named)
    verdicts = 0
    for row, *both in zip(named, strict, loose, strict=True):
        for mode, published in zip(("strict", "loose"), both, strict=True):
            follow = published["follow_instruction_list"]
            assert found[row["key"]][f"inst_level_{mode}_acc"] == follow, (row["key"], mode)
            verdicts += len(follow)
    assert verdicts == 2 * 167


def test_upstream_and_fixed_grade_every_prompt(data: Path, prompts: list[dict[str, Any]], checks: Checks) -> None:
    benchmark = IFBenchBenchmark(prompts=data / "ifbench" / "IFBench_test.jsonl")
    for item, prompt in zip(benchmark.items({}), prompts, strict=True):
        grades = benchmark.grade(item, ParsedText("Yes, I will."), checks)
        ids = [(id_, variant) for variant in ("", "fixed") for id_ in prompt["instruction_id_list"]]
        assert [(grade.type, grade.variant) for grade in grades] == ids


def test_the_worst_of_responses_are_graded_upstream_too(
    data: Path, prompts: list[dict[str, Any]], checks: Checks
) -> None:
    assert prompts
    check_benchmark(lambda: IFBenchBenchmark(prompts=data / "ifbench" / "IFBench_test.jsonl"), checks, limit=4)
