"""AlpacaEval's JSON lists: a baseline's outputs, and what their judge said of pairs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crabtk.errors import BenchmarkError


def read_rows(path: Path, texts: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the rows of a JSON list (or of JSON Lines).

    Args:
        path: A file in AlpacaEval's data format.
        texts: Fields that every row must have, as text.

    Raises:
        BenchmarkError: The file cannot be read, holds no row, or a row lacks a field; names file and row.
    """
    try:
        content = path.read_text("utf-8")
    except OSError as error:
        raise BenchmarkError(
            f"AlpacaEval's {path} cannot be read ({error.strerror}): name a file that is there."
        ) from error
    try:
        rows = _decoded(content)
    except ValueError as error:
        raise BenchmarkError(f"{path} is neither JSON nor JSON Lines: {error}.") from error
    if not isinstance(rows, list) or not rows:
        raise BenchmarkError(f"{path} is no JSON list of rows, or an empty one.")
    for place, row in enumerate(rows, 1):
        for name in texts:
            if not isinstance(row, Mapping) or not isinstance(row.get(name), str):
                raise BenchmarkError(f'{path}, row {place}: "{name}" is missing or no text.')
    return rows


def _decoded(content: str) -> Any:
    if content.lstrip().startswith("["):
        return json.loads(content)
    return [json.loads(line) for line in content.split("\n") if line.strip()]
