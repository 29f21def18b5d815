"""The README has every option of every trainer, with its default."""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from crabtk_trl import TrlDpoTrainer, TrlGrpoTrainer, TrlTrainer
from crabtk_trl.options import TrainerOptions

README = Path(__file__).parents[1].joinpath("README.md").read_text("utf-8")
_ROW = re.compile(r"^\| `(\w+)` \| (\S+) \| (.+) \|$", re.MULTILINE)


def written(section: str) -> dict[str, Any]:
    """Return the options of a section by name, with the defaults that stand there."""
    (_, text) = README.split(f"\n### {section}\n")
    rows = _ROW.findall(re.split(r"^#", text, maxsplit=1, flags=re.MULTILINE)[0])
    assert len({name for name, _, _ in rows}) == len(rows)
    return {name: None if cell == "—" else tomllib.loads(f"x = {cell.strip('`')}")["x"] for name, cell, _ in rows}


def defaults(trainer: type[TrainerOptions]) -> dict[str, Any]:
    return {
        field.name: field.default if field.default_factory is MISSING else field.default_factory()
        for field in fields(trainer)
    }


def test_options_of_all_trainers() -> None:
    assert written("All trainers") == defaults(TrainerOptions)


@pytest.mark.parametrize("trainer", [TrlTrainer, TrlDpoTrainer, TrlGrpoTrainer])
def test_options_of_one_trainer(trainer: type[TrlTrainer | TrlDpoTrainer | TrlGrpoTrainer]) -> None:
    assert written("All trainers") | written(trainer.name) == defaults(trainer)
