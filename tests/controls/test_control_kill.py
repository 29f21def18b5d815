"""Kill -9 while a control is trained, with the real trainer: those finished stand, this one goes on to the same end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.graph.conftest import model  # noqa: F401  # a model of two layers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
SETTINGS = """
[seeds]
sources = [{ path = "crabtk:samples", limit = 30 }]
response_words = [1, 160]
instruction_words = [1, 200]
languages = ["en"]
[measuring]
reference_sample = 10
[translation]
enabled = false
[training]
limit = 12
dev_limit = 2
[training.options]
max_length = 3000  # a byte is a token
packing = false
accumulation = 1
checkpoint_every = 3
learning_rate = 1e-3
threads = 1
[controls]
arms = ["plain", "official"]
[engines.default]
backend = "transformers"
model = "./model"
"""
RUN = """
from crabtk import cli, console
console.Bars.PLAIN_EVERY = 0.0  # every step is told, however fast it was
cli.main()
"""
_STEP = re.compile(r"control_models: (\d+) of \d+  (\w+) \(")


def run(folder: Path, kill_when: Callable[[], bool] | None = None) -> str:
    """Run to the controls, or until it is to be killed; return what was printed."""
    command = [sys.executable, "-c", RUN, "run", "--settings", "settings.toml", "--plain", "--to", "control_models"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    printed = folder / "output.txt"
    with printed.open("w") as output:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=output, stderr=output, start_new_session=True)
        while process.poll() is None:
            if kill_when is not None and kill_when():
                process.send_signal(signal.SIGKILL)
                process.wait()
                return printed.read_text("utf-8")
            time.sleep(0.02)
    assert process.returncode == 0, printed.read_text("utf-8")
    return printed.read_text("utf-8")


def place(root: Path, weights: Path) -> Path:
    root.mkdir()
    root.joinpath("model").symlink_to(weights)
    root.joinpath("settings.toml").write_text(SETTINGS, "utf-8")
    return root


def record(folder: Path) -> dict[str, Any]:
    (path,) = folder.glob(".crabtk/results/control_models/*.json")
    return dict(json.loads(path.read_text("utf-8")))


def steps(printed: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for match in _STEP.finditer(printed):
        found.setdefault(match[2], []).append(int(match[1]))
    return found


def test_a_killed_control_ends_as_if_it_had_not_been(tmp_path: Path, model: Path) -> None:  # noqa: F811
    whole = place(tmp_path / "whole", model)
    assert steps(run(whole)).keys() == {"plain", "official"}
    killed = place(tmp_path / "killed", model)

    def second_has_a_checkpoint() -> bool:
        return any(killed.glob(".crabtk/work/control_models/*/work/official/checkpoints/*/complete.json"))

    run(killed, second_has_a_checkpoint)
    assert not any(killed.glob(".crabtk/results/control_models/*.json"))
    after = steps(run(killed))
    assert after.keys() == {"official"}, "a finished control was trained again"
    assert min(after["official"]) > 3, "the control began anew"
    assert record(killed)["data_version"] == record(whole)["data_version"], "weights or facts differ"
    assert not any(killed.glob(".crabtk/work/control_models/*"))
