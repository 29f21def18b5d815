"""The model of the tests, and what SGLang needs on the machine at hand."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def model() -> str:
    """The folder of SmolLM2-135M-Instruct."""
    folder = os.environ.get("CRABTK_SMOLLM2", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("set CRABTK_SMOLLM2 to the folder of SmolLM2-135M-Instruct")
    return folder


@pytest.fixture(scope="session")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The option ``engine`` for this machine: CRABTK_SGLANG_ENGINE, as JSON."""
    given: dict[str, Any] = json.loads(os.environ.get("CRABTK_SGLANG_ENGINE", "{}"))
    if given.get("device") == "cpu":
        _stand_in(tmp_path_factory.mktemp("stand_in"))
    return given


def _stand_in(folder: Path) -> None:
    """Have SGLang's processes load ``stand_in_hash`` as they load an installed plugin of SGLang."""
    shutil.copy(Path(__file__).with_name("stand_in_hash.py"), folder)
    told = folder / "stand_in_hash-0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: stand-in-hash\nVersion: 0\n")
    (told / "entry_points.txt").write_text("[sglang.srt.plugins]\nstand_in_hash = stand_in_hash:register\n")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([*([before] if before else []), str(folder)])
    # Compiling the sampler takes longer than the tests.
    os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")
