"""The asset graph, as the UI shows it, changes on purpose only."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from crabtk.graph.stages import STAGES

SNAPSHOT = Path(__file__).parent / "asset_graph.json"
UPDATE = "CRABTK_UPDATE_SNAPSHOTS"


@pytest.fixture(scope="module")
def graph(definitions: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return definitions(tmp_path_factory.mktemp("graph")).resolve_asset_graph()


def described(graph: Any, key: dg.AssetKey) -> dict[str, Any]:
    node = graph.get(key)
    checks = {check.name: graph.get_check_spec(check) for check in node.check_keys}
    return {
        "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
        "group": node.group_name,
        "pool": next(iter(node.pools or ()), None),
        "checks": {name: "blocking" if spec.blocking else "" for name, spec in sorted(checks.items())},
        "description": node.description,
    }


def test_the_asset_graph_is_the_one_in_the_file(graph: Any) -> None:
    keys = sorted(graph.materializable_asset_keys, key=lambda key: list(STAGES).index(key.to_user_string()))
    found = {key.to_user_string(): described(graph, key) for key in keys}
    if os.environ.get(UPDATE):
        SNAPSHOT.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads(SNAPSHOT.read_text("utf-8")), f"if you meant it: {UPDATE}=1 pytest {Path(__file__).name}"


def test_each_stage_is_an_asset_with_its_inputs(graph: Any) -> None:
    inputs = {
        key.to_user_string(): {parent.to_user_string() for parent in graph.get(key).parent_keys}
        for key in graph.materializable_asset_keys
    }
    assert inputs == {name: set(stage.inputs) for name, stage in STAGES.items()}


def test_a_changed_setting_marks_what_reads_it(definitions: Any, tmp_path: Path) -> None:
    def versions(chat: float) -> dict[str, str | None]:
        found = definitions(tmp_path, chat).resolve_asset_graph()
        return {key.to_user_string(): found.get(key).code_version for key in found.materializable_asset_keys}

    one, other = versions(0.1), versions(0.2)
    # dataset and report show the settings.
    assert {name for name in one if one[name] != other[name]} == {"crab", "dataset", "report"}
    assert versions(0.1) == one
