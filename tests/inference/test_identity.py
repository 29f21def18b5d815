"""A model's identity follows its content, nothing else."""

import os
from pathlib import Path

import pytest

from crabtk.errors import BackendError
from crabtk.inference import identity
from crabtk.inference.identity import engine_identity, model_identity


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = tmp_path / "model"
    (model / "sub").mkdir(parents=True)
    (model / "config.json").write_text("{}")
    (model / "sub" / "weights.safetensors").write_bytes(b"weights")
    return model


def test_same_content_elsewhere_is_the_same_model(folder: Path, tmp_path: Path) -> None:
    before = model_identity(str(folder))
    folder.rename(tmp_path / "moved")
    assert model_identity(str(tmp_path / "moved")) == before


def test_files_that_shape_no_answer_are_left_out(folder: Path) -> None:
    before = model_identity(str(folder))
    (folder / "README.md").write_text("card")
    (folder / "optimizer.pt").write_bytes(b"state")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref")
    (folder / "checkpoint-10").mkdir()
    (folder / "checkpoint-10" / "weights.safetensors").write_bytes(b"older")
    assert model_identity(str(folder)) == before


@pytest.mark.parametrize("memoised", [True, False])
def test_changed_weights_change_it(folder: Path, tmp_path: Path, memoised: bool) -> None:
    memo = tmp_path / "memo.json" if memoised else None
    before = model_identity(str(folder), memo=memo)
    weights = folder / "sub" / "weights.safetensors"
    weights.write_bytes(b"weighTs")
    os.utime(weights, ns=(1, 1))
    assert model_identity(str(folder), memo=memo) != before


def test_renamed_file_changes_it(folder: Path) -> None:
    before = model_identity(str(folder))
    (folder / "config.json").rename(folder / "generation_config.json")
    assert model_identity(str(folder)) != before


def test_second_look_reads_no_file(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memo = tmp_path / "deep" / "memo.json"
    before = model_identity(str(folder), memo=memo)
    monkeypatch.setattr(identity, "file_digest", lambda path: pytest.fail(f"read {path}"))
    assert model_identity(str(folder), memo=memo) == before


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', "\0"])
def test_damaged_memo_is_ignored_and_replaced(folder: Path, tmp_path: Path, content: str) -> None:
    memo = tmp_path / "memo.json"
    memo.write_text(content)
    assert model_identity(str(folder), memo=memo) == model_identity(str(folder))
    assert "weights.safetensors" in memo.read_text()


def test_memo_forgets_files_that_are_gone(folder: Path, tmp_path: Path) -> None:
    memo = tmp_path / "memo.json"
    model_identity(str(folder), memo=memo)
    moved = folder.rename(tmp_path / "moved")
    model_identity(str(moved), memo=memo)
    assert str(folder) not in memo.read_text()


def test_single_file(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    assert model_identity(str(tmp_path / "model.gguf")).startswith("sha256:")


def test_hub_names() -> None:
    assert model_identity("owner/name", "abc") == "hub:owner/name@abc"
    assert model_identity("owner/name") == "hub:owner/name@main"


def test_missing_and_empty_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="no model at /nowhere/model"):
        model_identity("/nowhere/model")
    with pytest.raises(BackendError, match="holds no model"):
        model_identity(str(tmp_path))


def test_engine_identity_does_not_depend_on_the_order_of_options() -> None:
    one = engine_identity("fake", "1", "hub:a@main", {"a": 1, "b": 2})
    assert one == engine_identity("fake", "1", "hub:a@main", {"b": 2, "a": 1})
    assert one != engine_identity("fake", "2", "hub:a@main", {"a": 1, "b": 2})
