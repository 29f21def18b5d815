"""SIGKILL in the middle of DPO and GRPO: nothing trains on, and the next call ends with the same bytes."""

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

import crabtk_trl
from crabtk.types import TrainingJob, TrainingOutcome

pytestmark = pytest.mark.slow

OPTIONS: dict[str, dict[str, Any]] = {
    "TrlDpoTrainer": {
        "learning_rate": 1e-3, "epochs": 30, "max_length": 128, "batch_size": 2, "accumulation": 2,
        "evaluate_every": 10, "checkpoint_every": 5, "log_every": 3, "keep_best": True, "device": "cpu", "threads": 1,
    },
    "TrlGrpoTrainer": {
        "learning_rate": 1e-3, "max_steps": 120, "batch_size": 4, "num_generations": 4, "max_completion_length": 16,
        "generation_batch": 8, "beta": 0.04, "evaluate_every": 4, "checkpoint_every": 4, "log_every": 3,
        "device": "cpu", "threads": 1,
    },
}  # fmt: skip
CALLER = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from pathlib import Path
import crabtk_trl
from crabtk.types import TrainingJob
model, rows, root, name, options = sys.argv[2:]
job = TrainingJob(model, Path(rows), Path(root, "model"), Path(root, "work"), seed=5, evaluation=Path(rows))
getattr(crabtk_trl, name)(**json.loads(options)).train(job, lambda progress: None)
"""


def rows_of(name: str, path: Path) -> Path:
    asked = json.dumps([{"type": "case:lower", "params": {}, "text": "Use no capital letter."}])
    with path.open("w", encoding="utf-8") as file:
        for n, word in enumerate(("crab", "shell", "tide", "sand", "reef", "kelp", "wave", "gull")):
            prompt = [{"role": "user", "content": f"Say {word}."}]
            row: dict[str, Any] = {"prompt": prompt, "constraints": asked, "kind": "prompt" if n else "trip_wire"}
            if name == "TrlDpoTrainer":
                chosen, rejected = ([{"role": "assistant", "content": text}] for text in (word, word.upper()))
                row = {"prompt": prompt, "chosen": chosen, "rejected": rejected}
            file.write(json.dumps(row) + "\n")
    return path


def job_in(root: Path, model: Path, rows: Path) -> TrainingJob:
    return TrainingJob(str(model), rows, root / "model", root / "work", seed=5, evaluation=rows)


@pytest.fixture(scope="module", params=sorted(OPTIONS))
def uninterrupted(
    request: Any, tiny: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, TrainingOutcome, TrainingJob]:
    root = tmp_path_factory.mktemp("uninterrupted")
    rows = rows_of(request.param, root / "rows.jsonl")
    job = job_in(root, tiny, rows)
    trainer = getattr(crabtk_trl, request.param)(**OPTIONS[request.param])
    return request.param, rows, trainer.train(job, lambda progress: None), job


@pytest.mark.parametrize(("victim", "step"), [("caller", 4), ("child", 20)])
def test_a_killed_run_goes_on_to_the_same_bytes(
    victim: str, step: int, uninterrupted: Any, tiny: Path, tmp_path: Path, digest: Callable[[Path], str]
) -> None:
    name, rows, reference, finished = uninterrupted
    job = job_in(tmp_path, tiny, rows)
    arguments = [json.dumps(sys.path), str(tiny), str(rows), str(tmp_path), name, json.dumps(OPTIONS[name])]
    caller = subprocess.Popen([sys.executable, "-c", CALLER, *arguments], stderr=subprocess.PIPE, text=True)
    child = wait_for(lambda: next(iter(psutil.Process(caller.pid).children()), None))
    wait_for(lambda: max(complete(job), default=0) >= step)
    time.sleep(random.uniform(0.0, 0.2))
    caller.kill() if victim == "caller" else child.kill()
    child_gone = time.monotonic() + 5
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < child_gone, "the child trains on without its caller"
        time.sleep(0.05)
    _, said = caller.communicate(timeout=20)
    assert victim == "caller" or "killed by signal 9" in said
    assert not job.output.exists()

    reported: list[int] = []
    again = getattr(crabtk_trl, name)(**OPTIONS[name])
    outcome = again.train(job, lambda progress: reported.append(progress.step))
    assert reported[0] > step, "it started anew instead of going on from a checkpoint"
    assert outcome == reference
    assert digest(job.output) == digest(finished.output)
    if name == "TrlGrpoTrainer":
        samples = [one.work / "completions.jsonl" for one in (job, finished)]
        assert samples[0].read_bytes() == samples[1].read_bytes()


def complete(job: TrainingJob) -> list[int]:
    """Return the steps that have a complete checkpoint."""
    return [int(file.parent.name.split("-")[1]) for file in job.work.glob("checkpoints/checkpoint-*/complete.json")]


def wait_for(found: Callable[[], Any], seconds: float = 120.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.02)
    raise AssertionError("nothing came within the time")
