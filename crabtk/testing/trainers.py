"""What every trainer plugin must do, as one call: ``check_trainer(lambda: MyTrainer(max_steps=2), folder)``."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crabtk.protocols import Trainer
from crabtk.types import TrainingJob, TrainingOutcome, TrainingProgress

_PAIRS = tuple((f"Write the number {n}.", f"The number is {n}.") for n in range(1, 9))
_CONSTRAINTS = ({"type": "case:lower", "params": {}, "text": "Use small letters only."},)


def check_trainer(make_trainer: Callable[[], Trainer], model_folder: Path) -> None:
    """Train twice on a handful of rows, of the kind that ``trains_on`` names, and look at what comes out.

    The folder of the finished model must appear whole, hold a model with its tokenizer and name no place on this
    machine; a second call with the same work folder must give the same history and the same bytes.

    Args:
        make_trainer: Makes the trainer with options under which a run takes seconds.
        model_folder: A model to start from, in Hugging Face's layout.
    Raises:
        AssertionError: Names the promise that is broken.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder)
        job = TrainingJob(str(model_folder), root / "rows.jsonl", root / "first", root / "work", seed=11)
        _write_rows(job.examples, getattr(make_trainer(), "trains_on", "examples"))
        outcome, reports = _train(make_trainer, job)
        _promise(reports > 0, "no progress was reported")
        _check_model(job.output, root)
        again = replace(job, output=root / "second")
        repeated, _ = _train(make_trainer, again)
        _promise(repeated.history == outcome.history, "a second call on the same work tells another history")
        _promise(repeated.figures == outcome.figures, "a second call on the same work gives other figures")
        _promise(_digests(again.output) == _digests(job.output), "a second call on the same work gives other bytes")


def _write_rows(path: Path, kind: str) -> None:
    make = {"examples": _example, "preferences": _preference, "prompts": _prompt}.get(kind)
    if make is None:
        raise AssertionError(f'trains_on is "{kind}": it must be examples, preferences or prompts')
    rows = (make(ask, answer) for ask, answer in _PAIRS)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _messages(role: str, content: str) -> list[dict[str, str]]:
    return [{"role": role, "content": content}]


def _example(ask: str, answer: str) -> dict[str, Any]:
    return {"prompt": _messages("user", ask), "completion": _messages("assistant", answer)}


def _preference(ask: str, answer: str) -> dict[str, Any]:
    chosen, rejected = (_messages("assistant", text) for text in (answer, answer.upper()))
    return {"prompt": _messages("user", ask), "chosen": chosen, "rejected": rejected}


def _prompt(ask: str, answer: str) -> dict[str, Any]:
    # The last one only watches: it must not be learnt from.
    kind = "trip_wire" if ask == _PAIRS[-1][0] else "prompt"
    return {"prompt": _messages("user", ask), "constraints": json.dumps(_CONSTRAINTS), "kind": kind}


def _train(make_trainer: Callable[[], Trainer], job: TrainingJob) -> tuple[TrainingOutcome, int]:
    reports: list[TrainingProgress] = []
    early: list[int] = []

    def report(progress: TrainingProgress) -> None:
        reports.append(progress)
        if job.output.is_dir() and any(job.output.iterdir()):
            early.append(progress.step)

    outcome = make_trainer().train(job, report)
    _promise(not early, f"the output folder had files at step {early[:1]}: rename it into place at the end")
    _promise(all(0 < progress.step <= progress.steps for progress in reports), "a step outside 1 … steps was reported")
    steps = [line["step"] for line in outcome.history]
    _promise(bool(steps) and steps == sorted(set(steps)), "history must hold one line per logged step, in order")
    losses = [line["loss"] for line in outcome.history if line["step"] > 0]  # before the first step there is none
    _promise(bool(losses) and all(map(math.isfinite, losses)), "history must hold a finite loss for each step")
    return outcome, len(reports)


def _check_model(output: Path, root: Path) -> None:
    names = {path.name for path in output.rglob("*") if path.is_file()}
    _promise("config.json" in names, "the output has no config.json")
    _promise("tokenizer_config.json" in names, "the output has no tokenizer")
    _promise(any(name.endswith(".safetensors") for name in names), "the output has no *.safetensors")
    for path in output.rglob("*.json"):
        _promise(str(root) not in path.read_text(encoding="utf-8"), f"{path.name} names a folder of this machine")


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _promise(holds: bool, broken: str) -> None:
    if not holds:
        raise AssertionError(broken)
