"""From the ``rl_prompts`` table to the file that a trainer by reward reads."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl

from crabtk.errors import EmptyStageError
from crabtk.training.rows import in_training_order, write_rows
from crabtk.types import Split


def write_prompts(rl_prompts: pl.DataFrame, path: Path, seed: int, split: Split = "train") -> dict[str, int]:
    """Write a split as JSON Lines ``{"prompt": [message…], "constraints": JSON text, "kind": "prompt"|"trip_wire"}``.

    Args:
        rl_prompts: Schema ``RlPrompts``.
        path: File to write; replaced whole.
        seed: Of the run. The order is that of a hash over seed and prompt id.
        split: Which to write. Trip wires, which nothing is learnt from, go with the training split whatever theirs.
    Returns:
        Prompts written per kind, kinds in alphabetical order. Empty, and then no file is written, where a split other
        than the training split has none.
    Raises:
        EmptyStageError: There is nothing to train on.
    """
    wanted = (pl.col("kind") == "prompt") & (pl.col("split") == split)
    if split == "train":
        wanted |= pl.col("kind") == "trip_wire"
    table = rl_prompts.filter(wanted).select("prompt_id", "kind", "messages", "constraints")
    kinds = Counter(table["kind"])
    if split == "train" and not kinds["prompt"]:
        raise EmptyStageError(
            "No prompt for RL is in the training split, so there is nothing to train on. Widen rl.pass_rates, set "
            "rl.rollouts = 0, or set rl.enabled = false."
        )
    if kinds:
        rows = in_training_order(table.iter_rows(), seed)
        write_rows(path, ({"prompt": m, "constraints": c, "kind": kind} for _, kind, m, c in rows))
    return dict(sorted(kinds.items()))
