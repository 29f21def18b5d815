"""Materializing: what the UI learns of a result, of a hit, and of what is missing."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from crabtk.graph.stages import STAGES


def metadata(result: dg.ExecuteInProcessResult, name: str) -> dict[str, Any]:
    (event,) = result.asset_materializations_for_node(name)
    return {key: value.value for key, value in event.metadata.items()}


def data_versions(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    found = {name: result.asset_materializations_for_node(name)[0].tags for name in STAGES}
    return {name: (tags or {})["dagster/data_version"] for name, tags in found.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("materialize")


@pytest.fixture(scope="module")
def made(definitions: Any, materialize: Any, folder: Path) -> dg.ExecuteInProcessResult:
    """The first materialization of everything."""
    result: dg.ExecuteInProcessResult = materialize(definitions(folder))
    assert result.success
    return result


OFF = {
    "translated_constraints",
    "sft_model",
    "preferences",
    "dpo_model",
    "rl_prompts",
    "grpo_model",
    "control_models",
    "responses",
    "judgements",
    "scores",
}
"""What the settings switch off."""


def test_everything_is_computed_first_and_cached_on_a_new_instance(
    made: dg.ExecuteInProcessResult, definitions: Any, materialize: Any, folder: Path
) -> None:
    wanted = [name for name in STAGES if metadata(made, name)["state"] != "off"]
    assert set(STAGES) - set(wanted) == OFF
    assert {metadata(made, name)["state"] for name in wanted} == {"computed"}
    again = materialize(definitions(folder))
    assert {metadata(again, name)["state"] for name in wanted} == {"cached"}
    assert data_versions(again) == data_versions(made)


def test_a_table_shows_its_rows_schema_and_beginning(made: dg.ExecuteInProcessResult) -> None:
    shown = metadata(made, "crab")
    assert shown["dagster/row_count"] > 20
    columns = {column.name: column.type for column in shown["dagster/column_schema"].columns}
    assert list(columns) == [
        "example_id",
        "kind",
        "messages",
        "seed_id",
        "instruction_id",
        "constraint_ids",
        "demonstration_ids",
        "split",
    ]
    assert columns["kind"] == "String"
    header, rule, *rows = shown["preview"].splitlines()
    assert header.count("|") == rule.count("|") == len(columns) + 1
    assert len(rows) == 8
    assert {len(cells(row)) for row in rows} == {len(columns)}
    assert "user: " in rows[0] and " → assistant: " in rows[0]
    assert cells(header)[-1].endswith("_ids"), "ids come last, or they push the texts out of sight"
    assert len({cells(row)[4] for row in rows}) > 4, "rows come from all over the table"


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def test_no_text_of_the_data_becomes_markup_in_the_preview(made: dg.ExecuteInProcessResult) -> None:
    from assets.metadata import preview  # importing assets reads the settings, which the fixture names

    texts = ["# Heading", "![](https://example.org/pixel.png)", "a | b", "<script>", "**bold** `code`", "\\"]
    shown = preview(pl.DataFrame({"text": texts})).splitlines()[2:]
    markup = [re.findall(r"(?<!\\)(?:\\\\)*([#!\[\]|<>*`])", row[2:-2]) for row in shown]
    assert markup == [[] for _ in texts]


@pytest.mark.parametrize(
    ("name", "plot"),
    [("seeds", "words"), ("measured_constraints", "types"), ("constraints", "types"), ("crab", "constraints")],
)
def test_plots_are_inline_images(name: str, plot: str, made: dg.ExecuteInProcessResult) -> None:
    image = re.fullmatch(r"!\[.+\]\(data:image/png;base64,([^)]+)\)", metadata(made, name)[f"plot/{plot}"])
    assert image
    assert base64.b64decode(image[1]).startswith(b"\x89PNG")


def test_facts_and_costs_are_shown(made: dg.ExecuteInProcessResult) -> None:
    assert metadata(made, "constraints")["cost/rows_in"] > 0
    assert metadata(made, "seeds")["rejected"] > 0
    assert metadata(made, "dataset")["output"].endswith("/out/dataset")
    assert metadata(made, "report")["output"].endswith("/out/report.html")


def test_schemas_are_checks_that_passed(made: dg.ExecuteInProcessResult) -> None:
    checks = {check.check_name: check.passed for check in made.get_asset_check_evaluations()}
    assert checks == {f"{name}_schema": True for name, stage in STAGES.items() if stage.schemas}


def test_outputs_lie_under_plain_names(made: dg.ExecuteInProcessResult, folder: Path) -> None:
    assert {path.name for path in folder.joinpath("out").iterdir()} >= {"dataset", "report.html", "summary.json"}


def test_an_asset_without_its_inputs_says_what_to_do(definitions: Any, materialize: Any, tmp_path: Path) -> None:
    result = materialize(definitions(tmp_path), "crab")
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    data = failure.step_failure_data.user_failure_data
    assert data.description == (
        '"seeds" has no result for these settings, and what you asked for reads it. Make it first: '
        "crabtk run --to seeds, or materialize seeds (and what it reads) in Dagster."
    )
