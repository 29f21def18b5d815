"""Holding tables against their schemas."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from crabtk import schemas
from crabtk.pipeline.ledger import ledger as ledger_table
from crabtk.pipeline.validate import SchemaError, validated
from crabtk.types import RAW_LIMIT, Rejected
from tests.pipeline.tables import constraint, seed

OWNER = seed(1)
GOOD = [constraint(OWNER, f"toy:t{n}") for n in range(4)]
COLUMNS = schemas.columns(schemas.Constraints)


def table(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=COLUMNS)


def test_a_table_that_fits_passes_untouched() -> None:
    good = table(*GOOD)
    kept, refused = validated(good, "Constraints", "constraints", None)
    assert kept is good and refused is None
    earlier = ledger_table([Rejected("constraints", "seeds", None, "a", "because", "raw")])
    assert validated(good, "Constraints", "constraints", earlier) == (good, earlier)
    empty = table()
    assert validated(empty, "Constraints", "constraints", None) == (empty, None)


def test_bad_rows_leave_with_their_reasons_and_good_ones_stay() -> None:
    bad = [
        {**GOOD[1], "verdict": "perhaps", "score": 1.5},
        {**GOOD[2], "text": ""},
        {**constraint(OWNER, "toy:t5"), "type": "No Name"},
        {**constraint(OWNER, "toy:t6"), "score": float("nan")},
        {**constraint(OWNER, "toy:t7"), "params": None},
    ]
    earlier = ledger_table([Rejected("constraints", "seeds", None, "a", "because", "raw")])
    kept, refused = validated(table(GOOD[0], *bad, GOOD[3]), "Constraints", "constraints", earlier)
    assert kept.equals(table(GOOD[0], GOOD[3])) and refused is not None
    schemas.Ledger.validate(refused)
    assert refused["key"].to_list() == ["a", *(row["constraint_id"] for row in bad)]
    assert refused["row"].to_list() == [None, 2, 3, 4, 5, 6], "rows count from 1"
    both, text, name, nan, null = refused["reason"].to_list()[1:]
    assert "verdict fails isin" in both and "score fails less_than_or_equal_to(1.0)" in both
    assert text.startswith("text fails str_length") and name.startswith("type fails str_matches")
    assert nan.startswith("score fails") and null == "params fails not_nullable"
    assert "'verdict': 'perhaps'" in refused["raw"][1]


def test_of_rows_with_one_id_none_stays() -> None:
    kept, refused = validated(table(GOOD[0], GOOD[1], GOOD[0]), "Constraints", "constraints", None)
    assert kept.equals(table(GOOD[1])) and refused is not None
    assert refused["row"].to_list() == [1, 3]
    assert set(refused["reason"]) == {"constraint_id fails field_uniqueness"}


@pytest.mark.parametrize(
    ("schema", "key"),
    [("Seeds", "seed_id"), ("Constraints", "constraint_id"), ("Crab", "example_id"), ("Audit", "case_id"),
     ("Responses", "item_id"), ("Grades", "item_id"), ("Scores", "model")],
)  # fmt: skip
def test_the_ledger_names_a_row_by_what_tells_it_from_others(schema: str, key: str) -> None:
    model = getattr(schemas, schema)
    columns = schemas.columns(model)
    bad = pl.DataFrame([{key: "the key"}], schema=columns)
    _, refused = validated(bad, schema, "stage", None)
    assert refused is not None and refused["key"].to_list() == ["the key"]


@pytest.mark.parametrize(
    "wrong",
    [
        table(*GOOD).drop("text"),
        table(*GOOD).with_columns(more=1),
        table(*GOOD).with_columns(pl.col("score").cast(pl.Float32)),
        table(*GOOD).with_columns(verdict=pl.lit(None)),
        table({**GOOD[0], "text": ""}).with_columns(more=1),
    ],
)
def test_a_table_of_another_shape_is_a_fault_of_the_code(wrong: pl.DataFrame) -> None:
    with pytest.raises(SchemaError, match="The table constraints does not fit its schema Constraints"):
        validated(wrong, "Constraints", "constraints", None)


def test_no_environment_switches_the_check_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from pandera.config import config_context

    monkeypatch.setenv("PANDERA_VALIDATION_ENABLED", "False")
    with config_context(validation_enabled=False):
        kept, _ = validated(table(GOOD[0], {**GOOD[1], "text": ""}), "Constraints", "constraints", None)
    assert len(kept) == 1


def test_the_ledger_holds_any_text_that_a_row_may_have() -> None:
    rows = [Rejected("s", "f", None, None, "half a \ud83d character", "\udc00" + "x" * 5000)]
    (row,) = ledger_table(rows).to_dicts()
    assert row["reason"] == "half a ? character"
    assert row["raw"] == "?" + "x" * (RAW_LIMIT - 1)
