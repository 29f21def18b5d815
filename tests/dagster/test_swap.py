"""Another backend is a matter of settings: Dagster computes what asks the engine, what follows from it, and no more."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from crabtk.graph.stages import STAGES, upstream

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("ray"),
    pytest.mark.skipif("CRABTK_SMOLLM2" not in os.environ, reason="CRABTK_SMOLLM2 names no folder of SmolLM2"),
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs ray"),
]

SETTINGS = """
[seeds]
sources = [{{ path = "crabtk:samples", licence = "Apache-2.0", limit = 40 }}]
[measuring]
types = ["length:*", "keyword:include"]
reference_sample = 10
[translation]
limit = 2
max_tokens = 300
types = ["style:writing", "content:semantic_elements"]
[judging]
audit_cases = 4
[training]
enabled = false
[scoring]
limit = 2
max_tokens = 16
[engines.default]
model = "{model}"
{engine}
[runtime]
store = "{folder}/store"
output = "{folder}/out"
"""
ASKING = {"translated_constraints", "judge_audit", "constraints", "responses"}
OFF = {"sft_model", "control_models", "preferences", "dpo_model", "rl_prompts", "grpo_model", "judgements"}
PLAIN = 'backend = "transformers"\noptions = { device = "cpu" }'
ACTORS = """
backend = "ray"
options = { backend = "transformers", num_cpus = 1.0, options = { device = "cpu" } }
"""


def states(folder: Path, engine: str, materialize: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Materialize everything with an engine; return what became of each asset."""
    settings = folder / "settings.toml"
    settings.write_text(SETTINGS.format(model=os.environ["CRABTK_SMOLLM2"], engine=engine, folder=folder), "utf-8")
    monkeypatch.setenv("CRABTK_SETTINGS", str(settings))
    module: Any = importlib.import_module("assets.definitions")
    result: dg.ExecuteInProcessResult = materialize(module._definitions())
    assert result.success
    found = result.get_asset_materialization_events()
    return {str(event.asset_key.path[-1]): event.materialization.metadata["state"].value for event in found}  # type: ignore[union-attr]


def test_a_swap_computes_what_asks_the_engine_and_what_follows(
    tmp_path: Path, materialize: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = states(tmp_path, PLAIN, materialize, monkeypatch)
    assert first == {name: "off" if name in OFF else "computed" for name in STAGES}
    swapped = states(tmp_path, ACTORS, materialize, monkeypatch)
    assert {name for name in ASKING if swapped[name] == "computed"} == ASKING
    others = {name for name in STAGES if not ASKING & set(upstream(name))} - OFF
    assert {"seeds", "measured_constraints"} <= others
    assert {swapped[name] for name in others} == {"cached"}
    again = states(tmp_path, PLAIN, materialize, monkeypatch)
    assert {state for name, state in again.items() if name not in OFF} == {"cached"}
