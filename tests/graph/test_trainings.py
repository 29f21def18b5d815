"""Every training in one run, with the real engine and the real trainers on a model of two layers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

ROOT = Path(__file__).parents[2]
ARMS = ("plain", "official", "ours", "no_reverse", "no_demonstrations", "all_families")
SETTINGS = """
[seeds]
sources = [{ path = "crabtk:samples", limit = 60 }]
response_words = [1, 200]
instruction_words = [1, 200]
languages = ["en"]
held_out = 0.2
dev = 0.15
[measuring]
reference_sample = 10
[translation]
enabled = false
[composition]
kept_out = ["case", "punctuation"]
[training]
limit = 24
dev_limit = 4
weights = { reverse = 0.5 }
[training.options]
max_length = 3000  # a byte is a token
packing = false
accumulation = 1
max_steps = 6
checkpoint_every = 3
evaluate_every = 3
learning_rate = 1e-3
[preferences]
enabled = true
limit = 12
max_tokens = 24
min_margin = 0.05
max_length_ratio = 1000.0
[dpo]
enabled = true
options = { max_steps = 3, max_length = 3000 }
[rl]
enabled = true
limit = 8
rollouts = 0  # this model passes nothing
trip_wires = 2
options = { max_steps = 2, num_generations = 2, max_completion_length = 16 }
[controls]
arms = ["plain", "official", "ours", "no_reverse", "no_demonstrations", "all_families"]
[scoring]
limit = 4
max_tokens = 24
benchmarks = ["held_out", "dev"]
[engines.default]
backend = "transformers"
model = "./model"
batch_size = 4
"""


def run(folder: Path, *changes: str) -> dict[str, str]:
    """Run everything and return the state of each stage that the settings want."""
    command = [sys.executable, "-m", "crabtk", "run", "--settings", "settings.toml", "--plain"]
    command += [part for change in changes for part in ("--set", change)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    return {words[0]: words[1] for words in lines if len(words) > 1 and words[1] in ("computed", "cached")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    place = tmp_path_factory.mktemp("trainings")
    place.joinpath("model").symlink_to(model)
    place.joinpath("settings.toml").write_text(SETTINGS, "utf-8")
    run(place)
    return place


def summary(folder: Path) -> Any:
    return json.loads(folder.joinpath("out/summary.json").read_text("utf-8"))


def record(folder: Path, stage: str) -> Any:
    (path,) = (folder / ".crabtk" / "results" / stage).glob("*.json")
    return json.loads(path.read_text("utf-8"))


def test_every_model_is_trained_published_and_scored(folder: Path) -> None:
    import polars as pl

    for place in ("model", "model-dpo", "model-grpo", *(f"controls/{arm}" for arm in ARMS)):
        assert folder.joinpath("out", place, "model.safetensors").is_file(), place
    scores = record(folder, "scores")["tables"]["scores"]
    table = pl.read_parquet(folder / ".crabtk" / "objects" / f"{scores}.parquet")
    assert set(table["model"]) == {"base", "sft", "dpo", "grpo", *ARMS}
    assert set(table["benchmark"]) == {"held_out", "dev"}


def test_controls_are_trained_on_as_many_tokens_as_the_runs_own_model(folder: Path) -> None:
    facts = record(folder, "control_models")["facts"]
    longest = 3000
    for name, found in facts["models"].items():
        assert abs(found["figures"]["tokens_trained"] - facts["tokens"]) <= longest, name
    assert facts["models"]["plain"]["kinds"].keys() <= {"forward", "chat"}
    assert "reverse" not in facts["models"]["no_reverse"]["kinds"]


def test_dpo_starts_where_fine_tuning_ended(folder: Path) -> None:
    first = record(folder, "dpo_model")["facts"]["history"][0]
    assert first["loss"] == pytest.approx(0.6931, abs=2e-3), "the reference is the fine-tuned model itself"


def test_nothing_is_trained_twice(folder: Path) -> None:
    assert set(run(folder).values()) == {"cached"}
    states = run(folder, "dpo.options.beta=0.3")
    computed = {stage for stage, state in states.items() if state == "computed"}
    assert {"dpo_model", "responses"} <= computed
    assert computed <= {"dpo_model", "responses", "scores", "report"}, "GRPO starts from the fine-tuned model"
