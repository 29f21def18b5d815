"""Results under plain names in the output folder, whether they were computed or found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crabtk.store import publish

if TYPE_CHECKING:
    from crabtk.graph.run import Run


def publish_outputs(run: Run, stage: str) -> None:
    """Copy a stage's folder, if it is one that people read, into ``runtime.output``."""
    folder = Path(run.settings.runtime.output)
    tree = run.result(stage).tree
    if tree is None:
        return
    if stage == "dataset":
        publish(tree, folder / "dataset")
    elif stage == "sft_model":
        publish(tree, folder / "model")
    elif stage == "report":
        publish(tree, folder, prune=False)
