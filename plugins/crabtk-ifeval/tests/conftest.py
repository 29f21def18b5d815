"""The two sets, canonical types, and where the real data lies."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from crabtk import Constraint, ConstraintType, InstructionSet, ParsedText
from crabtk.plugins import load
from crabtk_ifeval import IFEVAL, IFTRAIN

FOLDER = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[3] / ".." / "shared" / "data"))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data, which may be absent."""
    return FOLDER


@pytest.fixture(scope="session")
def rows() -> Callable[[str], list[dict[str, Any]]]:
    """Reads a JSON Lines file of the real data; the test is skipped if it is absent."""

    def read(name: str) -> list[dict[str, Any]]:
        path = FOLDER / name
        if not path.is_file():
            pytest.skip(f"{path} is absent; set CRABTK_DATA to the folder of real data")
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    return read


@pytest.fixture(scope="session")
def sets() -> Mapping[str, InstructionSet]:
    return {"ifeval": IFEVAL, "iftrain": IFTRAIN}


@pytest.fixture(scope="session")
def types() -> Mapping[str, ConstraintType]:
    """The canonical types by name."""
    return {plugin.name: plugin.value for plugin in load().all("constraint type")}


@pytest.fixture(scope="session")
def holds(types: Mapping[str, ConstraintType]) -> Callable[[list[Constraint], str], bool]:
    """Tells whether a response satisfies canonical constraints: the registry ``fixed``."""

    def check(constraints: list[Constraint], response: str) -> bool:
        text = ParsedText(response)
        return all(types[each.type].check(text, each.params) for each in constraints)

    return check
