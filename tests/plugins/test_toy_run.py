"""A whole run on nothing but the toy plugin: what a third party registers is used in every stage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SETTINGS = """
[seeds]
sources = [
  { path = "crabtk:samples", licence = "Apache-2.0", limit = 24 },
  { path = "pairs.jsonl", format = "toy" },
]
response_words = [1, 700]
instruction_words = [1, 200]
held_out = 0.3
[measuring]
types = ["toy:*", "length:*", "keyword:include"]
reference_sample = 10
[translation]
limit = 3
[judging]
audit_cases = 4
[training]
trainer = "toy"
options = { steps = 3 }
[scoring]
benchmarks = ["held_out", "toy"]
limit = 3
options = { toy = { questions = 2 } }
[engines.default]
backend = "toy"
model = "./model"
options = { words = 30 }
"""


def test_a_run_on_the_toy_alone(python: Any, toy_site: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("model").mkdir()
    tmp_path.joinpath("model/config.json").write_text("{}")
    rows = [{"q": f"Tell me about cheese {n}.", "a": f"Why cheese {n}? It is good. " * 5} for n in range(8)]
    tmp_path.joinpath("pairs.jsonl").write_text("\n".join(map(json.dumps, rows)))
    tmp_path.joinpath("settings.toml").write_text(SETTINGS)

    run = python("-m", "crabtk", "run", "--settings", "settings.toml", "--plain", sites=(toy_site,), cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    made = "\n".join(path.read_text("utf-8", errors="replace") for path in tmp_path.joinpath("out").rglob("*.jsonl"))
    assert "question mark" in made
    assert list(tmp_path.joinpath("out").rglob("config.json"))


def test_without_the_plugin_the_settings_say_what_is_missing(python: Any, tmp_path: Path) -> None:
    tmp_path.joinpath("settings.toml").write_text(SETTINGS)
    run = python("-m", "crabtk", "run", "--settings", "settings.toml", "--plain", cwd=tmp_path)
    assert run.returncode == 1
    lines = run.stderr.removeprefix("Error: ").splitlines()
    assert [line.partition(": ")[2].partition(":")[0] for line in lines] == [
        "seeds.sources[1].format",
        "measuring.types",
        "engines.default.backend",
        "training.trainer",
        "scoring.benchmarks",
    ]
