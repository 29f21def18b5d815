"""Arms: the same responses, the same general chat, and one thing changed."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

import polars as pl
import pytest

from crabtk import schemas
from crabtk.controls.arms import arm_examples
from crabtk.errors import EmptyStageError
from crabtk.pipeline.compose import compose
from crabtk.settings import Arm, Composition
from tests.pipeline.tables import Row, constraint, constraints, seed, seeds

ARMS: tuple[Arm, ...] = typing.get_args(Arm)
SEED = 17
KEPT_OUT = "case"


@dataclasses.dataclass
class Run:
    """What a run has made: 24 seeds for training, 6 for dev and held out each, and general chat."""

    seeds: pl.DataFrame
    constraints: pl.DataFrame
    crab: pl.DataFrame
    settings: Composition

    def arm(self, arm: Arm) -> pl.DataFrame:
        table = arm_examples(arm, self.seeds, self.constraints, self.crab, self.settings, SEED)
        schemas.Crab.validate(table)
        return table


def run(**values: Any) -> Run:
    rows: list[Row] = [seed(n, system="Be kind." if n % 4 == 0 else None) for n in range(24)]
    rows += [seed(40 + n, split="dev") for n in range(6)] + [seed(50 + n, split="held_out") for n in range(6)]
    found = [
        constraint(row, type_, f"Obey {type_} of {row['seed_id']}.")
        for row in rows
        for type_ in ("toy:a", "toy:b", "odd:c", "odd:d", f"{KEPT_OUT}:e", f"{KEPT_OUT}:f")
    ]
    table = seeds([*rows, *(seed(60 + n, use="chat") for n in range(20))])
    settings = Composition(**{"constraints": (2, 4), "kept_out": (KEPT_OUT,), **values})
    crab, _ = compose(table, constraints(found), settings=settings, seed=SEED)
    return Run(table, constraints(found), crab, settings)


def own(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter((pl.col("split") == "train") & (pl.col("kind") != "chat"))


def forward(table: pl.DataFrame) -> list[Row]:
    return own(table).filter(pl.col("kind") == "forward").sort("seed_id").to_dicts()


def asked(table: pl.DataFrame) -> set[str]:
    return {name.split("/", 1)[1] for names in own(table)["constraint_ids"] for name in names}


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("reverse", [0.3, 0.7])
def test_every_arm_trains_on_the_same_responses_and_chat(arm: Arm, reverse: float) -> None:
    made = run(reverse=reverse)
    table = made.arm(arm)
    assert set(own(table)["seed_id"]) == set(own(made.crab)["seed_id"])
    instances = {row["seed_id"]: row for row in made.seeds.to_dicts()}
    for row in forward(table):
        assert row["messages"][-1] == {"role": "assistant", "content": instances[row["seed_id"]]["response"]}
    others = (pl.col("split") != "train") | (pl.col("kind") == "chat")
    assert table.filter(others).equals(made.crab.filter(others))


@pytest.mark.parametrize("arm", ["plain", "official", "all_families"])
def test_an_arm_hangs_on_no_order(arm: Arm) -> None:
    made = run()
    turned = Run(made.seeds.reverse(), made.constraints.reverse(), made.crab.reverse(), made.settings)
    assert made.arm(arm).sort("example_id").equals(turned.arm(arm).sort("example_id"))


def test_ours_is_the_dataset_itself() -> None:
    made = run()
    assert made.arm("ours").sort("example_id").equals(made.crab.sort("example_id"))


def test_plain_pairs_are_instruction_and_response() -> None:
    rows = forward(run().arm("plain"))
    assert len(rows) == 24
    for row in rows:
        number = int(row["seed_id"].removeprefix("made-"))
        system = [{"role": "system", "content": "Be kind."}] if number % 4 == 0 else []
        ask = {"role": "user", "content": f"Tell me about topic {number}."}
        assert row["messages"][:-1] == [*system, ask]
        assert row["constraint_ids"] == row["demonstration_ids"] == []


def test_official_states_what_the_scripts_do_and_nothing_of_ours() -> None:
    made = run(demonstrated=1.0)
    table = made.arm("official")
    assert set(own(table)["example_id"]) == set(own(made.crab)["example_id"])
    assert all(name.startswith("official/") for name in asked(table))
    assert len(asked(table)) == 6
    for row in own(table).to_dicts():
        prompt = "\n".join(turn["content"] for turn in row["messages"])
        assert "Obey" not in prompt
        assert row["constraint_ids"]
    assert all(row["demonstration_ids"] for row in forward(table))


def test_official_keeps_its_probabilities_whatever_the_composition_weighs() -> None:
    usual = run().arm("official")
    other = run(weights={"length": 0.0, "*": 0.1}, constraints=(1, 1), kept_out=("keyword", "length")).arm("official")
    one, two = ({row["seed_id"]: set(row["constraint_ids"]) for row in forward(table)} for table in (usual, other))
    assert one == two


def test_without_reverse_each_seed_has_its_forward_example() -> None:
    made = run()
    table = own(made.arm("no_reverse"))
    assert set(table["kind"]) == {"forward"}
    assert table.sort("seed_id").to_dicts() == forward(made.crab)


def test_without_demonstrations_the_rest_of_an_example_stays() -> None:
    made = run(demonstrated=0.8)
    table = made.arm("no_demonstrations")
    assert set(own(table)["example_id"]) == set(own(made.crab)["example_id"])
    before = {row["seed_id"]: row for row in forward(made.crab)}
    assert any(row["demonstration_ids"] for row in before.values())
    for row in forward(table):
        assert row["demonstration_ids"] == []
        assert row["constraint_ids"] == before[row["seed_id"]]["constraint_ids"]
        assert row["messages"][-2:] == before[row["seed_id"]]["messages"][-2:]


def test_all_families_asks_for_what_is_kept_out() -> None:
    made = run()
    assert not any(name.startswith(KEPT_OUT) for name in asked(made.crab))
    table = made.arm("all_families")
    assert {f"{KEPT_OUT}:e", f"{KEPT_OUT}:f"} <= asked(table)
    assert set(own(table)["example_id"]) == set(own(made.crab)["example_id"])


@pytest.mark.parametrize("arm", ARMS)
def test_of_a_part_of_the_examples_each_arm_has_the_same_responses(arm: Arm) -> None:
    made = run()
    kept = own(made.crab).sort("example_id")["example_id"].to_list()[::3]
    part = made.crab.filter((pl.col("split") != "train") | pl.col("example_id").is_in(kept))
    table = arm_examples(arm, made.seeds, made.constraints, part, made.settings, SEED)
    assert set(own(table)["seed_id"]) == set(own(part)["seed_id"])
    pool = set(own(part)["seed_id"])
    assert all(pool.issuperset(names) for names in own(table)["demonstration_ids"]) or arm == "ours"


def test_general_chat_alone_leaves_nothing_to_control() -> None:
    made = run(chat=1.0)
    with pytest.raises(EmptyStageError, match=r"composition\.chat"):
        made.arm("plain")
