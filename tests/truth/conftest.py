"""The real responses that the second opinions judge."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FOLDER = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")) / "seeds"
ALPACA_EVAL = ("alpaca_eval_gpt4.json", "alpaca_eval_gpt4_1106_preview.json", "alpaca_eval_wizardlm-13b-v1.2.json")
TREES = "oasst2_trees.jsonl"


class Seed(NamedTuple):
    """A real response, its language where the source states one, and what it answers."""

    raw: str
    language: str | None
    prompt: str


@pytest.fixture(scope="session")
def seeds() -> list[Seed]:
    """Every real response that holds a word; the test is skipped if a file is absent."""
    for name in (*ALPACA_EVAL, TREES):
        if not (FOLDER / name).is_file():
            pytest.skip(f"{FOLDER / name} is absent; set CRABTK_DATA to the folder of real data")
    return [seed for seed in read_seeds() if seed.raw.strip()]


def read_seeds() -> Iterator[Seed]:
    """Every real response, in the order of the files."""
    for name in ALPACA_EVAL:
        for row in json.loads((FOLDER / name).read_text("utf-8")):
            yield Seed(row["output"], None, row["instruction"])
    for line in (FOLDER / TREES).read_text("utf-8").splitlines():
        yield from _replies(json.loads(line)["prompt"])


def _replies(message: dict[str, Any]) -> Iterator[Seed]:
    for reply in message["replies"]:
        if reply["role"] == "assistant":
            yield Seed(reply["text"], reply["lang"], message["text"])
        yield from _replies(reply)
