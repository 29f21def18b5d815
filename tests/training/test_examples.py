"""The file that a trainer reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crabtk.errors import EmptyStageError
from crabtk.schemas import Crab, columns
from crabtk.training.examples import write_examples

KINDS = ("forward", "reverse", "chat")


def crab(count: int, held_out: int = 0) -> pl.DataFrame:
    rows = [
        {
            "example_id": f"example-{n}",
            "kind": KINDS[n % 3],
            "messages": [
                {"role": "system", "content": "Be “brief”."},
                {"role": "user", "content": f"ask\n{n}"},
                {"role": "assistant", "content": f"answer {n}"},
            ],
            "seed_id": f"seed-{n}",
            "constraint_ids": [],
            "demonstration_ids": [],
            "split": "held_out" if n < held_out else "train",
        }
        for n in range(count)
    ]
    return Crab.validate(pl.DataFrame(rows, schema=columns(Crab)))


def read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_last_message_is_the_completion(tmp_path: Path) -> None:
    figures = write_examples(crab(1), tmp_path / "x.jsonl", seed=1)
    assert read(tmp_path / "x.jsonl") == [
        {
            "prompt": [{"role": "system", "content": "Be “brief”."}, {"role": "user", "content": "ask\n0"}],
            "completion": [{"role": "assistant", "content": "answer 0"}],
        }
    ]
    assert figures == {"forward": 1}


def test_held_out_rows_are_not_trained_on(tmp_path: Path) -> None:
    figures = write_examples(crab(12, held_out=3), tmp_path / "x.jsonl", seed=1)
    assert figures == {"chat": 3, "forward": 3, "reverse": 3}
    answers = {row["completion"][0]["content"] for row in read(tmp_path / "x.jsonl")}
    assert answers == {f"answer {n}" for n in range(3, 12)}


def test_order_is_mixed_by_seed_and_does_not_follow_the_tables(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c")]
    table = crab(50)
    write_examples(table, paths[0], seed=1)
    write_examples(table.reverse(), paths[1], seed=1)
    write_examples(table, paths[2], seed=2)
    assert paths[0].read_bytes() == paths[1].read_bytes() != paths[2].read_bytes()
    assert [row["completion"][0]["content"] for row in read(paths[0])] != [f"answer {n}" for n in range(50)]


def test_a_limit_takes_the_first_of_the_order(tmp_path: Path) -> None:
    write_examples(crab(50), tmp_path / "all", seed=1)
    figures = write_examples(crab(50), tmp_path / "some", seed=1, limit=7)
    assert read(tmp_path / "some") == read(tmp_path / "all")[:7]
    assert sum(figures.values()) == 7


def test_an_empty_split_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(EmptyStageError, match=r"seeds\.held_out"):
        write_examples(crab(2, held_out=2), tmp_path / "x.jsonl", seed=1)
    assert not list(tmp_path.iterdir())
