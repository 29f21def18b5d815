"""A small AlpacaEval of our own in the release's format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """Twelve prompts with the answers of a baseline."""
    rows = [
        {"dataset": "own", "instruction": f"Name {n} birds.", "output": "wren, " * n, "generator": "baseline"}
        for n in range(1, 13)
    ]
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(rows), "utf-8")
    return path
