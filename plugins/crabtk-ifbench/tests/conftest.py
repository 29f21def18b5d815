"""Where nltk's data lies, and IFBench's prompts and gold verdicts."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[3] / ".." / "shared" / "data"))
