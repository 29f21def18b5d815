"""SIGKILL in the middle: nothing trains on, and the next call ends with the same bytes."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from crabtk.errors import TrainingError
from crabtk.testing import check_trainer
from crabtk.types import TrainingJob, TrainingOutcome
from crabtk_trl import TrlTrainer

pytestmark = pytest.mark.slow

OPTIONS: dict[str, Any] = {
    "learning_rate": 1e-2, "epochs": 15, "max_length": 128, "accumulation": 2, "checkpoint_every": 5, "log_every": 3,
    "evaluate_every": 4, "early_stopping": 3, "keep_best": True, "device": "cpu", "threads": 1,
}  # fmt: skip
CALLER = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from pathlib import Path
from crabtk_trl import TrlTrainer
from crabtk.types import TrainingJob
model, rows, root, options = sys.argv[2:]
job = TrainingJob(model, Path(rows), Path(root, "model"), Path(root, "work"), seed=5, evaluation=Path(rows))
TrlTrainer(**json.loads(options)).train(job, lambda progress: None)
"""


def job_in(root: Path, model: Path, rows: Path) -> TrainingJob:
    root.mkdir(exist_ok=True)
    return TrainingJob(str(model), rows, root / "model", root / "work", seed=5, evaluation=rows)


@pytest.fixture(scope="module")
def uninterrupted(
    tiny: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[TrainingOutcome, TrainingJob]:
    job = job_in(tmp_path_factory.mktemp("uninterrupted"), tiny, rows)
    return TrlTrainer(**OPTIONS).train(job, lambda progress: None), job


@pytest.mark.parametrize("victim", ["caller", "child"])
def test_a_killed_run_goes_on_to_the_same_bytes(
    victim: str, uninterrupted: Any, tiny: Path, rows: Path, tmp_path: Path, digest: Callable[[Path], str]
) -> None:
    job = job_in(tmp_path, tiny, rows)
    arguments = [json.dumps(sys.path), str(tiny), str(rows), str(tmp_path), json.dumps(OPTIONS)]
    caller = subprocess.Popen([sys.executable, "-c", CALLER, *arguments], stderr=subprocess.PIPE, text=True)
    child = wait_for(lambda: next(iter(psutil.Process(caller.pid).children()), None))
    wait_for(lambda: next(job.work.glob("checkpoints/checkpoint-*/complete.json"), None))
    time.sleep(random.uniform(0.0, 0.5))
    caller.kill() if victim == "caller" else child.kill()
    child_gone = time.monotonic() + 5
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < child_gone, "the child trains on without its caller"
        time.sleep(0.05)
    _, said = caller.communicate(timeout=20)
    assert victim == "caller" or "killed by signal 9" in said
    assert not job.output.exists()

    reported: list[int] = []
    outcome = TrlTrainer(**OPTIONS).train(job, lambda progress: reported.append(progress.step))
    reference, finished = uninterrupted
    assert reported[0] > 5, "it started anew instead of going on from a checkpoint"
    assert outcome == reference
    assert digest(job.output) == digest(finished.output)


def wait_for(found: Callable[[], Any], seconds: float = 60.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.02)
    raise AssertionError("nothing came within the time")


def test_other_options_start_anew(uninterrupted: Any, tiny: Path, rows: Path, tmp_path: Path) -> None:
    options = OPTIONS | {"max_steps": 5}
    job = job_in(tmp_path, tiny, rows)
    TrlTrainer(**options).train(job, lambda progress: None)
    other = TrainingJob(job.model, job.examples, tmp_path / "other", job.work, seed=6, evaluation=job.evaluation)
    reported: list[int] = []
    TrlTrainer(**options).train(other, lambda progress: reported.append(progress.step))
    assert (reported[0], reported[-1]) == (3, 5), "it went on from what other options had trained"


@pytest.mark.parametrize("lora", [False, True])
def test_it_keeps_the_promises_of_trainers(tiny: Path, lora: bool) -> None:
    check_trainer(
        lambda: TrlTrainer(max_steps=4, accumulation=1, max_length=128, device="cpu", lora=lora, checkpoint_every=3),
        tiny,
    )


def test_a_model_that_is_nowhere_is_an_error_with_a_remedy(rows: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="hf download nobody/nothing"):
        TrlTrainer(device="cpu").train(job_in(tmp_path, Path("nobody/nothing"), rows), lambda progress: None)
