"""The benchmark that every run has."""

from __future__ import annotations

import polars as pl

from crabtk import schemas
from crabtk.constraints.builtin import TYPES
from crabtk.pipeline.grade import grade_table
from crabtk.protocols import Benchmark, Checks
from crabtk.scoring.held_out import HeldOut
from crabtk.text import ParsedText
from crabtk.types import Graded

CHECKS = Checks({type_.name: type_ for type_ in TYPES}, {})
PROMPT = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Pack. Use exactly 2 bullet points."}]


def tables() -> dict[str, pl.DataFrame]:
    messages = [*PROMPT, {"role": "assistant", "content": "- coat\n- map"}]
    rows = [
        ("forward-a", "forward", messages, "a", "asked", ["a/list:bullets", "a/digits:absent"], [], "held_out"),
        ("forward-b", "forward", messages, "b", "asked", ["a/list:bullets"], ["a"], "train"),
        ("reverse-a", "reverse", messages, "a", "asked", ["a/list:bullets"], [], "held_out"),
        ("chat-c", "chat", messages, "c", "asked", [], [], "held_out"),
    ]
    known = [
        ("a/list:bullets", "list:bullets", '{"n":2,"relation":"exactly"}'),
        ("a/digits:absent", "digits:absent", "{}"),
    ]
    constraints = [
        ("a", name, type_, params, "text", "measured", "holds", 1.0, "code", 0.5, []) for name, type_, params in known
    ]
    return {
        "crab": pl.DataFrame(rows, schema=schemas.columns(schemas.Crab), orient="row"),
        "constraints": pl.DataFrame(constraints, schema=schemas.columns(schemas.Constraints), orient="row"),
    }


def test_items_are_held_out_forward_examples_without_their_answer() -> None:
    benchmark = HeldOut()
    assert isinstance(benchmark, Benchmark)
    (item,) = benchmark.items(tables())
    assert item.item_id == "forward-a"
    assert [(message.role, message.content) for message in item.messages] == [tuple(m.values()) for m in PROMPT]
    assert item.payload == {
        "constraints": [
            {"type": "list:bullets", "params": {"n": 2, "relation": "exactly"}},
            {"type": "digits:absent", "params": {}},
        ]
    }


def test_prompts_made_of_one_instruction_are_no_independent_cases() -> None:
    given = tables()
    row = pl.col("example_id") == "forward-b"
    crab = given["crab"].with_columns(split=pl.when(row).then(pl.lit("held_out")).otherwise("split"))
    items = HeldOut().items({**given, "crab": crab})
    graded = [Graded(item, "", tuple(HeldOut().grade(item, ParsedText(""), CHECKS))) for item in items]
    assert len(items) == 2
    assert grade_table({"base": graded}, "held_out")["cluster"].unique().to_list() == ["asked"]


def test_each_constraint_is_graded_by_its_own_check() -> None:
    (item,) = HeldOut().items(tables())
    for response, expected in (
        ("- coat\n- map", [True, True]),
        ("- 1 coat\n- map", [True, False]),
        ("", [False, False]),
    ):
        grades = HeldOut().grade(item, ParsedText(response), CHECKS)
        assert [(grade.type, grade.strict, grade.loose) for grade in grades] == [
            ("list:bullets", expected[0], None),
            ("digits:absent", expected[1], None),
        ]
