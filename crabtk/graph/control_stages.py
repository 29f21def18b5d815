"""The stage of the controls: further models, trained on the same responses at equal tokens."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from crabtk.controls.arms import arm_examples
from crabtk.controls.trainings import ControlTraining, control_trainings, tokens_of, trained_examples
from crabtk.errors import TrainingError
from crabtk.graph.run import Run
from crabtk.graph.stage import Stage
from crabtk.graph.train import start_identity, start_model, train_stage, trainer_depends, training_facts
from crabtk.store import Result, Stored
from crabtk.training.examples import write_examples
from crabtk.types import TrainingJob

STAGE = "control_models"


def _control_models(run: Run, inputs: Mapping[str, Stored]) -> Result:
    trainings = control_trainings(run.settings.controls, run.settings.seed)
    if not trainings:
        return Result(facts={"trained": False, "models": {}})
    sft = inputs["sft_model"]
    if sft.tree is None:
        raise TrainingError(
            "Controls are compared with the fine-tuned model, and there is none: set training.enabled = true, or "
            "controls.arms = []."
        )
    tokens = tokens_of(sft.facts["figures"])
    crab = trained_examples(inputs["crab"].table(), sft.facts["kinds"], run.settings.seed)
    folder = run.store.work(STAGE, run.fingerprint(STAGE))
    tree = run.scratch() / "controls"
    facts: dict[str, Any] = {}
    for number, training in enumerate(trainings, 1):
        if training.is_the_runs_own:
            _link(sft.tree, tree / training.name)
            found = {name: sft.facts[name] for name in ("history", "figures", "kinds", "dev") if name in sft.facts}
        else:
            note = f"{training.name} ({number} of {len(trainings)})"
            table = _examples(run, training, inputs, crab)
            found = _trained(run, training, table, tokens, folder, note)
            _link(folder / "models" / training.name, tree / training.name)
        facts[training.name] = {"arm": training.arm, "repeat": training.repeat, "seed": training.seed, **found}
    return Result(tree=tree, facts={"trained": True, "tokens": tokens, "models": facts})


def _examples(run: Run, training: ControlTraining, inputs: Mapping[str, Stored], crab: pl.DataFrame) -> pl.DataFrame:
    seeds, constraints = inputs["seeds"].table(), inputs["constraints"].table()
    return arm_examples(training.arm, seeds, constraints, crab, run.settings.composition, run.settings.seed)


def _trained(
    run: Run, training: ControlTraining, crab: pl.DataFrame, tokens: int, folder: Path, note: str
) -> dict[str, Any]:
    """Train a model into ``folder / "models"``, or find it there from before a kill; return its facts."""
    output, done = folder / "models" / training.name, folder / "done" / f"{training.name}.json"
    if done.is_file() and output.is_dir():
        return dict(json.loads(done.read_text("utf-8")))
    # A model without its facts was finished a moment before a kill: the trainer writes it again from its checkpoint.
    shutil.rmtree(output, ignore_errors=True)
    work = folder / "work" / training.name
    for parent in (output.parent, done.parent, work):
        parent.mkdir(parents=True, exist_ok=True)
    settings = run.settings.training
    examples, dev = work / "examples.jsonl", work / "dev.jsonl"
    kinds = write_examples(crab, examples, training.seed, None, settings.weights)
    # Every model is evaluated on the same dev examples.
    evaluated = write_examples(crab, dev, run.settings.seed, settings.dev_limit, settings.weights, split="dev")
    evaluation = dev if evaluated else None
    job = TrainingJob(start_model(run), examples, output, work, training.seed, evaluation=evaluation, tokens=tokens)
    where = "training.options"
    outcome = train_stage(run, STAGE, job, trainer=settings.trainer, options=settings.options, where=where, note=note)
    facts = training_facts(outcome, kinds=kinds, dev=sum(evaluated.values()))
    _write(done, facts)
    shutil.rmtree(work)  # checkpoints of every model would fill the disk
    return facts


def _write(path: Path, facts: Mapping[str, Any]) -> None:
    draft = path.with_name(f"{path.name}.partial")
    draft.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def _link(source: Path, target: Path) -> None:
    """Make a folder of links to another's files, so that a kill before the result is stored loses no model."""
    shutil.copytree(source, target, copy_function=_link_file)


def _link_file(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one that knows no links
        shutil.copy2(source, target)


def _depends(run: Run) -> Any:
    if not run.settings.controls.arms:
        return None
    settings = run.settings.training
    return {
        "controls": run.settings.controls.model_dump(mode="json"),
        "composition": run.settings.composition.model_dump(mode="json"),
        "dev_limit": settings.dev_limit,
        "weights": settings.weights,
        "model": start_identity(run),
        **trainer_depends(run, settings.trainer, settings.options),
    }


CONTROL_STAGES = (
    Stage(
        STAGE,
        ("seeds", "constraints", "crab", "sft_model"),
        "Controls: models trained on the same responses at equal tokens, with one thing changed.",
        _control_models,
        _depends,
        (
            "controls/",
            "training/",
            "canonical.py",
            "randomness.py",
            "constraints/stopwords.py",
            "pipeline/compose.py",
            "pipeline/choose.py",
            "pipeline/formats.py",
            "pipeline/seed_rules.py",
            "prompts/compose.toml",
            "prompts/response.md",
            "wording.py",
            "text.py",
            "words.py",
            "markdown.py",
            "sentences.py",
            "language.py",
            "graph/control_stages.py",
            "graph/train.py",
        ),
        {},
        engine=True,
        enabled=lambda run: bool(run.settings.controls.arms),
    ),
)
