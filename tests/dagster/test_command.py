"""Dagster's own command on the whole graph, with a third party's plugin and a home that may be lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from crabtk.graph.stages import STAGES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SETTINGS = """
[seeds]
sources = [{ path = "crabtk:samples", licence = "Apache-2.0", limit = 40 }]
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
[scoring]
benchmarks = ["held_out", "toy"]
limit = 3
[engines.default]
backend = "toy"
model = "./model"
[runtime]
store = "./store"
output = "./out"
"""
STATES = """
import json, sys
import dagster as dg
instance = dg.DagsterInstance.get()
events = {name: instance.get_latest_materialization_event(dg.AssetKey(name)) for name in sys.argv[1:]}
print(json.dumps({name: event.asset_materialization.metadata["state"].value for name, event in events.items()}))
"""


class Dagster:
    """Dagster's command line with a home and settings of its own."""

    def __init__(self, folder: Path, python: Any, toy_site: Path) -> None:
        self.home = folder / "home"
        self._python, self._site = python, toy_site
        self._env = {"DAGSTER_HOME": str(self.home), "CRABTK_SETTINGS": str(folder / "settings.toml")}
        folder.joinpath("model").mkdir()
        folder.joinpath("model/config.json").write_text("{}")
        folder.joinpath("settings.toml").write_text(SETTINGS, "utf-8")
        self.new_home()

    def new_home(self) -> None:
        """Start from what the repository holds of a home."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()
        shutil.copy(ROOT / "dagster_home" / "dagster.yaml", self.home)

    def materialize(self, select: str, executor: str = "in_process") -> Any:
        config = json.dumps({"execution": {"config": {executor: {}}}})
        command = ("-m", "dagster", "asset", "materialize", "-m", "assets", "--select", select, "--config-json", config)
        return self._python(*command, sites=(self._site,), env=self._env, cwd=ROOT)

    def states(self) -> dict[str, str]:
        found = self._python("-c", STATES, *STAGES, env=self._env)
        assert found.returncode == 0, found.stderr
        states: dict[str, str] = json.loads(found.stdout.splitlines()[-1])
        return states


@pytest.fixture
def dagster(tmp_path: Path, python: Any, toy_site: Path) -> Dagster:
    return Dagster(tmp_path, python, toy_site)


def wanted(state: str) -> dict[str, str]:
    """The state of each stage: the given one, or off where the settings do not want it."""
    off = ("preferences", "dpo_model", "rl_prompts", "grpo_model", "control_models", "judgements")
    return {stage: "off" if stage in off else state for stage in STAGES}


def test_a_lost_home_costs_no_result(dagster: Dagster) -> None:
    first = dagster.materialize("*")
    assert first.returncode == 0, first.stdout + first.stderr
    assert dagster.states() == wanted("computed")
    dagster.new_home()
    again = dagster.materialize("*")
    assert again.returncode == 0, again.stdout + again.stderr
    assert dagster.states() == wanted("cached")


def test_one_asset_of_an_empty_store_says_what_to_make_first(dagster: Dagster) -> None:
    run = dagster.materialize("crab")
    assert run.returncode != 0
    assert "Make it first: crabtk run --to seeds, or materialize seeds" in run.stdout + run.stderr
