"""The same with a real engine and a real trainer: torch, transformers and TRL on a model of two layers."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]
KILLS = 10
BATCH = 4
SETTINGS = f"""
[seeds]
sources = [{{ path = "crabtk:samples", limit = 40 }}]
response_words = [1, 200]
instruction_words = [1, 200]
languages = ["en"]
held_out = 0.3
[measuring]
reference_sample = 10
[translation]
limit = 12
types = ["style:writing"]
max_tokens = 400
[judging]
audit_cases = 28
max_false_holds = 1.0  # so that this judge, which knows nothing, is asked
min_recall = 0.0
repair = false
[training]
trainer = "trl"
limit = 24
[training.options]
max_length = 3000  # a byte is a token
packing = false
accumulation = 1
epochs = 6
checkpoint_every = 5
learning_rate = 1e-3
threads = 2
[scoring]
limit = 8
max_tokens = 24
[engines.default]
backend = "transformers"
model = "./model"
batch_size = {BATCH}
options = {{ threads = 2 }}
"""


class Killable:
    def __init__(self, folder: Path, model: Path) -> None:
        self.folder = folder
        folder.mkdir()
        folder.joinpath("model").symlink_to(model)
        folder.joinpath("settings.toml").write_text(SETTINGS, "utf-8")

    def run(self, kill_when: Callable[[], bool] | None = None) -> bool:
        """Run to the end, or until it is to be killed; tell whether it came to the end."""
        command = [sys.executable, "-m", "crabtk", "run", "--settings", "settings.toml", "--plain"]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        with self.folder.joinpath("output.txt").open("w") as output:
            process = subprocess.Popen(
                command, cwd=self.folder, env=env, stdout=output, stderr=output, start_new_session=True
            )
            while process.poll() is None:
                if kill_when is not None and kill_when():
                    # The run alone, not its group: the trainer's process must notice by itself.
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    return False
                time.sleep(0.02)
        assert process.returncode == 0, self.folder.joinpath("output.txt").read_text()
        return True

    def answers(self) -> int:
        """Completions in the response cache."""
        path = self.folder / ".crabtk" / "responses.sqlite"
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as cache:
                return int(cache.execute("SELECT count(*) FROM completions").fetchone()[0])
        except sqlite3.OperationalError:  # not yet made
            return 0

    def checkpoint(self) -> int:
        """Step of the newest complete checkpoint."""
        found = self.folder.glob(".crabtk/work/sft_model/*/checkpoints/checkpoint-*/complete.json")
        return max((int(path.parent.name.partition("-")[2]) for path in found), default=0)

    def training_log(self) -> str:
        (log,) = self.folder.glob(".crabtk/work/sft_model/*/train.log")
        return log.read_text("utf-8")

    def stage(self, name: str) -> dict[str, Any]:
        (record,) = self.folder.glob(f".crabtk/results/{name}/*.json")
        found: dict[str, Any] = json.loads(record.read_text("utf-8"))
        return found

    def versions(self) -> dict[str, str]:
        records = map(json.loads, map(Path.read_text, self.folder.glob(".crabtk/results/*/*.json")))
        # The report shows seconds; everything else must be the same.
        return {r["stage"]: r["data_version"] for r in records if r["stage"] != "report"}


def test_ten_kills_in_the_model_stages_and_ten_in_training(model: Path, tmp_path: Path) -> None:
    whole = Killable(tmp_path / "whole", model)
    assert whole.run()
    steps = int(whole.stage("sft_model")["facts"]["figures"]["steps"])
    first_answers = sum(
        whole.stage(name)["costs"]["requests"] for name in ("translated_constraints", "judge_audit", "constraints")
    )
    assert first_answers > 3 * KILLS
    assert steps > 6 * KILLS

    killed = Killable(tmp_path / "killed", model)
    for n in range(1, KILLS + 1):
        at = first_answers * n // (KILLS + 1)
        assert not killed.run(lambda at=at: killed.answers() >= at)
    for n in range(1, KILLS + 1):
        reached = killed.checkpoint()
        at = max(reached + 5, steps * n // (KILLS + 1))
        assert not killed.run(lambda at=at: killed.checkpoint() >= at)
        assert f"checkpoint-{reached}" in killed.training_log() or not reached
    assert killed.run()
    assert killed.versions() == whole.versions()
    # What was being answered when it was killed is answered again, and nothing else is.
    assert killed.answers() == whole.answers()
