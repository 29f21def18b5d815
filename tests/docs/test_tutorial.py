"""The tutorial on writing a type ends where it says: with a plugin that is installed from the page's own files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, install

PAGE = ROOT / "docs" / "writing-a-type.md"
_FILE = re.compile(r"^```\w+\n# ([\w.]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_pages_plugin_installs_measures_and_passes_the_suite(python: Any, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    files = dict(_FILE.findall(PAGE.read_text("utf-8")))
    assert set(files) == {"pyproject.toml", "crabtk_questions.py", "test_questions.py"}
    for name, body in files.items():
        (source / name).write_text(body)
    code = [line for line in files["crabtk_questions.py"].splitlines() if line.strip() and '"""' not in line]
    assert len(code) <= 20, "the page promises a short plugin"
    site = install(source, tmp_path)

    shown = python("-m", "crabtk", "types", "questions:marks", "--json", sites=(site,))
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["distribution"] == "crabtk-questions"

    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(json.dumps({"prompt": "Ask me.", "completion": "Do you like tea? With milk?"}) + "\n")
    measured = python("-m", "crabtk", "measure", str(pairs), "--types", "questions", "--json", sites=(site,))
    assert measured.returncode == 0, measured.stderr
    (row,) = map(json.loads, measured.stdout.splitlines())
    assert row["type"] == "questions:marks"
    assert row["params"]["n"] in (1, 2)

    suite = python("-m", "pytest", "-q", str(source / "test_questions.py"), sites=(site,), cwd=tmp_path)
    assert suite.returncode == 0, suite.stdout
