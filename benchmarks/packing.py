"""Packing against padding on a dataset of crabtk's: python benchmarks/packing.py MODEL ROWS [EXAMPLES] [BATCH].

ROWS is a dataset's train.jsonl, or a file of prompts and completions. First what the data says, on any machine: the
share of padding in batches of so many examples in training's order, and the rows that packing makes of them. Then
three trainings through crabtk over the same examples, twice, of which the second time counts: packed, padded in
batches, and one example at a time. Prints the tokens in the loss per second, by the clock and by processor time.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from training_speed import as_examples, shortest, train
from transformers import AutoTokenizer

from crabtk_trl.rows import passes, rows
from crabtk_trl.tokenise import tokenise

LENGTH = 1024


def main() -> None:
    """Count, then train."""
    model, given, *numbers = sys.argv[1:]
    count, batch = (*map(int, numbers), *(16, 4)[len(numbers) :])
    with tempfile.TemporaryDirectory() as place:
        file = as_examples(Path(given), Path(place))
        _count(model, file, batch)
        few = shortest(file, count, sys.maxsize, Path(place), len)
        dtype = "bfloat16" if torch.cuda.is_available() else "float32"
        shared = {"max_length": LENGTH, "learning_rate": 1e-5, "dtype": dtype, "accumulation": 1, "epochs": 2}
        ways: dict[str, dict[str, Any]] = {
            "packed": {"packing": True},
            "padded": {"packing": False, "batch_size": batch},
            "single": {"packing": False},
        }
        speeds: dict[str, tuple[float, float]] = {}
        for name, options in ways.items():
            folder = Path(place, name)
            folder.mkdir()
            run, outcome = train(
                model, few, folder, {"checkpoint_every": 10_000, **shared, **options}, second_half=True
            )
            learnt = outcome.figures["tokens_in_loss"]
            speeds[name] = learnt / run.seconds, learnt / run.work
            says = f"{speeds[name][0]:.1f} a second, {speeds[name][1]:.1f} a second of work"
            print(f"{name}: {learnt:.0f} tokens in the loss in {run.steps} steps, {says}", flush=True)
    for name in ("padded", "single"):
        clock, work = (packed / other for packed, other in zip(speeds["packed"], speeds[name], strict=True))
        print(f"packed ÷ {name}: {clock:.2f} by the clock, {work:.2f} by processor time")


def _count(model: str, file: Path, batch: int) -> None:
    examples = [e for e in tokenise(file, AutoTokenizer.from_pretrained(model), LENGTH) if e.teaches]
    lengths = [len(example.ids) for example in examples]
    (order,) = passes(lengths, sum(lengths), 17)
    batches = [[lengths[i] for i in order[at : at + batch]] for at in range(0, len(order), batch)]
    padded = sum(max(row) * len(row) for row in batches)
    packed = len(rows(examples, LENGTH).table)
    print(f"{len(examples)} examples of {sum(lengths) / len(lengths):.0f} tokens on average")
    print(f"padding in batches of {batch}: {1 - sum(lengths) / padded:.1%} of the tokens")
    print(f"packing to {LENGTH}: {packed} rows, {sum(lengths) / (packed * LENGTH):.1%} full")


main()
