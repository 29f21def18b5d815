"""Training inside a stage: which model it starts from, the trainer's call, and what the stage keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from crabtk.errors import TrainingError
from crabtk.graph.run import Run
from crabtk.inference.identity import model_identity
from crabtk.plugins import build, failures_of
from crabtk.protocols import Trainer
from crabtk.store import Stored
from crabtk.types import TrainingJob, TrainingOutcome, TrainingProgress


def start_model(run: Run) -> str:
    """Return the model that fine-tuning starts from, which is also the base that scores compare with."""
    return run.settings.training.model or run.settings.engines["default"].model


def start_revision(run: Run) -> str | None:
    """Return the start model's revision on the hub: that of an engine with this model, if one has it."""
    return run.engines.revision(start_model(run))


def start_identity(run: Run) -> str:
    """Return what the start model is by content, for fingerprints."""
    return model_identity(start_model(run), start_revision(run), Path(run.settings.runtime.store) / "models.json")


def latest_model(run: Run, inputs: Mapping[str, Stored], *stages: str) -> str:
    """Return the folder of the model that the last of the stages trained, or the start model where none did."""
    for name in reversed(stages):
        if tree := inputs[name].tree:
            return str(tree)
    return start_model(run)


def train_stage(
    run: Run, stage: str, job: TrainingJob, *, trainer: str, options: Mapping[str, Any], where: str, note: str = ""
) -> TrainingOutcome:
    """Call a trainer with the memory to itself; progress is the stage's.

    Args:
        stage: Whose progress it is.
        job: ``work`` is best ``run.store.work(stage, fingerprint)``, which survives a kill; ``output`` lies in
            ``run.scratch()``.
        trainer: Its name.
        options: As the settings give them.
        where: The settings key that holds them, for error messages.
        note: Stands before the figures of progress, where a stage trains several models.
    """
    if job.model == start_model(run):
        job = replace(job, revision=start_revision(run))
    # The engine's model and the trainer's together may not fit.
    run.engines.close()
    plugin = run.registry.find("trainer", trainer)
    built = cast(Trainer, build(plugin, options, where))
    before = f"{note}: " if note else ""
    with failures_of(plugin, TrainingError):
        return built.train(
            job, lambda report: run.observer.progress(stage, report.step, report.steps, before + _figures(report))
        )


def training_facts(outcome: TrainingOutcome, **more: Any) -> dict[str, Any]:
    """Return what a stage keeps of a training: ``trained``, ``history``, ``figures`` and whatever else is given."""
    history = [dict(step) for step in outcome.history]
    return {"trained": True, "history": history, "figures": dict(outcome.figures), **more}


def trainer_depends(run: Run, trainer: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trainer's part of a stage's fingerprint."""
    return {"trainer": run.registry.find("trainer", trainer).fingerprint, "options": dict(options)}


def _figures(report: TrainingProgress) -> str:
    telling = [name for name in ("loss", "reward", "eval_loss", "tokens") if name in report.values] or report.values
    return "  ".join(f"{name} {report.values[name]:.4g}" for name in telling)
