"""Write the finished model so that the folder appears whole or not at all, and its bytes depend on the job alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoConfig, Trainer

from crabtk_trl.jobfile import JobFile

if TYPE_CHECKING:
    from crabtk_trl.options import TrainerOptions

_TOKENIZER_PATHS = ("name_or_path", "is_local", "local_files_only")


def export(trainer: Trainer, job: JobFile, options: TrainerOptions, source: Path, figures: Mapping[str, float]) -> None:
    """Merge adapters, write model, tokenizer and card beside ``job.output``, then rename.

    Args:
        source: Folder of the model trained from; its dtype is that of the result where ``save_dtype`` is ``auto``.
        figures: For the card.
    """
    output = Path(job.output)
    model = trainer.accelerator.unwrap_model(trainer.model)
    if hasattr(model, "merge_and_unload"):
        model = model.merge_and_unload()
    original = AutoConfig.from_pretrained(source)
    model.to(_dtype(options.save_dtype, original.dtype))
    model.config.use_cache = original.use_cache  # training turns it off
    model.config._name_or_path = ""
    partial = output.with_name(f".{output.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    tokenizer: Any = trainer.processing_class
    tokenizer.save_pretrained(partial)
    _without_paths(partial / "tokenizer_config.json")
    partial.replace(output)


def _dtype(wanted: str, original: Any) -> torch.dtype:
    if wanted == "auto":
        return original if isinstance(original, torch.dtype) else torch.float32
    return torch.bfloat16 if wanted == "bfloat16" else torch.float32


def _without_paths(file: Path) -> None:
    settings = json.loads(file.read_text(encoding="utf-8"))
    kept = {key: value for key, value in settings.items() if key not in _TOKENIZER_PATHS}
    file.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
