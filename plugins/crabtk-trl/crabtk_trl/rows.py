"""From tokenised examples to the rows that TRL trains on: labels, weights, passes, packing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from datasets import Dataset, concatenate_datasets
from trl import pack_dataset  # type: ignore[attr-defined]  # trl loads its names lazily

from crabtk.randomness import generator
from crabtk_trl.tokenise import Tokenised

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Rows:
    """What a trainer goes over once.

    Attributes:
        table: Columns ``input_ids``, ``labels`` (-100 outside the loss), ``seq_lengths`` of packed rows, and
            ``weights`` per token where they differ from example to example.
        tokens: In all rows.
        tokens_in_loss: Those that the loss covers.
    """

    table: Dataset
    tokens: int
    tokens_in_loss: int


def rows(examples: Sequence[Tokenised], pack_to: int | None, tokens: int | None = None, seed: int = 0) -> Rows:
    """Lay out the examples that teach something.

    Args:
        examples: At least one of them teaches.
        pack_to: Tokens of a packed row (best fit, TRL's packing); None leaves one example to a row.
        tokens: None takes each example once, in order. A number goes over them in passes, each shuffled by the seed
            and packed for itself, until so many tokens are reached: the last example is the one that reaches them.
        seed: Of the run.
    """
    kept = [example for example in examples if example.teaches]
    table = _table(kept)
    once = [list(range(len(kept)))]
    chosen = once if tokens is None else passes([len(example.ids) for example in kept], tokens, seed)
    parts = [_packed(table.select(part), pack_to) for part in chosen]
    if tokens is not None and pack_to is not None:  # packing sorts by length
        parts = [_shuffled(part, seed, number) for number, part in enumerate(parts)]
    taken = [kept[i] for i in chain.from_iterable(chosen)]
    return Rows(
        concatenate_datasets(parts) if len(parts) > 1 else parts[0],
        sum(len(example.ids) for example in taken),
        sum(len(example.completion) for example in taken),
    )


def passes(lengths: Sequence[int], tokens: int, seed: int) -> list[list[int]]:
    """Return the order of each pass over examples of these lengths; the last may be a part of one.

    The tokens of all passes reach ``tokens``, and without the last example they do not.
    """
    orders: list[list[int]] = []
    left = tokens
    while left > 0:
        order = list(range(len(lengths)))
        generator(seed, "training", "pass", str(len(orders))).shuffle(order)
        sums = np.cumsum([lengths[i] for i in order])
        orders.append(order[: int(np.searchsorted(sums, left)) + 1])
        left -= int(sums[-1])
    return orders


def _shuffled(part: Dataset, seed: int, number: int) -> Dataset:
    order = list(range(len(part)))
    generator(seed, "training", "packed", str(number)).shuffle(order)
    return part.select(order)


def _packed(part: Dataset, pack_to: int | None) -> Dataset:
    return part if pack_to is None else pack_dataset(part, pack_to, "bfd")


def _table(examples: Sequence[Tokenised]) -> Dataset:
    ids = [np.asarray(example.ids, dtype=np.int32) for example in examples]
    labels = [np.where(np.arange(len(row)) < e.start, IGNORED, row) for row, e in zip(ids, examples, strict=True)]
    columns = {"input_ids": _lists(ids, np.int32), "labels": _lists(labels, np.int32)}
    if len({example.weight for example in examples}) > 1:
        # TRL takes at least 1 for the number of a batch's tokens, and a sum of weights must not fall below that. The
        # weights' scale is free, for the loss divides by their sum.
        least = min(example.weight for example in examples)
        weights = [np.full(len(example.ids), example.weight / least) for example in examples]
        columns["weights"] = _lists(weights, np.float32)
    return Dataset(pa.table(columns))


def _lists(rows: Sequence[np.ndarray], dtype: type) -> pa.Array:
    offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    if offsets[-1] >= 2**31:
        return pa.LargeListArray.from_arrays(offsets, pa.array(np.concatenate(rows).astype(dtype)))
    return pa.ListArray.from_arrays(offsets.astype(np.int32), pa.array(np.concatenate(rows).astype(dtype)))
