"""The file of preference pairs that a trainer reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crabtk.errors import EmptyStageError
from crabtk.schemas import Preferences, columns
from crabtk.training.preferences import write_preferences


def pairs(count: int, split: str = "train") -> pl.DataFrame:
    rows = [
        {
            "pair_id": f"{split}-{n}",
            "source": ("sampled", "ultra")[n % 2],
            "seed_id": None,
            "messages": [{"role": "system", "content": "Be “brief”."}, {"role": "user", "content": f"ask\n{n}"}],
            "chosen": f"good {split} {n}",
            "rejected": f"bad {n}",
            "constraint_ids": [],
            "chosen_verdicts": "{}",
            "rejected_verdicts": "{}",
            "margin": None,
            "split": split,
        }
        for n in range(count)
    ]
    return Preferences.validate(pl.DataFrame(rows, schema=columns(Preferences)))


def read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_pair_is_a_prompt_and_two_answers(tmp_path: Path) -> None:
    assert write_preferences(pairs(1), tmp_path / "x", seed=1) == {"sampled": 1}
    assert read(tmp_path / "x") == [
        {
            "prompt": [{"role": "system", "content": "Be “brief”."}, {"role": "user", "content": "ask\n0"}],
            "chosen": [{"role": "assistant", "content": "good train 0"}],
            "rejected": [{"role": "assistant", "content": "bad 0"}],
        }
    ]


def test_each_split_has_its_own_file_and_held_out_pairs_none(tmp_path: Path) -> None:
    table = pl.concat([pairs(4), pairs(2, "dev"), pairs(3, "held_out")])
    assert write_preferences(table, tmp_path / "train", seed=1) == {"sampled": 2, "ultra": 2}
    assert write_preferences(table, tmp_path / "dev", seed=1, split="dev") == {"sampled": 1, "ultra": 1}
    written = {name: {row["chosen"][0]["content"] for row in read(tmp_path / name)} for name in ("train", "dev")}
    assert written == {split: {f"good {split} {n}" for n in range(c)} for split, c in (("train", 4), ("dev", 2))}


def test_the_order_is_that_of_a_hash_and_a_limit_takes_its_first(tmp_path: Path) -> None:
    table = pairs(40)
    for name, given, seed in (("a", table, 1), ("b", table.reverse(), 1), ("c", table, 2)):
        write_preferences(given, tmp_path / name, seed=seed)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c
    write_preferences(table, tmp_path / "some", seed=1, limit=7)
    assert read(tmp_path / "some") == read(tmp_path / "a")[:7]


def test_nothing_to_train_on_is_an_error_and_nothing_to_choose_by_is_none(tmp_path: Path) -> None:
    assert write_preferences(pairs(2), tmp_path / "dev", seed=1, split="dev") == {}
    with pytest.raises(EmptyStageError, match=r"preferences\.enabled"):
        write_preferences(pairs(2, "dev"), tmp_path / "train", seed=1)
    assert not list(tmp_path.iterdir())
