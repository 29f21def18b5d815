"""The layout of lm-evaluation-harness, and figures that equal its own aggregation."""

from __future__ import annotations

import json
import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from crabtk.protocols import Benchmark
from crabtk.scoring.lm_eval import LmEvalTask, lm_eval_tasks, results, samples, write_lm_eval
from crabtk.types import BenchmarkItem, Grade, Graded, Message, Metric

STRICT = [[True, True], [False], [True, False, False]]
LOOSE = [[True, True], [True], [True, False, True]]


class Asked:
    """A benchmark with a figure of its own."""

    name: ClassVar[str] = "asked"

    def metrics(self, graded: list[Graded]) -> list[Metric]:
        return [Metric("overall", "turn 1", 0.5, len(graded)), Metric("overall", "all", 0.25, len(graded))]


def task(variant: str = "") -> LmEvalTask:
    graded = [
        Graded(
            BenchmarkItem(str(key), (Message("user", f"Prompt {key}"),), {"key": key}),
            f"Antwort ü {key}",
            tuple(Grade("a:b", *both, variant) for both in zip(strict, loose, strict=True)),
        )
        for key, (strict, loose) in enumerate(zip(STRICT, LOOSE, strict=True))
    ]
    tasks = lm_eval_tasks(cast(Benchmark, Asked()), graded, "0.1.0", asked=4, options={"seed": 0})
    return next(task for task in tasks if task.variant == variant)


def test_figures_are_the_official_formulas_worked_by_hand() -> None:
    found = results("m", "m", [task()])["results"]["asked"]
    # Prompts 1 of 3 strict and 2 of 3 loose; instructions 3 of 6 and 5 of 6; errors by the sample's deviation.
    assert found == {
        "alias": "asked",
        "prompt_level_strict_acc,none": 1 / 3,
        "prompt_level_strict_acc_stderr,none": pytest.approx(math.sqrt((4 / 9 + 1 / 9 + 1 / 9) / 2) / math.sqrt(3)),
        "inst_level_strict_acc,none": 3 / 6,
        "inst_level_strict_acc_stderr,none": "N/A",
        "prompt_level_loose_acc,none": 2 / 3,
        "prompt_level_loose_acc_stderr,none": pytest.approx(1 / 3),
        "inst_level_loose_acc,none": 5 / 6,
        "inst_level_loose_acc_stderr,none": "N/A",
        "overall_turn_1,none": 0.5,
        "overall_turn_1_stderr,none": "N/A",
        "overall,none": 0.25,
        "overall_stderr,none": "N/A",
    }


AGGREGATION = """
import json, sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

root = Path(find_spec("lm_eval").submodule_search_locations[0])
# Without the rest of lm-eval and its dozen dependencies, as benchmarks/requirements.txt installs it.
for name in ("lm_eval", "lm_eval.api", "lm_eval.tasks"):
    sys.modules[name] = ModuleType(name)
    sys.modules[name].__path__ = [str(root.joinpath(*name.split(".")[1:]))]
if find_spec("sacrebleu") is None:
    sys.modules["sacrebleu"] = ModuleType("sacrebleu")
metrics, ifeval = import_module("lm_eval.api.metrics"), import_module("lm_eval.tasks.ifeval.utils")
verdicts = json.loads(sys.argv[1])
prompts = [all(each) for each in verdicts]
figures = [metrics.mean(prompts), metrics.mean_stderr(prompts), ifeval.agg_inst_level_acc(verdicts)]
print(json.dumps(figures))
"""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("lm_eval") is None, reason="lm-eval is not installed: pip install lm-eval")
@pytest.mark.parametrize("reading", ["strict", "loose"])
def test_figures_equal_lm_evals_own_aggregation(reading: str, python: Any) -> None:
    done = python("-c", AGGREGATION, json.dumps(STRICT if reading == "strict" else LOOSE))
    assert done.returncode == 0, done.stderr
    prompt, error, instruction = json.loads(done.stdout.splitlines()[-1])
    found = results("m", "m", [task()])["results"]["asked"]
    assert found[f"prompt_level_{reading}_acc,none"] == prompt
    assert found[f"prompt_level_{reading}_acc_stderr,none"] == pytest.approx(error, abs=1e-15)
    assert found[f"inst_level_{reading}_acc,none"] == instruction


