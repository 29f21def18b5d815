"""A benchmark's files are told by what stands in them, however the settings write their paths."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crabtk.graph.run import Run
from crabtk.graph.stages import STAGES
from crabtk.plugins import Plugin, Registry


def hangs_on(workshop: Any, benchmark: Any, options: dict[str, Any], stage: str = "responses") -> str:
    """Return what a stage says that its result hangs on."""
    plugin = Plugin("benchmark", benchmark.name, benchmark, "a-plugin", "1", "a_plugin")
    registry = Registry({**workshop.registry().plugins, ("benchmark", benchmark.name): plugin})
    changes = {"scoring.benchmarks": [benchmark.name], "scoring.options": {benchmark.name: options}}
    with Run(workshop.settings(changes), registry, STAGES) as run:
        return json.dumps(STAGES[stage].depends(run))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, in which the run starts."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("option", ["prompts", "difficulties"])
@pytest.mark.parametrize("absolute", [False, True])
def test_edited_files_of_alpaca_eval_are_seen(workshop: Any, here: Path, option: str, absolute: bool) -> None:
    benchmark = pytest.importorskip("crabtk_alpaca_eval.benchmark").AlpacaEval
    names = {"prompts": "base.json", "difficulties": "hard.csv"}
    for name in names.values():
        (here / name).write_text("[]")
    options = {key: str(here / name) if absolute else name for key, name in names.items()}
    before = hangs_on(workshop, benchmark, options)
    assert hangs_on(workshop, benchmark, options) == before
    (here / names[option]).write_text("[1]")
    for stage in ("responses", "scores"):
        assert hangs_on(workshop, benchmark, options, stage) != before
    (here / names[option]).write_text("[]")
    assert hangs_on(workshop, benchmark, options) == before


def test_an_edited_file_in_the_hubs_cache_is_seen(
    workshop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    benchmark = pytest.importorskip("crabtk_alpaca_eval.benchmark").AlpacaEval
    path = tmp_path / "cached.json"
    monkeypatch.setattr("crabtk_alpaca_eval.baseline.cached", lambda name, *, download: path)
    path.write_text("[]")
    before = hangs_on(workshop, benchmark, {})
    path.write_text("[1]")
    assert hangs_on(workshop, benchmark, {}) != before


def test_an_edited_file_of_followbench_is_seen(workshop: Any, here: Path) -> None:
    benchmark = pytest.importorskip("crabtk_followbench.benchmark").FollowBench
    path = here / "data" / "style_constraints.json"
    path.parent.mkdir()
    path.write_text("[]")
    before = hangs_on(workshop, benchmark, {"prompts": "data"})
    path.write_text("[1]")
    assert hangs_on(workshop, benchmark, {"prompts": "data"}) != before


def test_words_that_name_no_file_stand_for_themselves(workshop: Any, here: Path, toy: Any) -> None:
    class Worded(toy.ToyBenchmark):  # type: ignore[name-defined,misc]
        def __init__(self, *, kind: str = "") -> None:
            super().__init__()

    long = "all of it " * 500
    assert hangs_on(workshop, Worded, {"kind": long}) != hangs_on(workshop, Worded, {"kind": ""})
    before = hangs_on(workshop, Worded, {"kind": "data"})
    (here / "data").mkdir()
    (here / "data" / "file.json").write_text("[]")
    assert hangs_on(workshop, Worded, {"kind": "data"}) == before, "a folder that happens to be here"
