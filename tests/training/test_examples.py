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
            "instruction_id": f"instruction-{n}",
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


def test_a_limit_takes_of_each_kind_its_share_the_first_of_the_order(tmp_path: Path) -> None:
    # 17 forward, 17 reverse, 16 chat: of 7, exactly 2.38, 2.38 and 2.24.
    everything = write_examples(crab(50), tmp_path / "all", seed=1)
    assert everything == {"chat": 16, "forward": 17, "reverse": 17}
    assert write_examples(crab(50), tmp_path / "some", seed=1, limit=7) == {"chat": 2, "forward": 3, "reverse": 2}
    some, every = read(tmp_path / "some"), read(tmp_path / "all")
    places = [every.index(row) for row in some]
    assert places == sorted(places)
    for kind, count in enumerate((3, 2, 2)):
        of_kind = [row for row in every if int(row["completion"][0]["content"].split()[1]) % 3 == kind]
        assert [row for row in some if row in of_kind] == of_kind[:count]


@pytest.mark.parametrize("limit", [0, 1, 2, 49, 50, 51, 1000])
def test_a_limit_is_kept_exactly(tmp_path: Path, limit: int) -> None:
    if limit == 0:
        assert write_examples(crab(50), tmp_path / "x", seed=1, limit=0, split="dev") == {}
    else:
        assert sum(write_examples(crab(50), tmp_path / "x", seed=1, limit=limit).values()) == min(limit, 50)


def test_weights_other_than_one_are_written_and_a_kind_of_weight_zero_is_left_out(tmp_path: Path) -> None:
    weights = {"reverse": 0.25, "forward": 1.0, "chat": 0.0}
    assert write_examples(crab(9), tmp_path / "x", seed=1, weights=weights) == {"forward": 3, "reverse": 3}
    written = {row["completion"][0]["content"]: row.get("weight") for row in read(tmp_path / "x")}
    assert written == {"answer 0": None, "answer 3": None, "answer 6": None} | dict.fromkeys(
        ("answer 1", "answer 4", "answer 7"), 0.25
    )
    with pytest.raises(EmptyStageError, match=r"training\.weights"):
        write_examples(crab(9), tmp_path / "y", seed=1, weights=dict.fromkeys(KINDS, 0.0))


def test_a_dev_file_holds_the_dev_rows_alone(tmp_path: Path) -> None:
    split = pl.when(pl.int_range(pl.len()) < 4).then(pl.lit("dev")).otherwise(pl.col("split"))
    table = crab(12, held_out=6).with_columns(split=split)
    assert write_examples(table, tmp_path / "dev", seed=1, split="dev") == {"chat": 1, "forward": 2, "reverse": 1}
    assert {row["completion"][0]["content"] for row in read(tmp_path / "dev")} == {f"answer {n}" for n in range(4)}
    write_examples(table, tmp_path / "train", seed=1)
    assert {row["completion"][0]["content"] for row in read(tmp_path / "train")} == {
        f"answer {n}" for n in range(6, 12)
    }


def test_an_empty_dev_split_writes_no_file(tmp_path: Path) -> None:
    assert write_examples(crab(3), tmp_path / "dev", seed=1, split="dev") == {}
    assert not list(tmp_path.iterdir())


def test_an_empty_training_split_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(EmptyStageError, match=r"seeds\.held_out"):
        write_examples(crab(2, held_out=2), tmp_path / "x.jsonl", seed=1)
    assert not list(tmp_path.iterdir())
