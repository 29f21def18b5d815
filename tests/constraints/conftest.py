"""The real responses that the law is tried on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")) / "seeds"
ALPACA_EVAL = ("alpaca_eval_gpt4.json", "alpaca_eval_gpt4_1106_preview.json", "alpaca_eval_wizardlm-13b-v1.2.json")
TREES = "oasst2_trees.jsonl"


@pytest.fixture(scope="session")
def responses() -> list[tuple[str, str | None]]:
    """Each response with its language where the source states one; the test is skipped if a file is absent."""
    for name in (*ALPACA_EVAL, TREES):
        if not (FOLDER / name).is_file():
            pytest.skip(f"{FOLDER / name} is absent; set CRABTK_DATA to the folder of real data")
    found: list[tuple[str, str | None]] = []
    for name in ALPACA_EVAL:
        found += [(row["output"], None) for row in json.loads((FOLDER / name).read_text("utf-8"))]
    for line in (FOLDER / TREES).read_text("utf-8").splitlines():
        found += _replies(json.loads(line)["prompt"])
    return found


def _replies(message: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    if message["role"] == "assistant":
        yield message["text"], message["lang"]
    for reply in message["replies"]:
        yield from _replies(reply)
