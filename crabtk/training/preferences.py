"""From the ``preferences`` table to the file that a trainer reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from crabtk.errors import EmptyStageError
from crabtk.training.rows import in_training_order, write_rows
from crabtk.types import Split


def write_preferences(
    preferences: pl.DataFrame, path: Path, seed: int, limit: int | None = None, split: Split = "train"
) -> dict[str, int]:
    """Write a split as JSON Lines ``{"prompt": [message…], "chosen": [message], "rejected": [message]}``.

    Args:
        preferences: Schema ``Preferences``.
        path: File to write; replaced whole.
        seed: Of the run. The order is that of a hash over seed and pair id.
        limit: At most so many pairs, the first in that order; None writes all.
        split: Which to write.
    Returns:
        Pairs written per source, sources in alphabetical order. Empty, and then no file is written, where a split
        other than the training split has no pair.
    Raises:
        EmptyStageError: There is nothing to train on.
    """
    table = preferences.filter(pl.col("split") == split).select("pair_id", "source", "messages", "chosen", "rejected")
    rows = in_training_order(table.iter_rows(), seed)[:limit]
    if rows:
        write_rows(path, map(_line, rows))
    elif split == "train":
        raise EmptyStageError(
            "No preference pair is in the training split, so there is nothing to train on. Set preferences.enabled = "
            "true, give it sources or more samples, or set dpo.enabled = false."
        )
    return dict(sorted(Counter(source for _, source, *_ in rows).items()))


def _line(row: Sequence[Any]) -> Mapping[str, Any]:
    _, _, messages, chosen, rejected = row
    return {
        "prompt": messages,
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
    }
