"""Packing against padding on a dataset of crabtk's: python benchmarks/packing.py MODEL ROWS [ROWS_A_STEP] [STEPS].

ROWS is a dataset's train.jsonl, or a file of prompts and completions. First what the data says, on any machine: the
share of padding in batches of so many examples in training's order, and the rows that packing makes of them. Then
three trainings through crabtk, each some steps long: packed, padded in batches, and one example at a time. Prints the
tokens in the loss per second, by the clock and by processor time, and the ratios.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from training_speed import Run, as_examples, train
from transformers import AutoTokenizer

from crabtk_trl.rows import passes, rows
from crabtk_trl.tokenise import tokenise

LENGTH = 1024


def main() -> None:
    """Count, then train."""
    model, given, *numbers = sys.argv[1:]
    batch, steps = (*map(int, numbers), *(4, 4)[len(numbers) :])
    with tempfile.TemporaryDirectory() as place:
        file = as_examples(Path(given), Path(place))
        _count(model, file, batch)
        dtype = "bfloat16" if torch.cuda.is_available() else "float32"
        shared = {"max_length": LENGTH, "learning_rate": 1e-5, "dtype": dtype, "checkpoint_every": 10_000}
        ways: dict[str, dict[str, Any]] = {
            "packed": {"packing": True, "accumulation": 1, "max_steps": 2 * steps},
            "padded": {"packing": False, "batch_size": batch, "accumulation": 1, "max_steps": steps},
            "single": {"packing": False, "accumulation": 1, "max_steps": batch * steps},
        }
        speeds = {}
        for name, options in ways.items():
            folder = Path(place, name)
            folder.mkdir()
            run, outcome = train(model, file, folder, shared | options)
            figures = outcome.figures
            learnt = figures["tokens_in_loss"] * run.steps / (figures["steps"] / figures["passes"])
            speeds[name] = _speed(run, learnt)
            says = " and ".join(f"{speed:.1f} a second {by}" for by, speed in speeds[name].items())
            print(f"{name}: {learnt:.0f} tokens in the loss, {says}", flush=True)
    for name in ("padded", "single"):
        for by in ("by the clock", "of work"):
            print(f"packed ÷ {name}, {by}: {speeds['packed'][by] / speeds[name][by]:.2f}")


def _speed(run: Run, learnt: float) -> dict[str, float]:
    return {"by the clock": learnt / run.seconds, "of work": learnt / run.work}


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
