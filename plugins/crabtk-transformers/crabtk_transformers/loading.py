"""Loading a model: which device, which precision, which architectures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging

from crabtk.errors import BackendError

_BFLOAT16_CPUS = ("avx512_bf16", "amx_bf16", "bf16")
_KEYS_AND_VALUES = frozenset({"full_attention", "sliding_attention", "chunked_attention"})


def load(
    model: str, revision: str | None, device: str, dtype: str, trust_remote_code: bool
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a model for inference with its tokenizer.

    Raises:
        BackendError: The model keeps another state than keys and values.
    """
    place = choose_device(device)
    source: dict[str, Any] = {"revision": revision, "trust_remote_code": trust_remote_code}
    tokenizer = AutoTokenizer.from_pretrained(model, **source)
    with _without_progress_bar():
        loaded: Any = AutoModelForCausalLM.from_pretrained(model, dtype=choose_dtype(dtype, place), **source)
    _check_architecture(model, loaded.config)
    loaded.to(place)
    return loaded.eval(), tokenizer


def choose_device(device: str) -> torch.device:
    """Resolve ``auto`` to cuda, mps or cpu, the first that is there."""
    if device != "auto":
        return torch.device(device)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def choose_dtype(dtype: str, device: torch.device) -> torch.dtype | str:
    """Resolve ``auto``: on a CPU bfloat16 only where it is native; emulated, it is many times slower than float32."""
    if dtype != "auto":
        return getattr(torch, dtype)  # type: ignore[no-any-return]
    if device.type != "cpu":
        return "auto"
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return torch.bfloat16 if any(capabilities.get(name) for name in _BFLOAT16_CPUS) else torch.float32


def context_limit(model: PreTrainedModel) -> int | None:
    """Return how many tokens the model has positions for; None if it does not say."""
    limit = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return int(limit) if limit else None


def _check_architecture(model: str, config: Any) -> None:
    text = config.get_text_config()
    types = set(getattr(text, "layer_types", None) or ())
    if config.is_encoder_decoder or not types <= _KEYS_AND_VALUES or getattr(text, "ssm_cfg", None):
        raise BackendError(
            f'Backend "transformers" runs decoder-only models that cache keys and values; {model} '
            f"({config.model_type}) does not: use another backend, for example vllm"
        )


@contextmanager
def _without_progress_bar() -> Iterator[None]:
    switch: Any = logging
    was_on = switch.is_progress_bar_enabled()
    switch.disable_progress_bar()
    try:
        yield
    finally:
        if was_on:
            switch.enable_progress_bar()
