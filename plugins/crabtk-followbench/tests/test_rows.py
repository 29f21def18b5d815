"""Reading the files: what is unfit is named, and nothing is fetched unasked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import BenchmarkError
from crabtk_followbench.benchmark import FollowBench
from crabtk_followbench.rows import read_rows

Tables = Mapping[str, list[dict[str, Any]]]
Write = Callable[[Path, Mapping[str, Any]], Path]


def test_rows_come_in_the_order_of_files_and_of_rows(small: Path) -> None:
    items = FollowBench(prompts=str(small)).items({})
    assert len(items) == 40
    assert [item.item_id for item in items[:6]] == [*(f"content-1-{n}" for n in range(1, 6)), "content-14-1"]
    assert items[1].messages[0].content == "Write. Rule 1-1. Rule 1-2."
    assert items[1].payload["path"] == ["Write.", "Write. Rule 1-1.", "Write. Rule 1-1. Rule 1-2."]


def test_levels_and_categories_are_chosen(small: Path) -> None:
    items = FollowBench(prompts=str(small), levels=(2, 5), categories=("style", "content")).items({})
    assert [item.item_id for item in items] == [
        f"{group}-{level}" for group in ("content-1", "content-14", "style-1", "style-2") for level in (2, 5)
    ]


def test_a_missing_folder_is_named_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"none is not there.*scoring\.options\.followbench\.prompts"):
        FollowBench(prompts=str(tmp_path / "none")).items({})
    with pytest.raises(BenchmarkError, match="none is not there"):
        FollowBench(prompts=str(tmp_path / "none")).prompt_file()


def test_the_folder_of_the_prompts_is_named(small: Path) -> None:
    assert FollowBench(prompts=str(small)).prompt_file() == small


def test_only_the_files_of_the_categories_are_needed(tmp_path: Path, write: Write, tables: Tables) -> None:
    write(tmp_path, {"style": tables["style"]})
    assert len(FollowBench(prompts=str(tmp_path), categories=("style",)).items({})) == 10


def changed(rows: list[dict[str, Any]], **values: Any) -> list[dict[str, Any]]:
    """Return the rows with the fourth changed; a value of ``...`` takes the field out."""
    fourth = {name: value for name, value in {**rows[3], **values}.items() if value is not ...}
    return [*rows[:3], fourth, *rows[4:]]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"level": ...}, 'row 4: "level" is missing'),
        ({"level": True}, 'row 4: "level" is missing or no int'),
        ({"level": 7}, "row 4: the level is 7"),
        ({"instruction": None}, 'row 4: "instruction"'),
        ({"instruction": " "}, "row 4: .* no instruction"),
        ({"level": 2}, "row 4: level 2 of group 1 stands there twice"),
    ],
)
def test_unfit_rows_are_named(tmp_path: Path, write: Write, tables: Tables, values: Any, says: str) -> None:
    write(tmp_path, {"style": changed(tables["style"], **values)})
    with pytest.raises(BenchmarkError, match=says):
        FollowBench(prompts=str(tmp_path), categories=("style",)).items({})


@pytest.mark.parametrize(("rows", "says"), [({}, "not a JSON list"), (["text"], "row 1: is no JSON object")])
def test_what_is_no_list_of_rows_is_named(tmp_path: Path, write: Write, rows: Any, says: str) -> None:
    write(tmp_path, {"style": rows})
    with pytest.raises(BenchmarkError, match=says):
        FollowBench(prompts=str(tmp_path), categories=("style",)).items({})


def test_a_path_that_lacks_a_level_is_named(tmp_path: Path, write: Write, tables: Tables) -> None:
    write(tmp_path, {"style": tables["style"][1:]})
    with pytest.raises(BenchmarkError, match="style-1-1: level 0 of its group"):
        FollowBench(prompts=str(tmp_path), categories=("style",)).items({})


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    tmp_path.joinpath("style_constraints.json").write_text("[{", "utf-8")
    with pytest.raises(BenchmarkError, match=r"style_constraints\.json is not JSON"):
        read_rows(str(tmp_path), ["style"], download=False)


@pytest.mark.parametrize("target", ["__import__('os').getcwd()", "{'a': 1}", "[1, 2]", "["])
def test_targets_are_read_and_never_run(tmp_path: Path, write: Write, tables: Tables, target: str) -> None:
    rows = [{**row, "source": "CONLL2003", "target": target} for row in tables["style"]]
    write(tmp_path, {"content": rows})
    with pytest.raises(BenchmarkError, match=r"content-1-1: the target .* is no list of names"):
        FollowBench(prompts=str(tmp_path), categories=("content",)).items({})


def test_a_template_without_an_answer_is_named(tmp_path: Path, write: Write, tables: Tables) -> None:
    write(tmp_path, {"example": [{**row, "target": "{instruction}\nYes"} for row in tables["example"]]})
    with pytest.raises(BenchmarkError, match=r"example-1-1: .* no single \{answer\}"):
        FollowBench(prompts=str(tmp_path), categories=("example",)).items({})


def test_without_a_folder_the_hubs_cache_is_asked_and_not_the_hub(
    tmp_path: Path, write: Write, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = pytest.importorskip("huggingface_hub")
    asked: list[dict[str, Any]] = []

    def cached(repo: str, **how: Any) -> str:
        asked.append({"repo": repo, **how})
        return str(tmp_path)

    (tmp_path / "data_zh").mkdir()
    (tmp_path / "data").mkdir()
    write(tmp_path / "data_zh", {"style": [], "content": []})
    write(tmp_path / "data", tables)
    monkeypatch.setattr(hub, "snapshot_download", cached)
    assert len(FollowBench().items({})) == 40
    assert asked == [{"repo": "YuxinJiang/FollowBench", "repo_type": "dataset", "local_files_only": True}]


def test_an_empty_cache_is_an_error_that_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(BenchmarkError, match=r"not in the hub's cache .*hf download.*download = true"):
        FollowBench().items({})
