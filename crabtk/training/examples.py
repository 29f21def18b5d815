"""From the ``crab`` table to the file that a trainer reads."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import polars as pl

from crabtk.canonical import digest
from crabtk.errors import EmptyStageError


def write_examples(crab: pl.DataFrame, path: Path, seed: int, limit: int | None = None) -> dict[str, int]:
    """Write the training split as JSON Lines ``{"prompt": [message…], "completion": [message]}``.

    Args:
        crab: Schema ``Crab``; the last message of a row is the completion, the others are the prompt.
        path: File to write; replaced whole.
        seed: Of the run. The order is that of a hash over seed and example id, so that kinds and sources mix, and
            an added example moves no other.
        limit: At most so many examples, the first in that order; None writes all.
    Returns:
        Examples written per kind, kinds in alphabetical order.
    Raises:
        EmptyStageError: No row is in the training split.
    """
    train = crab.filter(pl.col("split") == "train").select("example_id", "kind", "messages")
    rows = sorted(train.iter_rows(), key=lambda row: digest([seed, "training", row[0]]))[:limit]
    if not rows:
        raise EmptyStageError(
            "No example is in the training split, so there is nothing to train on. Lower seeds.held_out, "
            "add sources, or set training.enabled = false."
        )
    draft = path.with_name(f"{path.name}.partial")
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        for _, _, messages in rows:
            line = {"prompt": messages[:-1], "completion": messages[-1:]}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    draft.replace(path)
    return dict(sorted(Counter(kind for _, kind, _ in rows).items()))
