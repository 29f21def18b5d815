"""From grades to scores: figures worked by hand."""

from __future__ import annotations

from time import perf_counter

import polars as pl

from crabtk import schemas
from crabtk.scoring.aggregate import aggregate
from crabtk.scoring.bootstrap import wilson

GRADES = [
    ("base", "b", "1", "length:words", True, True),
    ("base", "b", "1", "length:sentences", False, True),
    ("base", "b", "1", "keyword:include", True, True),
    ("base", "b", "2", "length:words", True, True),
    ("base", "b", "3", "keyword:include", False, False),
    ("base", "b", "3", "length:words", True, False),
    ("trained", "b", "1", "length:words", True, None),
]


def grade_rows(rows: list[tuple[str, str, str, str, bool, bool | None]]) -> pl.DataFrame:
    full = [(*row, None, "code", row[2]) for row in rows]
    return pl.DataFrame(full, schema=schemas.columns(schemas.Grades), orient="row")


def values(rows: list[tuple[str, str, str, str, bool, bool | None]]) -> dict[tuple[str, str, str], tuple[float, int]]:
    table = aggregate(grade_rows(rows))
    schemas.Scores.validate(table)
    assert table.equals(aggregate(grade_rows(rows[::-1]))), "the order of grades does not matter"
    assert table.select("model", "metric", "group").is_unique().all()
    by_number = pl.col("group").str.starts_with("constraints ")
    return figures(table.filter(~by_number))


def figures(table: pl.DataFrame) -> dict[tuple[str, str, str], tuple[float, int]]:
    return {(row["model"], row["metric"], row["group"]): (row["value"], row["count"]) for row in table.to_dicts()}


def test_accuracies_per_prompt_constraint_family_and_type() -> None:
    assert values(GRADES) == {
        ("base", "prompt_strict", "all"): (1 / 3, 3),
        ("base", "prompt_loose", "all"): (2 / 3, 3),
        ("base", "constraint_strict", "all"): (4 / 6, 6),
        ("base", "constraint_loose", "all"): (4 / 6, 6),
        ("base", "constraint_strict", "family length"): (3 / 4, 4),
        ("base", "constraint_loose", "family length"): (3 / 4, 4),
        ("base", "constraint_strict", "family keyword"): (1 / 2, 2),
        ("base", "constraint_loose", "family keyword"): (1 / 2, 2),
        ("base", "constraint_strict", "type length:words"): (1.0, 3),
        ("base", "constraint_loose", "type length:words"): (2 / 3, 3),
        ("base", "constraint_strict", "type length:sentences"): (0.0, 1),
        ("base", "constraint_loose", "type length:sentences"): (1.0, 1),
        ("base", "constraint_strict", "type keyword:include"): (1 / 2, 2),
        ("base", "constraint_loose", "type keyword:include"): (1 / 2, 2),
        ("trained", "prompt_strict", "all"): (1.0, 1),
        ("trained", "constraint_strict", "all"): (1.0, 1),
        ("trained", "constraint_strict", "family length"): (1.0, 1),
        ("trained", "constraint_strict", "type length:words"): (1.0, 1),
    }


def test_items_of_one_name_in_two_benchmarks_are_two() -> None:
    rows = [("base", name, "1", "a:b", name == "x", None) for name in ("x", "y")]
    table = aggregate(grade_rows(rows))
    assert table.filter(metric="prompt_strict", group="all").select("benchmark", "value").rows() == [
        ("x", 1.0),
        ("y", 0.0),
    ]


def test_no_grades_are_no_scores() -> None:
    table = aggregate(grade_rows([]))
    schemas.Scores.validate(table)
    assert table.is_empty()


def test_accuracies_by_the_number_of_constraints() -> None:
    table = aggregate(grade_rows([row for row in GRADES if row[0] == "base"]))
    assert figures(table.filter(pl.col("group").str.starts_with("constraints "))) == {
        ("base", "prompt_strict", "constraints 1"): (1.0, 1),
        ("base", "prompt_strict", "constraints 2"): (0.0, 1),
        ("base", "prompt_strict", "constraints 3"): (0.0, 1),
        ("base", "prompt_loose", "constraints 1"): (1.0, 1),
        ("base", "prompt_loose", "constraints 2"): (0.0, 1),
        ("base", "prompt_loose", "constraints 3"): (1.0, 1),
        ("base", "constraint_strict", "constraints 1"): (1.0, 1),
        ("base", "constraint_strict", "constraints 2"): (1 / 2, 2),
        ("base", "constraint_strict", "constraints 3"): (2 / 3, 3),
        ("base", "constraint_loose", "constraints 1"): (1.0, 1),
        ("base", "constraint_loose", "constraints 2"): (0.0, 2),
        ("base", "constraint_loose", "constraints 3"): (1.0, 3),
    }


def test_families_kept_out_are_told_from_seen_ones_on_the_held_out_split() -> None:
    rows = [(model, "held_out", *rest) for model, _, *rest in GRADES] + GRADES
    found = aggregate(grade_rows(rows), ["keyword", "length:sentences"]).filter(
        pl.col("group").is_in(["seen", "kept out"])
    )
    assert found["benchmark"].unique().to_list() == ["held_out"], "other benchmarks' types may have other names"
    assert figures(found.filter(metric="constraint_strict")) == {
        ("base", "constraint_strict", "seen"): (1.0, 3),
        ("base", "constraint_strict", "kept out"): (1 / 3, 3),
        ("trained", "constraint_strict", "seen"): (1.0, 1),
    }
    assert set(found["metric"]) == {"constraint_strict", "constraint_loose"}
    elsewhere = aggregate(grade_rows(GRADES), ["keyword"])
    assert elsewhere.equals(aggregate(grade_rows(GRADES)))


def test_prompts_have_wilsons_interval_and_constraints_that_of_clusters() -> None:
    table = aggregate(grade_rows(GRADES)).filter(model="base", group="all")
    found = {row["metric"]: (row["low"], row["high"]) for row in table.to_dicts()}
    assert found["prompt_strict"] == wilson(1, 3)
    assert found["constraint_strict"] != wilson(4, 6)


def test_the_seed_draws_the_bootstrap() -> None:
    one, again, other = (aggregate(grade_rows(GRADES), seed=seed) for seed in (1, 1, 2))
    assert one.equals(again) and not one.equals(other)
    assert one.drop("low", "high").equals(other.drop("low", "high"))


def test_many_models_are_scored_in_seconds() -> None:
    types = [f"f{n % 7}:t{n}" for n in range(25)]
    rows = [
        (f"m{model}", "ifeval", str(item), types[(item * 7 + place) % 25], (item + place + model) % 3 > 0, True)
        for model in range(12)
        for item in range(541)
        for place in range(1 + item % 3)
    ]
    start = perf_counter()
    table = aggregate(grade_rows(rows))
    assert len(table) == 12 * 2 * (1 + 3 + 1 + 3 + 7 + 25)
    assert perf_counter() - start < 10
