"""A small FollowBench of our own in the release's format, and where the real one lies."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from crabtk_followbench.benchmark import FollowBench
from crabtk_followbench.rows import CATEGORIES

FOLDER = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[3] / ".." / "shared" / "data")) / "followbench"


def group(number: int, source: str, *, first: int = 0, target: str = "", base: str = "Write.") -> list[dict[str, Any]]:
    """Return the rows of a group: each level adds one sentence."""
    added = [f" Rule {number}-{level}." for level in range(1, 6)]
    return [
        {
            "example_id": number,
            "category": "any",
            "source": source,
            "instruction": base + "".join(added[:level]),
            "level": level,
            "target": target,
        }
        for level in range(first, 6)
    ]


SMALL: Mapping[str, list[dict[str, Any]]] = {
    "content": [*group(1, "quora"), *group(14, "E2E", target="name[Inn]", base="")],
    "situation": group(8, "gsm_8k", target="$7"),
    "style": [*group(1, "quora"), *group(2, "koala")],
    "format": group(1, "oasst"),
    "example": group(1, "any", first=1, target="{instruction}\n{{'a': '{answer}'}}"),
    "mixed": group(12, "xsum"),
}


Write = Callable[[Path, Mapping[str, Any]], Path]


def _write(folder: Path, tables: Mapping[str, Any]) -> Path:
    for category, rows in tables.items():
        folder.joinpath(f"{category}_constraints.json").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return folder


@pytest.fixture
def write() -> Write:
    """Write files in the release's format into a folder."""
    return _write


@pytest.fixture
def tables() -> Mapping[str, list[dict[str, Any]]]:
    """The rows of the small FollowBench, by category."""
    return SMALL


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The folder of the small FollowBench: 40 prompts, 20 of them judged by rules."""
    return _write(tmp_path, SMALL)


@pytest.fixture(scope="session")
def real() -> FollowBench:
    """The real one; the test is skipped if a file is absent."""
    for category in CATEGORIES:
        path = FOLDER / f"{category}_constraints.json"
        if not path.is_file():
            pytest.skip(f"{path} is absent; set CRABTK_DATA to the folder of real data")
    return FollowBench(prompts=str(FOLDER))
