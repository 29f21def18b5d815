"""Real responses, and the shipped sample with what code measures of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

SEEDS = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")) / "seeds"
FILES = ("alpaca_eval_gpt4.json", "alpaca_eval_gpt4_1106_preview.json", "alpaca_eval_wizardlm-13b-v1.2.json")


@pytest.fixture(scope="session")
def responses() -> list[str]:
    """Every eighth real response of three models; the test is skipped if a file is absent."""
    for name in FILES:
        if not (SEEDS / name).is_file():
            pytest.skip(f"{SEEDS / name} is absent; set CRABTK_DATA to the folder of real data")
    found = [row["output"] for name in FILES for row in json.loads((SEEDS / name).read_text("utf-8"))]
    return [text for text in found if any(map(str.isalpha, text))][::8]
