"""What the UI shows of scores and trainings: tables as Markdown, plots as images."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from crabtk import schemas
from crabtk.scoring.aggregate import aggregate
from crabtk.settings import Settings
from crabtk.store import Result, Store, Stored

MODELS = {"base": 0, "sft": 2, "plain#1": 1, "plain#2": 0, "ours#1": 2, "ours#2": 3}


def graded() -> pl.DataFrame:
    """Make grades: of four prompts with one or two constraints, each model satisfies as many as ``MODELS`` says."""
    rows = [
        (model, "held_out", str(item), f"a:t{place}", item < passed, None, None, "code", str(item))
        for model, passed in MODELS.items()
        for item in range(4)
        for place in range(1 + item % 2)
    ]
    return pl.DataFrame(rows, schema=schemas.columns(schemas.Grades), orient="row")


@pytest.fixture
def metadata(definitions: Any, tmp_path: Path) -> Any:
    definitions(tmp_path)  # importing assets reads the settings, which the fixture names
    from assets import metadata

    return metadata


def stored(tmp_path: Path, stage: str, **result: Any) -> Stored:
    return Store(tmp_path / "store").save(stage, "fingerprint", Result(**result))


def test_scores_have_tables_and_plots(metadata: Any, tmp_path: Path) -> None:
    grades = graded()
    made = stored(tmp_path, "scores", tables={"scores": aggregate(grades), "grades": grades})
    tables = dict(metadata._tables(SimpleNamespace(settings=Settings()), made))
    assert list(tables) == ["scores", "comparisons", "types", "controls"]
    assert "| metric | group | base | sft | plain | ours | change |" in tables["scores"]
    assert "base → sft" in tables["comparisons"] and "| plain | 2 |" in tables["controls"]
    assert [name for name, _ in metadata._plots(made)] == ["held_out", "held_out, by number"]


def test_trainings_have_curves(metadata: Any, tmp_path: Path) -> None:
    history = [{"step": step, "loss": 1 / step, "rewards/margins": step / 10} for step in range(1, 5)]
    for stage in ("sft_model", "dpo_model", "grpo_model"):
        (plot,) = metadata._plots(stored(tmp_path, stage, facts={"trained": True, "history": history}))
        assert plot[0] == "training"
        assert metadata._inline(plot[1]).startswith("![plot](data:image/png;base64,")
    assert not list(metadata._plots(stored(tmp_path, "sft_model", facts={"trained": False})))
    facts = {"trained": True, "models": {name: {"history": history} for name in ("plain#1", "ours#1")}}
    assert [name for name, _ in metadata._plots(stored(tmp_path, "control_models", facts=facts))] == ["losses"]
    assert not list(metadata._plots(stored(tmp_path, "control_models", facts={"trained": False, "models": {}})))
