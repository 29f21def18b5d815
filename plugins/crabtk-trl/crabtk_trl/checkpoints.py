"""Checkpoints that can be trusted: complete, and of this very job."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from crabtk_trl.jobfile import JobFile

_log = logging.getLogger("crabtk_trl")
_MANIFEST = "complete.json"
_IDENTITY = "identity"
_LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate")


class Checkpoint(NamedTuple):
    """A complete checkpoint and the step that it was written after."""

    folder: Path
    step: int


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The folder of a job's checkpoints.

    A checkpoint counts as complete once a manifest with the size of each of its files has been renamed into it. One
    that a kill interrupted, while it was written or while it was deleted, fails that test.
    """

    folder: Path

    def seal(self, step: int) -> None:
        """Mark the checkpoint of a step as complete."""
        folder = self.folder / f"checkpoint-{step}"
        draft = folder / f"{_MANIFEST}.partial"
        draft.write_text(json.dumps(_sizes(folder)), encoding="utf-8")
        draft.replace(folder / _MANIFEST)

    def last(self, identity: str) -> Checkpoint | None:
        """Return the newest complete checkpoint; delete all that cannot be used.

        Args:
            identity: Of the job. Checkpoints of another are deleted, for they would lead elsewhere.
        """
        mark = self.folder / _IDENTITY
        if not mark.is_file() or mark.read_text(encoding="utf-8") != identity:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            mark.write_text(identity, encoding="utf-8")
        found = [Checkpoint(folder, int(folder.name.partition("-")[2])) for folder in self.folder.glob("checkpoint-*")]
        complete = [checkpoint for checkpoint in found if _complete(checkpoint.folder)]
        for checkpoint in set(found) - set(complete):
            _log.warning("deleting the incomplete checkpoint of step %d", checkpoint.step)
            shutil.rmtree(checkpoint.folder)
        return max(complete, key=lambda checkpoint: checkpoint.step, default=None)


def _sizes(folder: Path) -> dict[str, int]:
    return {
        str(file.relative_to(folder)): file.stat().st_size
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith(_MANIFEST)
    }


def _complete(folder: Path) -> bool:
    manifest = folder / _MANIFEST
    if not manifest.is_file():
        return False
    sizes: Mapping[str, int] = json.loads(manifest.read_text(encoding="utf-8"))
    return sizes == _sizes(folder)


def identity(job: JobFile, model: Path, reference: Path | None = None) -> str:
    """Hash all that shapes the result: rows, model, reference, seed, options and library versions, but no paths.

    Args:
        model: Folder of the model to train.
        reference: Folder of the job's reference model, where its method uses one.
    """
    about = asdict(job) | dict.fromkeys(("model", "examples", "output", "work", "evaluation", "reference"), "")
    about["libraries"] = {name: version(name) for name in _LIBRARIES}
    hashed = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for rows in (job.examples, job.evaluation):
        hashed.update((_digest(Path(rows)) if rows else "none").encode())
    for folder in (model, reference):
        hashed.update((folder_digest(folder) if folder else "none").encode())
    return hashed.hexdigest()


def folder_digest(folder: Path) -> str:
    """Hash names and bytes of the files of a model's folder; not those of folders in it."""
    hashed = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.is_file():
            hashed.update(f"{file.name}\0{_digest(file)}\0".encode())
    return hashed.hexdigest()


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
