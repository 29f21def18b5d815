"""Each recipe is a complete section that settings and the trainer accept."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crabtk.plugins import Plugin, check_options
from crabtk.settings import Training
from crabtk_trl import TrlTrainer

RECIPES = sorted((Path(__file__).parents[1] / "recipes").glob("*.toml"))
PLUGIN = Plugin("trainer", "trl", TrlTrainer, "crabtk-trl", "0", "crabtk_trl")
ROWS_A_STEP = {"mistral-7b": 128, "llama-3-8b": 128}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_is_a_whole_section(recipe: Path) -> None:
    settings = tomllib.loads(recipe.read_text(encoding="utf-8"))
    assert settings.keys() == {"training"}
    training = Training(**settings["training"])
    assert training.trainer == "trl" and training.model.count("/") == 1
    check_options(PLUGIN, training.options, "training.options")
    trainer = TrlTrainer(**training.options)
    rows = trainer.processes * trainer.batch_size * trainer.accumulation
    assert rows == ROWS_A_STEP.get(recipe.stem, rows)


def test_the_readme_lists_them() -> None:
    readme = (RECIPES[0].parents[1] / "README.md").read_text(encoding="utf-8")
    assert len(RECIPES) == 8
    assert all(f"`{recipe.name}`" in readme for recipe in RECIPES)
