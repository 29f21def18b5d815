"""The same settings give the same bytes, however the work is cut and wherever the store lies."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import crabtk
from crabtk.graph.run import Outcome

CODE_STAGES = ("seeds", "measured_constraints", "constraints", "crab")
SAMPLES = [{"path": "crabtk:samples"}]
ALL_TYPES = {"seeds.sources": SAMPLES, "measuring.types": ["*"], "measuring.reference_sample": 20}


def hashes(outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Return the names of the stored tables, which are the hashes of their files."""
    return {name: outcomes[name].stored.record["tables"] for name in CODE_STAGES}


@pytest.fixture(scope="module")
def plain(workshop_in: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The hashes of a run on the shipped samples with every built-in type."""
    return hashes(workshop_in(tmp_path_factory.mktemp("plain")).run(ALL_TYPES, to="crab"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="from scratch"),
        pytest.param({"runtime.chunk_size": 7}, id="chunks of 7"),
        pytest.param({"runtime.chunk_size": 7, "runtime.processes": 2}, id="chunks of 7, two processes"),
        pytest.param({"runtime.processes": 2}, id="chunks of 64, two processes", marks=pytest.mark.slow),
        pytest.param({"engines.default.batch_size": 3}, id="batches of 3"),
    ],
)
def test_tables_are_the_same_bytes(change: dict[str, Any], plain: dict[str, Any], workshop: Any) -> None:
    assert hashes(workshop.run({**ALL_TYPES, **change}, to="crab")) == plain


def test_a_source_that_moved_gives_the_same_bytes(plain: dict[str, Any], workshop: Any) -> None:
    moved = workshop.root / "moved"
    shutil.copytree(Path(crabtk.__file__).parent / "samples", moved)
    sources = [{"path": str(moved), "name": "crabtk:samples"}]
    outcomes = workshop.run({**ALL_TYPES, "seeds.sources": sources}, to="seeds")
    assert outcomes["seeds"].stored.record["tables"] == plain["seeds"]


def test_files_of_the_dataset_are_the_same_bytes(workshop_in: Any, tmp_path: Path) -> None:
    trees: list[str] = []
    for name in ("one", "other"):
        tmp_path.joinpath(name).mkdir()
        trees.append(workshop_in(tmp_path / name).run(to="dataset")["dataset"].stored.record["tree"])
    assert trees[0] == trees[1]
