"""Find and load the model to train, and the precision to train it in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from transformers import AutoModelForCausalLM

from crabtk.errors import TrainingError

if TYPE_CHECKING:
    from crabtk_trl.options import TrainerOptions


def resolve(model: str) -> Path:
    """Return the folder of a model: itself, or that of a hub name in the local cache; nothing is downloaded."""
    if Path(model).is_dir():
        return Path(model)
    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, HfHubHTTPError) as error:
        raise TrainingError(
            f'The model "{model}" is neither a folder nor in the local Hugging Face cache. '
            f"Check the path, or download it first: hf download {model}"
        ) from error


def device_kind(device: str) -> str:
    """Return ``cuda``, ``mps`` or ``cpu``; ``auto`` takes the first of these that is there."""
    if device != "auto":
        return device.partition(":")[0]
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def uses_bfloat16(dtype: str, device: str) -> bool:
    """Tell whether to compute in bfloat16: on request, or where the device has instructions for it.

    A CPU without them emulates bfloat16, slower than float32.
    """
    if dtype != "auto":
        return dtype == "bfloat16"
    kind = device_kind(device)
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities()
    return kind == "cpu" and any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def load_model(folder: Path, options: TrainerOptions) -> Any:
    """Load for training: float32, or bfloat16 where the weights are frozen on an accelerator (LoRA)."""
    frozen = options.lora and device_kind(options.device) != "cpu" and uses_bfloat16(options.dtype, options.device)
    dtype = torch.bfloat16 if frozen else torch.float32
    return AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation=options.attention)
