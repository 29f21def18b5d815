"""From the ``crab`` table to the file that a trainer reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from crabtk.errors import EmptyStageError
from crabtk.training.rows import in_training_order, write_rows
from crabtk.types import Split

_Example = tuple[str, str, Sequence[Mapping[str, str]]]


def write_examples(
    crab: pl.DataFrame,
    path: Path,
    seed: int,
    limit: int | None = None,
    weights: Mapping[str, float] | None = None,
    split: Split = "train",
) -> dict[str, int]:
    """Write a split as JSON Lines ``{"prompt": [message…], "completion": [message], "weight": float}``.

    Args:
        crab: Schema ``Crab``; the last message of a row is the completion, the others are the prompt.
        path: File to write; replaced whole.
        seed: Of the run. The order is that of a hash over seed and example id, so that kinds and sources mix, and
            an added example moves no other.
        limit: At most so many examples, of each kind its share, the first in that order; None writes all.
        weights: Of the loss, by kind; 1 where a kind is not named, and then not written. A kind of weight 0 would
            teach nothing, and is left out.
        split: Which to write.
    Returns:
        Examples written per kind, kinds in alphabetical order. Empty, and then no file is written, where a split
        other than the training split has no example.
    Raises:
        EmptyStageError: There is nothing to train on.
    """
    weights = weights or {}
    table = crab.filter(pl.col("split") == split).select("example_id", "kind", "messages")
    rows: list[_Example] = [row for row in table.iter_rows() if weights.get(row[1], 1.0) > 0]
    rows = _limited(in_training_order(rows, seed), limit)
    if rows:
        write_rows(path, (_line(messages, weights.get(kind, 1.0)) for _, kind, messages in rows))
    elif split == "train":
        raise EmptyStageError(
            "No example is in the training split, so there is nothing to train on. Lower seeds.held_out, "
            "add sources, raise training.weights above 0, or set training.enabled = false."
        )
    return dict(sorted(Counter(kind for _, kind, _ in rows).items()))


def _line(messages: Sequence[Mapping[str, str]], weight: float) -> dict[str, Any]:
    line: dict[str, Any] = {"prompt": messages[:-1], "completion": messages[-1:]}
    return line if weight == 1 else {**line, "weight": weight}


def _limited(rows: list[_Example], limit: int | None) -> list[_Example]:
    """Keep so many, of each kind its share to one row, in their order."""
    if limit is None or limit >= len(rows):
        return rows
    counts = Counter(kind for _, kind, _ in rows)
    exact = {kind: count * limit / len(rows) for kind, count in counts.items()}
    left = {kind: int(share) for kind, share in exact.items()}
    # What rounding down leaves over goes to the kinds that lost most by it.
    by_loss = sorted(exact, key=lambda kind: (left[kind] - exact[kind], kind))
    for kind in by_loss[: limit - sum(left.values())]:
        left[kind] += 1
    kept: list[_Example] = []
    for row in rows:
        if left[row[1]] > 0:
            left[row[1]] -= 1
            kept.append(row)
    return kept
