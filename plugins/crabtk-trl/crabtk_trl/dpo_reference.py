"""The model that preference losses measure from: the one that training starts from, unless another is asked for."""

from __future__ import annotations

import hashlib
from pathlib import Path

from crabtk.errors import TrainingError
from crabtk_trl.dpo_trainer import TrlDpoTrainer
from crabtk_trl.jobfile import JobFile
from crabtk_trl.model import device_kind, resolve

_WEIGHTS = (".safetensors", ".bin")


def reference_folder(job: JobFile, model: Path, options: TrlDpoTrainer) -> Path:
    """Return the folder of the reference.

    Args:
        model: Folder of the model that training starts from.
    Raises:
        TrainingError: The job's reference holds other weights, which the options do not allow.
    """
    if job.reference is None:
        return model
    reference = resolve(job.reference, job.revision if job.reference == job.model else None)
    if reference == model or weights_digest(reference) == weights_digest(model):
        return model
    if options.other_reference:
        return reference
    raise TrainingError(
        f"The reference {job.reference} holds other weights than the model {job.model} that training starts from. The "
        "loss would pull the model back to weights from before its fine-tuning. Give the fine-tuned model as both, or "
        "set other_reference = true in dpo.options if that is what you want."
    )


def weights_digest(folder: Path) -> str:
    """Hash names and bytes of a model's weight files.

    Raises:
        TrainingError: The folder has none.
    """
    files = sorted(file for file in folder.iterdir() if file.suffix in _WEIGHTS)
    if not files:
        raise TrainingError(f"The model folder {folder} has no weights (*.safetensors or *.bin).")
    hashed = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            hashed.update(f"{file.name}\0{hashlib.file_digest(stream, 'sha256').hexdigest()}\0".encode())
    return hashed.hexdigest()


def precomputes(options: TrlDpoTrainer) -> bool:
    """Tell whether the reference is asked once before the first step.

    Only one process does so: TRL's first process writes the answers, and the others look for them in a file of
    another name.
    """
    if options.precompute_ref is not None or options.distributed != "none":
        return bool(options.precompute_ref)
    return not options.lora and device_kind(options.device) != "cpu"


def needs_loading(reference: Path, model: Path, options: TrlDpoTrainer) -> bool:
    """Tell whether the reference is loaded beside the model.

    It need not be where it is the model without its adapters, or is asked before the first step. TRL's own choice
    would be the path that the model's configuration names, which may hold older weights than those in memory.
    """
    return reference != model or not (options.lora or precomputes(options))
