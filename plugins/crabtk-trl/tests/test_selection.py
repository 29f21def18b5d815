"""Evaluation while training: what is kept, when it stops, and that a resumed run decides alike."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import TrainingError
from crabtk_trl.channel import Channel
from crabtk_trl.jobfile import JobFile

OPTIONS: dict[str, Any] = {
    "learning_rate": 4e-3, "epochs": 20, "max_length": 128, "accumulation": 2, "batch_size": 1, "device": "cpu",
    "dtype": "float32", "checkpoint_every": 4, "scheduler": "constant", "threads": 1,
    "chat_template": "",
}  # fmt: skip


def write_dev(folder: Path) -> Path:
    """Text of another kind than the training rows: its loss falls a little, then rises as they are learnt by heart."""
    path = folder / "dev.jsonl"
    asks = ("Name a colour.", "What is the sea?", "Count to three.", "Who walks sideways?")
    answers = ("Blue, like the sky.", "A large body of salt water.", "One, two, three.", "A crab does, on ten legs.")
    with path.open("w") as file:
        for ask, answer in zip(asks, answers, strict=True):
            row = {
                "prompt": [{"role": "user", "content": ask}],
                "completion": [{"role": "assistant", "content": answer}],
            }
            file.write(json.dumps(row) + "\n")
    return path


def run(model: Path, rows: Path, root: Path, name: str = "model", **options: Any) -> tuple[dict[str, Any], list[Any]]:
    """Train in this process; return the outcome and what was reported."""
    from crabtk_trl.sft_child import run

    (root / "work").mkdir(parents=True, exist_ok=True)
    dev = write_dev(root)
    places = (str(model), str(rows), str(root / name), str(root / "work"))
    told = io.StringIO()
    outcome = run(JobFile(*places, 5, OPTIONS | options, evaluation=str(dev)), Channel(told))
    return outcome, [json.loads(line)["progress"] for line in told.getvalue().splitlines()]


def loss_of(folder: Path, dev: Path) -> float:
    """Mean loss over the completions' tokens, computed without TRL."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    total, tokens = 0.0, 0
    for line in dev.read_text().splitlines():
        row = json.loads(line)
        start = len(tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True)["input_ids"])
        ids = torch.tensor(tokenizer.apply_chat_template(row["prompt"] + row["completion"])["input_ids"])
        logits = model(ids[None]).logits[0, start - 1 : -1]
        total += torch.nn.functional.cross_entropy(logits, ids[start:], reduction="sum").item()
        tokens += len(ids) - start
    return total / tokens


