"""Checks by all that is registered, conversations as the reference's file writes them, and where the real data lies."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from crabtk import Checks
from crabtk.plugins import load

FOLDER = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[3] / ".." / "shared" / "data"))
Turns = Sequence[tuple[str, Mapping[str, Mapping[str, Any]]]]


@pytest.fixture(scope="session")
def checks() -> Checks:
    registry = load()
    named = {kind: {p.name: p.value for p in registry.all(kind)} for kind in ("constraint type", "instruction set")}
    return Checks(named["constraint type"], named["instruction set"])


@pytest.fixture
def conversations(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file as the reference's: by key and language, turns of a prompt and what it adds to the instructions."""

    def write(**spoken: Mapping[str, Turns]) -> Path:
        columns = [f"turn_{n}_{what}" for n in (1, 2, 3) for what in ("prompt", "instruction_id_list", "kwargs")]
        path = tmp_path / "multiIF.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, ["turns", "responses", *columns, "key", "turn_index", "language"])
            writer.writeheader()
            for language, by_key in spoken.items():
                for key, turns in by_key.items():
                    writer.writerow({"key": key, "turn_index": 0, "language": language, **_columns(turns)})
        return path

    return write


def _columns(turns: Turns) -> dict[str, str]:
    row: dict[str, str] = {}
    ids: list[str] = []
    kwargs: list[str] = []
    for n, (prompt, added) in enumerate(turns, start=1):
        ids, kwargs = [*ids, *added], [*kwargs, *map(json.dumps, added.values())]
        row[f"turn_{n}_prompt"] = json.dumps({"role": "user", "content": prompt})
        row[f"turn_{n}_instruction_id_list"] = json.dumps(ids)
        row[f"turn_{n}_kwargs"] = json.dumps(kwargs)
    return row


@pytest.fixture(scope="session")
def english() -> Path:
    """The 909 English conversations; the test is skipped if the file is absent."""
    path = FOLDER / "multi_if" / "multiIF_20241018_english.csv"
    if not path.is_file():
        pytest.skip(f"{path} is absent; set CRABTK_DATA to the folder of real data")
    return path
