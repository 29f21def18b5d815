"""Dagster's definitions for settings of the test's own."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

SETTINGS = """
[seeds]
sources = [{{ path = "crabtk:samples", licence = "Apache-2.0", limit = 40 }}]
response_words = [1, 700]
instruction_words = [1, 200]
[measuring]
types = ["length:*", "keyword:include"]
reference_sample = 10
[composition]
chat = {chat}
[translation]
enabled = false
[training]
enabled = false
[scoring]
enabled = false
"""

Definitions = Callable[..., dg.Definitions]


@pytest.fixture(scope="session")
def definitions() -> Iterator[Definitions]:
    """Return the definitions for a run on code alone, whose store and output lie in a folder."""

    def build(folder: Path, chat: float = 0.1) -> dg.Definitions:
        settings = folder / "settings.toml"
        settings.write_text(SETTINGS.format(chat=chat), "utf-8")
        settings.write_text(
            f'{settings.read_text("utf-8")}[runtime]\nstore = "{folder}/store"\noutput = "{folder}/out"\n', "utf-8"
        )
        os.environ["CRABTK_SETTINGS"] = str(settings)
        module: Any = importlib.import_module("assets.definitions")
        found: dg.Definitions = module._definitions()
        return found

    before = os.environ.get("CRABTK_SETTINGS")
    yield build
    if before is None:
        os.environ.pop("CRABTK_SETTINGS", None)
    else:
        os.environ["CRABTK_SETTINGS"] = before


@pytest.fixture(scope="session")
def materialize() -> Callable[..., dg.ExecuteInProcessResult]:
    """Materialize assets in this process with an instance that leaves nothing behind."""

    def run(found: dg.Definitions, *names: str) -> dg.ExecuteInProcessResult:
        assets = list(found.assets or [])
        return dg.materialize(assets, selection=list(names) or None, raise_on_error=False)  # type: ignore[arg-type]

    return run
