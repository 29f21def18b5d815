"""What is said where nltk's data are missing."""

from __future__ import annotations

import json
import subprocess
import sys

CODE = """
import json
import nltk
from crabtk import ParsedText, VerificationError
from crabtk_ifbench.instruction_set import IFBench

nltk.data.path[:] = []
asked = {"format:title_case": {}, "ratio:stop_words": {"percentage": 30}, "count:numbers": {"N": 0}}
said = {}
for id_, kwargs in asked.items():
    try:
        said[id_] = IFBench().upstream(id_, kwargs, "", 0)(ParsedText("The tide rose."))
    except VerificationError as error:
        said[id_] = str(error)
print(json.dumps(said))
"""


def test_the_error_names_the_data_and_the_remedy() -> None:
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    said = json.loads(run.stdout)
    assert "python -m nltk.downloader punkt_tab (or set NLTK_DATA" in said["format:title_case"]
    assert "python -m nltk.downloader stopwords (or set NLTK_DATA" in said["ratio:stop_words"]
    assert said["count:numbers"] is True


def test_importing_the_plugin_is_light() -> None:
    code = "import sys, crabtk_ifbench; print([m for m in ('nltk', 'emoji', 'syllapy') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
