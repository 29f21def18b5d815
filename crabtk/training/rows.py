"""What all files for trainers share: their order, and that they appear whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from crabtk.canonical import digest

_Row = TypeVar("_Row", bound=Sequence[Any])


def in_training_order(rows: Iterable[_Row], seed: int) -> list[_Row]:
    """Sort rows by a hash over the run's seed and their first value, an id: an added row moves no other."""
    return sorted(rows, key=lambda row: digest([seed, "training", row[0]]))


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON Lines; the file is there whole or not at all."""
    draft = path.with_name(f"{path.name}.partial")
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    draft.replace(path)
