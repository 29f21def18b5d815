"""How fast a training runs in a process of its own: what benchmarks of training share."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from crabtk.types import TrainingJob, TrainingOutcome
from crabtk_trl import TrlTrainer


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Attributes:
        steps: Optimiser steps between the report from which on it was measured and the last.
        seconds: Between the two, by the clock.
        work: Of the processors between the two, in seconds: the figure to go by where the machine does other work.
        whole: From start to end with loading, preparing and saving, in seconds by the clock.
    """

    steps: int
    seconds: float
    work: float
    whole: float


class Watch:
    """Notes the clock and the processor time of this process's children at each step."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._marks: list[tuple[int, float, float]] = []

    def mark(self, step: int) -> None:
        """Note a step."""
        work = 0.0
        for child in psutil.Process().children(recursive=True):
            times = child.cpu_times()
            work += times.user + times.system
        self._marks.append((step, time.perf_counter(), work))

    def run(self, second_half: bool = False) -> Run:
        """Return what was measured, from the first step on or from the middle one."""
        last_step, last_second, last_work = self._marks[-1]
        start = last_step // 2 if second_half else self._marks[0][0]
        step, second, work = next(mark for mark in self._marks if mark[0] == start)
        whole = time.perf_counter() - self._began
        return Run(last_step - step, last_second - second, last_work - work, whole)


def train(
    model: str, rows: Path, folder: Path, options: Mapping[str, Any], second_half: bool = False
) -> tuple[Run, TrainingOutcome]:
    """Train through crabtk, as a run of crabtk does."""
    watch = Watch()
    job = TrainingJob(model, rows, folder / "model", folder / "work", seed=17)
    outcome = TrlTrainer(**options).train(job, lambda progress: watch.mark(progress.step))
    return watch.run(second_half), outcome


def shortest(rows: Path, count: int, longest: int, folder: Path, length: Callable[[str], int]) -> Path:
    """Write the first rows that are short enough to stay whole, so that both sides train on the same tokens."""
    chosen = [line for line in rows.read_text("utf-8").splitlines() if length(line) <= longest][:count]
    path = folder / "rows.jsonl"
    path.write_text("".join(f"{line}\n" for line in chosen), encoding="utf-8")
    return path


def as_examples(file: Path, folder: Path) -> Path:
    """Return rows of prompt and completion; a dataset's own rows are whole conversations."""
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    if "prompt" in lines[0]:
        return file
    path = folder / "examples.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for line in lines:
            example = {"prompt": line["messages"][:-1], "completion": line["messages"][-1:]}
            stream.write(json.dumps(example, ensure_ascii=False) + "\n")
    return path
