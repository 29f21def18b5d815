"""Write the finished model so that the folder appears whole or not at all, and its bytes depend on the job alone."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from peft import PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from transformers import AutoConfig, AutoModelForCausalLM, Trainer
from transformers.integrations.deepspeed import unset_hf_deepspeed_config

from crabtk.errors import TrainingError
from crabtk_trl.card import card
from crabtk_trl.jobfile import JobFile
from crabtk_trl.model import fit_tokenizer

if TYPE_CHECKING:
    from crabtk_trl.options import TrainerOptions

_log = logging.getLogger("crabtk_trl")
_TOKENIZER_PATHS = ("name_or_path", "is_local", "local_files_only")


def export(trainer: Trainer, job: JobFile, options: TrainerOptions, source: Path, figures: Mapping[str, float]) -> None:
    """Merge adapters, write model, tokenizer and card beside ``job.output``, then rename; each process calls it.

    Args:
        source: Folder of the model trained from; its dtype is that of the result where ``save_dtype`` is ``auto``.
        figures: For the card.
    Raises:
        TrainingError: A weight is no finite number; nothing is handed over.
    """
    weights = _gathered(trainer, options)
    if not trainer.is_world_process_zero():
        return
    output = Path(job.output)
    partial = output.with_name(f".{output.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    model = _whole(trainer, options, source, weights)
    check_finite(model, f"training diverged. Lower {options.section}.options.learning_rate, or raise warmup_ratio.")
    if isinstance(model, PeftModel):
        if options.keep_adapter:
            _save_adapter(model, partial / "adapter", job)
        model = model.merge_and_unload()
    original = AutoConfig.from_pretrained(source)
    model.to(precision(model, options.save_dtype, original.dtype))
    model.config.use_cache = original.use_cache  # training turns it off
    model.config._name_or_path = ""
    model.save_pretrained(partial)
    tokenizer: Any = trainer.processing_class
    tokenizer.save_pretrained(partial)
    _without_paths(partial / "tokenizer_config.json")
    (partial / "README.md").write_text(card(job, figures), encoding="utf-8")
    partial.replace(output)


def check_finite(model: torch.nn.Module, why: str) -> None:
    """Make sure that every weight is a finite number; that of the last update no loss has been computed with.

    Args:
        why: Cause and remedy, for the error.
    Raises:
        TrainingError: One is not; names it.
    """
    for name, weight in model.named_parameters():
        if not bool(weight.isfinite().all()):
            raise TrainingError(f"The weight {name} of the trained model is not finite: {why}")


def _gathered(trainer: Trainer, options: TrainerOptions) -> dict[str, Any] | None:
    """Return all weights, on the first process at least, where they are sharded; None where each has them whole."""
    if options.distributed not in ("fsdp", "deepspeed"):
        return None
    gathered: dict[str, Any] = trainer.accelerator.get_state_dict(trainer.model_wrapped)
    return gathered


def _whole(trainer: Trainer, options: TrainerOptions, source: Path, weights: dict[str, Any] | None) -> Any:
    """Return the trained model, or one made anew from the source where the trained one is sharded or quantized.

    Adapters on quantized weights are so merged into the weights as they were before quantization.
    """
    trained = trainer.accelerator.unwrap_model(trainer.model)
    if weights is None and options.quantization == "none":
        return trained
    # While ZeRO-3's is set, transformers shards what it loads.
    unset_hf_deepspeed_config()  # type: ignore[no-untyped-call]
    model: Any = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32)
    fit_tokenizer(model, trainer.processing_class)  # type: ignore[arg-type]  # it is a tokenizer
    if not isinstance(trained, PeftModel):
        model.load_state_dict({name: value.float() for name, value in (weights or {}).items()})
        return model
    adapters = get_peft_model_state_dict(trained, state_dict=weights)
    model = get_peft_model(model, trained.peft_config["default"])
    set_peft_model_state_dict(model, adapters)
    return model


def _save_adapter(model: PeftModel, folder: Path, job: JobFile) -> None:
    model.peft_config["default"].base_model_name_or_path = "" if Path(job.model).is_absolute() else job.model
    model.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's card has blanks to fill in


def precision(model: torch.nn.Module, wanted: str, original: Any) -> torch.dtype:
    """Return what to save weights in: the wanted precision, or float32 where that cannot hold one of them.

    Args:
        wanted: ``save_dtype``.
        original: Of the model trained from, which is that of ``auto``.
    """
    dtype = torch.bfloat16 if wanted == "bfloat16" else torch.float32
    if wanted == "auto" and isinstance(original, torch.dtype):
        dtype = original
    for name, weight in model.named_parameters():
        if not bool((weight.abs() <= torch.finfo(dtype).max).all()):
            _log.warning("the weight %s is too large for %s: the model is saved in torch.float32", name, dtype)
            return torch.float32
    return dtype


def _without_paths(file: Path) -> None:
    settings = json.loads(file.read_text(encoding="utf-8"))
    kept = {key: value for key, value in settings.items() if key not in _TOKENIZER_PATHS}
    file.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
