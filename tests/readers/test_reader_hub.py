"""Hugging Face datasets, with the real ``datasets`` on a local folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from crabtk.errors import SeedReadError
from crabtk.readers.builtin import READERS
from crabtk.readers.hub import read_hub
from crabtk.readers.sources import read_source
from crabtk.settings import Source
from crabtk.types import Pair, Record


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that ``datasets.load_dataset`` takes; no network."""
    pytest.importorskip("datasets")
    for setting in ("datasets.config.HF_HUB_OFFLINE", "huggingface_hub.constants.HF_HUB_OFFLINE"):
        monkeypatch.setattr(setting, True)
    target = tmp_path / "dataset"
    target.mkdir()
    rows = [{"instruction": f"q{n}", "output": f"a{n}"} for n in range(3)]
    (target / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return target


def test_rows_stream_with_their_positions(folder: Path) -> None:
    name = f"hf:{folder}"
    assert list(read_hub(str(folder))) == [
        Record({"instruction": f"q{n}", "output": f"a{n}"}, name, n + 1) for n in range(3)
    ]
    found = list(read_source(Source(path=name), READERS))
    assert [item.response for item in found if isinstance(item, Pair)] == ["a0", "a1", "a2"]


def test_a_dataset_that_cannot_be_read_names_the_remedy(folder: Path) -> None:
    with pytest.raises(SeedReadError, match=r"hf:.* cannot be read \(.*hf_split \(\"absent\"\), hf_config"):
        list(read_hub(str(folder), split="absent"))
    with pytest.raises(SeedReadError, match=r"The source hf:nobody/nothing cannot be read .* give its path"):
        list(read_hub("nobody/nothing"))


def test_a_missing_package_gives_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(SeedReadError, match=r'needs the package datasets: pip install "crabtk\[hub\]"'):
        list(read_hub("owner/name"))
