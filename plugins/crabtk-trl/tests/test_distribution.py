"""Several processes on this machine's CPU: what they train equals what one process trains."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import TrainingError
from crabtk.types import TrainingJob, TrainingOutcome
from crabtk_trl import TrlDpoTrainer, TrlTrainer, launch
from crabtk_trl.distribution import command

pytestmark = pytest.mark.slow

OPTIONS: dict[str, Any] = {
    "learning_rate": 1e-2, "max_steps": 4, "max_length": 128, "device": "cpu", "dtype": "float32", "threads": 1,
    "checkpoint_every": 2,
}  # fmt: skip


def train(
    model: Path, rows: Path, root: Path, name: str = "model", **options: Any
) -> tuple[TrainingOutcome, dict[str, Any]]:
    from transformers import AutoModelForCausalLM

    root.mkdir(exist_ok=True)
    job = TrainingJob(str(model), rows, root / name, root / "work", seed=5, evaluation=rows)
    steps: list[int] = []
    outcome = TrlTrainer(**(OPTIONS | options)).train(job, lambda progress: steps.append(progress.step))
    # Evaluations are told apart, and one process alone reports.
    assert steps == ([1, 2, 2, 3, 4, 4] if name == "model" else [3, 4, 4])
    return outcome, AutoModelForCausalLM.from_pretrained(job.output).state_dict()


def sharding_command(options: Mapping[str, Any], arguments: Sequence[str]) -> list[str]:
    """Start the children through a script that has accelerate shard on CPUs."""
    started = command(options, arguments)
    return [*started[: -len(arguments) - 2], str(Path(__file__).with_name("shard_on_cpus.py")), *arguments]


def test_on_cpus_that_do_not_shard_it_is_refused(tiny: Path, rows: Path, tmp_path: Path) -> None:
    job = TrainingJob(str(tiny), rows, tmp_path / "model", tmp_path / "work", seed=5)
    with pytest.raises(
        TrainingError, match=r'"fsdp" shards on accelerators only.* training\.options\.distributed = "ddp"'
    ):
        TrlTrainer(**OPTIONS, distributed="fsdp", processes=2).train(job, lambda progress: None)


def test_the_reason_for_a_refusal_reaches_the_caller(tiny: Path, rows: Path, tmp_path: Path) -> None:
    job = TrainingJob(str(tiny), rows, tmp_path / "model", tmp_path / "work", seed=5)
    with pytest.raises(TrainingError, match=r"leaves no room for a completion within 3 tokens") as told:
        TrlTrainer(**OPTIONS | {"max_length": 3}, distributed="ddp", processes=2).train(job, lambda progress: None)
    assert str(told.value).partition(" (log:")[0] in (job.work / "train.log").read_text()


def test_of_any_other_failure_the_last_lines_are_its_own(tiny: Path, rows: Path, tmp_path: Path) -> None:
    job = TrainingJob(str(tiny), rows, tmp_path / "model", tmp_path / "work", seed=5)
    lines = r"train\.log:\n(\[rank(\d)\]: .*\n)+\[rank\2\]: ValueError: nosuch is not .*$"
    with pytest.raises(TrainingError, match=lines) as told:
        TrlTrainer(**OPTIONS, scheduler="nosuch", distributed="ddp", processes=2).train(job, lambda progress: None)
    assert "ChildFailedError" not in str(told.value)


def test_rows_that_fill_the_last_batch_up_do_not_count_in_the_evaluation(
    tiny: Path, rows: Path, tmp_path: Path
) -> None:
    """Five dev rows of unlike lengths, at a learning rate that moves no weight."""
    dev = tmp_path / "dev.jsonl"
    dev.write_text("".join(rows.read_text().splitlines(keepends=True)[:5]))
    options = OPTIONS | {"learning_rate": 1e-30, "max_steps": 1, "packing": False, "batch_size": 4}
    losses = []
    for name, several in (("one", {}), ("two", {"distributed": "ddp", "processes": 2})):
        root = tmp_path / name
        job = TrainingJob(str(tiny), rows, root / "model", root / "work", seed=5, evaluation=dev)
        outcome = TrlTrainer(**options, **several).train(job, lambda progress: None)
        losses.append(outcome.history[-1]["eval_loss"])
    assert losses[1] == pytest.approx(losses[0], rel=1e-6)


def test_a_sharded_reference_computes_as_exactly_as_the_model(
    tiny: Path, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Log-probabilities that are handed back in bfloat16 put the first loss thousandths away from ln 2."""
    monkeypatch.setattr(launch, "command", sharding_command)
    pairs = tmp_path / "pairs.jsonl"
    with pairs.open("w") as file:
        for row in map(json.loads, rows.read_text().splitlines()):
            (said,) = row["completion"]
            other = [{**said, "content": said["content"].upper()}]
            file.write(json.dumps({"prompt": row["prompt"], "chosen": [said], "rejected": other}) + "\n")
    options = OPTIONS | {"max_steps": 1, "dtype": "bfloat16", "batch_size": 2, "accumulation": 2}
    job = TrainingJob(str(tiny), pairs, tmp_path / "model", tmp_path / "work", seed=5)
    trainer = TrlDpoTrainer(**options, distributed="fsdp", processes=2)
    (first,) = trainer.train(job, lambda progress: None).history
    assert first["loss"] == pytest.approx(math.log(2), abs=1e-3)


@pytest.fixture(scope="module")
def alone(tiny: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return train(tiny, rows, tmp_path_factory.mktemp("one") / "run", accumulation=4)


@pytest.mark.parametrize("distributed", ["ddp", "fsdp"])
def test_two_processes_train_what_one_does_with_twice_the_accumulation(
    distributed: str, alone: Any, tiny: Path, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    if distributed == "fsdp":
        monkeypatch.setattr(launch, "command", sharding_command)

    outcome, weights = train(tiny, rows, tmp_path / "run", accumulation=2, distributed=distributed, processes=2)
    reference, expected = alone
    for name in ("loss", "eval_loss", "grad_norm"):
        found = [line[name] for line in outcome.history if name in line]
        assert found == pytest.approx([line[name] for line in reference.history if name in line], rel=1e-3)
    assert outcome.figures == pytest.approx(dict(reference.figures), rel=1e-3)
    for name, value in expected.items():
        torch.testing.assert_close(weights[name], value, rtol=1e-2, atol=2e-3)
    sharded = tmp_path / "run" / "work" / "checkpoints" / "checkpoint-4" / "pytorch_model_fsdp.bin"
    assert sharded.exists() == (distributed == "fsdp")
    # Without its last checkpoint it goes on from the one before, sharded or not.
    shutil.rmtree(tmp_path / "run" / "work" / "checkpoints" / "checkpoint-4")
    resumed, again = train(tiny, rows, tmp_path / "run", "again", accumulation=2, distributed=distributed, processes=2)
    assert resumed.figures == pytest.approx(dict(outcome.figures), rel=1e-3)
    for name, value in weights.items():
        torch.testing.assert_close(again[name], value, rtol=1e-2, atol=2e-3)


@pytest.mark.parametrize("stage", [2, 3])
def test_zero_hands_over_what_one_process_trains(
    stage: int, tiny: Path, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("deepspeed", reason="crabtk-trl[deepspeed] is not installed")
    monkeypatch.setenv("DS_ACCELERATOR", "cpu")
    _, alone = train(tiny, rows, tmp_path / "alone")
    _, zero = train(tiny, rows, tmp_path / "zero", distributed="deepspeed", processes=1, zero_stage=stage)
    assert zero.keys() == alone.keys()
    assert max((alone[name] - zero[name]).abs().max().item() for name in alone) < 1e-4
