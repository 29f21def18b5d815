"""IFBench's prompts and gold verdicts, and where nltk's data lies."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nltk
import pytest

FOLDER = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[3] / ".." / "shared" / "data"))
# Looked at last, so that an own NLTK_DATA wins.
nltk.data.path.append(str(FOLDER / "nltk"))
NEEDED = ("tokenizers/punkt_tab", "corpora/stopwords", "taggers/averaged_perceptron_tagger_eng")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the reference's words are needed for where nltk's data are not there."""
    absent = [name for name in NEEDED if not _is_there(name)]
    if absent:
        reason = f"nltk's data {', '.join(absent)} are absent; set NLTK_DATA, or CRABTK_DATA to the folder of real data"
        for item in items:
            if item.path.parent == Path(__file__).parent and "upstream" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason=reason))


def _is_there(name: str) -> bool:
    try:
        nltk.data.find(name)
    except LookupError:
        return False
    return True


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data, which may be absent."""
    return FOLDER


@pytest.fixture(scope="session")
def prompts(data: Path) -> list[dict[str, Any]]:
    """IFBench's 300 prompts; the test is skipped if the file is absent."""
    path = data / "ifbench" / "IFBench_test.jsonl"
    if not path.is_file():
        pytest.skip(f"{path} is absent; set CRABTK_DATA to the folder of real data")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