def test_the_files_are_where_and_what_lm_eval_writes(tmp_path: Path) -> None:
    date = "2026-01-02T03:04:05.000006"
    path = write_lm_eval(tmp_path, "owner/name", [task(), task("fixed")], date=date)
    stamp = date.replace(":", "-")
    assert path == tmp_path / "owner__name" / f"results_{stamp}.json"
    assert sorted(file.name for file in path.parent.iterdir()) == [
        f"results_{stamp}.json",
        f"samples_asked_{stamp}.jsonl",
        f"samples_asked_fixed_{stamp}.jsonl",
    ]
    written = json.loads(path.read_text("utf-8"))
    assert set(written["results"]) == {"asked", "asked_fixed"}
    # The benchmark's figures without a variant belong to its plain name.
    assert "overall,none" not in written["results"]["asked_fixed"]
    assert written["n-samples"]["asked"] == {"original": 4, "effective": 3}
    # Of a figure of the benchmark's own nobody said which way is better.
    assert set(written["higher_is_better"]["asked"]) == {
        f"{level}_level_{reading}_acc" for level in ("prompt", "inst") for reading in ("strict", "loose")
    }
    assert {"versions", "n-shot", "configs", "config", "model_name", "task_hashes"} <= set(written)
    samples = [json.loads(line) for line in (path.parent / f"samples_asked_{stamp}.jsonl").read_text().splitlines()]
    assert [sample["inst_level_strict_acc"] for sample in samples] == STRICT
    assert [sample["prompt_level_loose_acc"] for sample in samples] == [all(each) for each in LOOSE]
    assert samples[1]["resps"] == [["Antwort ü 1"]]
    assert samples[1]["doc"] == {"item_id": "1", "key": 1}


def test_the_same_scores_give_the_same_bytes_and_two_models_two_folders(tmp_path: Path) -> None:
    first = write_lm_eval(tmp_path / "a", "a/b", [task()], date="2026")
    again = write_lm_eval(tmp_path / "b", "a/b", [task()], date="2026")
    assert first.read_bytes() == again.read_bytes()
    assert write_lm_eval(tmp_path / "a", "a:b", [task()], date="2026").parent != first.parent
    outside = write_lm_eval(tmp_path / "a", "..", [task()], date="2026")
    assert outside.parent.parent == tmp_path / "a"


def test_one_prompt_has_no_standard_error() -> None:
    (alone,) = lm_eval_tasks(cast(Benchmark, Asked()), task().graded[:1], "0.1.0", 1, {})
    assert results("m", "m", [alone])["results"]["asked"]["prompt_level_strict_acc_stderr,none"] == "N/A"


class Halves:
    """A benchmark half by rules, half by a judge, with a figure of all, and one that is better when lower."""

    name: ClassVar[str] = "halves"
    standard_metrics: ClassVar[bool] = False

    def metrics(self, graded: list[Graded]) -> list[Metric]:
        return [
            Metric("unreadable", "all", 0.5, 1, variant="judged"),
            Metric("hsr", "all", 0.75, len(graded)),
        ]


def half(n: int, *variants: str) -> Graded:
    grades = tuple(Grade("a:b", True, variant=variant) for variant in variants)
    return Graded(BenchmarkItem(str(n), (Message("user", f"Prompt {n}"),), {"key": n}), "said", grades)


def test_each_variant_has_what_it_grades_and_figures_without_grades_have_all() -> None:
    graded = [half(1, "rules"), half(2, "judged"), half(3, "rules"), half(4)]
    tasks = lm_eval_tasks(cast(Benchmark, Halves()), graded, "0.1.0", 4, {})
    found = results("m", "m", tasks)
    assert {name: count["effective"] for name, count in found["n-samples"].items()} == {
        "halves_rules": 2,
        "halves_judged": 1,
        "halves": 4,
    }
    assert [[sample["doc"]["item_id"] for sample in samples(task)] for task in tasks] == [
        ["1", "3"],
        ["2"],
        ["1", "2", "3", "4"],
    ]
    assert found["results"]["halves"]["hsr,none"] == 0.75
    assert found["results"]["halves_judged"]["unreadable,none"] == 0.5
    assert set(map(str, found["higher_is_better"].values())) == {"{}"}


def test_figures_without_a_single_grade_are_written() -> None:
    (alone,) = lm_eval_tasks(cast(Benchmark, Asked()), [half(1)], "0.1.0", 1, {})
    assert results("m", "m", [alone])["results"]["asked"]["overall,none"] == 0.25
    assert [sample["filtered_resps"] for sample in samples(alone)] == [["said"]]
