"""Write the finished model so that the folder appears whole or not at all, and its bytes depend on the job alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig
from trl import SFTTrainer  # type: ignore[attr-defined]  # trl loads its names lazily

_TOKENIZER_PATHS = ("name_or_path", "is_local", "local_files_only")


def export(trainer: SFTTrainer, source: Path, output: Path, save_dtype: str) -> None:
    """Merge adapters, write model and tokenizer beside ``output``, then rename.

    Args:
        source: Folder of the model trained from; its dtype is that of the result where ``save_dtype`` is ``auto``.
    """
    model = trainer.accelerator.unwrap_model(trainer.model)
    if hasattr(model, "merge_and_unload"):
        model = model.merge_and_unload()
    original = AutoConfig.from_pretrained(source)
    model.to(_dtype(save_dtype, original.dtype))
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