@pytest.fixture(scope="module")
def stopped(tiny: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("stopped")
    return *run(tiny, rows, root, early_stopping=3, keep_best=True), root


def test_it_stops_when_the_loss_no_longer_falls_and_keeps_the_best(stopped: Any) -> None:
    outcome, _, root = stopped
    evaluated = {line["step"]: line["eval_loss"] for line in outcome["history"] if "eval_loss" in line}
    figures = outcome["figures"]
    best = min(evaluated, key=lambda step: evaluated[step])
    assert (figures["best_step"], figures["best_eval_loss"]) == (best, evaluated[best])
    assert figures["steps"] == list(evaluated)[-1] == best + 3 * 4 < 20 * 24
    assert loss_of(root / "model", root / "dev.jsonl") == pytest.approx(evaluated[best], rel=1e-4)


def test_evaluations_stand_in_history_and_reports(stopped: Any) -> None:
    outcome, reports, _ = stopped
    steps = [line["step"] for line in outcome["history"]]
    assert steps == sorted(set(steps))
    assert [line["step"] for line in outcome["history"] if "eval_loss" in line] == list(range(4, steps[-1] + 1, 4))
    told = {report["step"]: report["values"]["eval_loss"] for report in reports if "eval_loss" in report["values"]}
    assert told == {line["step"]: line["eval_loss"] for line in outcome["history"] if "eval_loss" in line}


@pytest.mark.slow
def test_a_run_that_goes_on_decides_alike(stopped: Any, tiny: Path, rows: Path, digest: Callable[[Path], str]) -> None:
    reference, _, root = stopped
    kept = sorted((root / "work" / "checkpoints").glob("checkpoint-*"))
    assert len(kept) >= 2
    outcome, reports = run(tiny, rows, root, "second", early_stopping=3, keep_best=True)
    assert reports[0]["step"] == reference["figures"]["steps"] - 3, "it went on from another step"
    assert outcome == reference
    assert digest(root / "second") == digest(root / "model")


@pytest.mark.slow
def test_a_moved_work_folder_still_finds_its_best_model(stopped: Any, tiny: Path, rows: Path, tmp_path: Path) -> None:
    reference, _, root = stopped
    shutil.copytree(root / "work", tmp_path / "work")
    (root / "work").rename(root / "gone")
    outcome, _ = run(tiny, rows, tmp_path, early_stopping=3, keep_best=True)
    (root / "gone").rename(root / "work")
    assert outcome == reference
    best = reference["figures"]["best_eval_loss"]
    assert loss_of(tmp_path / "model", root / "dev.jsonl") == pytest.approx(best, rel=1e-4)


@pytest.mark.slow
def test_a_run_that_is_called_again_after_its_last_step_takes_no_further(
    tiny: Path, rows: Path, tmp_path: Path, digest: Callable[[Path], str]
) -> None:
    options = {
        "max_steps": 7,
        "keep_best": True,
        "learning_rate": 2e-2,
    }  # the last step ends no epoch, and is not the best
    first, _ = run(tiny, rows, tmp_path, **options)
    second, reports = run(tiny, rows, tmp_path, "second", **options)
    assert first["figures"]["best_step"] == 4
    assert second == first and not reports
    assert digest(tmp_path / "second") == digest(tmp_path / "model")


def test_without_dev_rows_that_can_be_used_it_trains_and_says_so(
    tiny: Path, rows: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from crabtk_trl.sft_child import run as run_job

    empty = tmp_path / "dev.jsonl"
    empty.touch()
    options = OPTIONS | {"max_steps": 2, "keep_best": True, "early_stopping": 1}
    job = JobFile(str(tiny), str(rows), str(tmp_path / "model"), str(tmp_path), 5, options, evaluation=str(empty))
    outcome = run_job(job, Channel(io.StringIO()))
    assert outcome["figures"]["evaluation_examples"] == 0 and outcome["figures"]["steps"] == 2
    assert "no dev row can be evaluated" in caplog.text


@pytest.mark.parametrize("asked", [{"keep_best": True}, {"early_stopping": 2}])
def test_to_select_by_dev_rows_the_job_must_have_some(
    asked: dict[str, Any], tiny: Path, rows: Path, tmp_path: Path
) -> None:
    from crabtk_trl.sft_child import run as run_job

    job = JobFile(str(tiny), str(rows), str(tmp_path / "model"), str(tmp_path), 5, OPTIONS | asked)
    with pytest.raises(
        TrainingError, match=rf"training\.options sets {next(iter(asked))}, and the job has no dev rows"
    ):
        run_job(job, Channel(io.StringIO()))


def test_a_budget_of_tokens_overrides_epochs_and_steps(tiny: Path, rows: Path, tmp_path: Path) -> None:
    from crabtk_trl.sft_child import run as run_job

    options = OPTIONS | {"max_steps": 2, "epochs": 9, "max_length": 512}
    job = JobFile(str(tiny), str(rows), str(tmp_path / "model"), str(tmp_path), 5, options, tokens=6000)
    figures = run_job(job, Channel(io.StringIO()))["figures"]
    assert 6000 <= figures["tokens_trained"] < 6100
    assert figures["passes"] == pytest.approx(figures["tokens_trained"] / figures["tokens_total"], abs=1e-4)
    assert figures["passes"] > 1 and figures["steps"] > 2
