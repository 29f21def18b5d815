"""The stage of fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crabtk.graph.run import Run
from crabtk.graph.stage import Stage
from crabtk.graph.train import start_identity, start_model, train_stage, trainer_depends, training_facts
from crabtk.store import Result, Stored
from crabtk.training.examples import write_examples
from crabtk.types import TrainingJob


def _sft_model(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.training
    if not settings.enabled:
        return Result(facts={"trained": False})
    work = run.store.work("sft_model", run.fingerprint("sft_model"))
    crab, seed = inputs["crab"].table(), run.settings.seed
    examples, dev = work / "examples.jsonl", work / "dev.jsonl"
    kinds = write_examples(crab, examples, seed, settings.limit, settings.weights)
    evaluated = write_examples(crab, dev, seed, settings.dev_limit, settings.weights, split="dev")
    output = run.scratch() / "model"
    job = TrainingJob(start_model(run), examples, output, work, seed, evaluation=dev if evaluated else None)
    where = "training.options"
    outcome = train_stage(run, "sft_model", job, trainer=settings.trainer, options=settings.options, where=where)
    return Result(tree=output, facts=training_facts(outcome, kinds=kinds, dev=sum(evaluated.values())))


def _sft_depend(run: Run) -> Any:
    settings = run.settings.training
    if not settings.enabled:
        return None
    return {
        "limit": settings.limit,
        "dev_limit": settings.dev_limit,
        "weights": settings.weights,
        "model": start_identity(run),
        **trainer_depends(run, settings.trainer, settings.options),
    }


SFT_STAGE = Stage(
    "sft_model",
    ("crab",),
    "The model, fine-tuned on the dataset's training split.",
    _sft_model,
    _sft_depend,
    ("training/examples.py", "training/rows.py", "canonical.py", "graph/train.py"),
    {},
    engine=True,
    enabled=lambda run: run.settings.training.enabled,
)
