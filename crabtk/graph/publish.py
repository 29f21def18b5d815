"""Results under plain names in the output folder, whether they were computed or found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crabtk.store import publish

if TYPE_CHECKING:
    from crabtk.graph.run import Run


_PLACES = {
    "dataset": "dataset",
    "sft_model": "model",
    "dpo_model": "model-dpo",
    "grpo_model": "model-grpo",
    "control_models": "controls",
    "report": "report.html",
}


def output_place(run: Run, stage: str) -> Path:
    """Return where people find what a stage wrote: a folder, or the file to open first."""
    return Path(run.settings.runtime.output) / _PLACES.get(stage, "")


def publish_outputs(run: Run, stage: str) -> None:
    """Copy a stage's folder, if it is one that people read, into ``runtime.output``."""
    tree = run.result(stage).tree
    if tree is None or stage not in _PLACES:
        return
    place = output_place(run, stage)
    if stage == "report":
        publish(tree, place.parent, prune=False)
    else:
        publish(tree, place)
