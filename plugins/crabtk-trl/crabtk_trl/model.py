"""Find and load the model to train, and the precision to train it in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from accelerate import PartialState  # type: ignore[import-untyped]
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from transformers import AutoConfig, AutoModelForCausalLM, BitsAndBytesConfig, PreTrainedTokenizerBase

from crabtk.errors import TrainingError

if TYPE_CHECKING:
    from crabtk_trl.options import TrainerOptions


def resolve(model: str, revision: str | None = None) -> Path:
    """Return the folder of a model: itself, or that of a hub name in the local cache; nothing is downloaded."""
    if Path(model).is_dir():
        return Path(model)
    try:
        return Path(snapshot_download(model, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, HfHubHTTPError) as error:
        raise TrainingError(
            f'The model "{model}" is neither a folder nor in the local Hugging Face cache. '
            f"Check the path, or download it first: hf download {model}{f' --revision {revision}' if revision else ''}"
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


def context_length(folder: Path) -> int | None:
    """Return the tokens of a model's context, or None where its configuration does not tell."""
    length = getattr(AutoConfig.from_pretrained(folder).get_text_config(), "max_position_embeddings", None)
    return length if isinstance(length, int) and length > 0 else None


def load_model(folder: Path, options: TrainerOptions, tokenizer: PreTrainedTokenizerBase | None = None) -> Any:
    """Load for training: float32, or bfloat16 or fewer bits where the weights are frozen (LoRA).

    Args:
        tokenizer: Where it has more tokens than the model, the embeddings grow; its end token becomes the model's.
    """
    computed = uses_bfloat16(options.dtype, options.device)
    frozen = options.lora and device_kind(options.device) != "cpu" and computed
    model = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=torch.bfloat16 if frozen else torch.float32,
        attn_implementation=options.attention,
        **_quantized(options, torch.bfloat16 if computed else torch.float32),
    )
    if tokenizer is not None:
        fit_tokenizer(model, tokenizer)
    return model


def _quantized(options: TrainerOptions, compute: torch.dtype) -> dict[str, Any]:
    if options.quantization == "none":
        return {}
    four_bits = {"bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True, "bnb_4bit_compute_dtype": compute}
    four = options.quantization == "nf4"
    kind: Any = BitsAndBytesConfig
    config = kind(load_in_4bit=four, load_in_8bit=not four, **(four_bits if four else {}))
    # Whole on this process's device: left to itself, the library would spread it over all.
    place = {"": PartialState().local_process_index if device_kind(options.device) == "cuda" else "cpu"}
    return {"quantization_config": config, "device_map": place}


def fit_tokenizer(model: Any, tokenizer: PreTrainedTokenizerBase) -> None:
    """Give the model a row for each token, drawn around the mean of its own, and the tokenizer's end of generation."""
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        model.resize_token_embeddings(len(tokenizer))
    ends = model.generation_config.eos_token_id
    known = ends if isinstance(ends, list) else [] if ends is None else [ends]
    if tokenizer.eos_token_id not in known:
        model.config.get_text_config().eos_token_id = tokenizer.eos_token_id
        model.generation_config.eos_token_id = [tokenizer.eos_token_id, *known]
