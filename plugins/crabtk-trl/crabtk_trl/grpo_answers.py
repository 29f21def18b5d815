"""Greedy answers of the model in training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import GenerationConfig
from trl import GRPOTrainer  # type: ignore[attr-defined]  # trl loads its names lazily
from trl.models.utils import unwrap_model_for_generation

from crabtk_trl.grpo_prompts import Prompt


def greedy_answers(trainer: GRPOTrainer, prompts: Sequence[Prompt], batch: int) -> list[str]:
    """Answer prompts with the weights as they are, by transformers even where training generates by vLLM.

    Nothing is drawn at random, and the model's mode is put back: training goes the same way with and without it.

    Args:
        batch: Prompts at once.
    Returns:
        For each prompt what the model wrote.
    """
    model: Any = trainer.model
    training = model.training
    model.eval()
    try:
        starts = range(0, len(prompts), batch)
        return [answer for start in starts for answer in _answers(trainer, prompts[start : start + batch])]
    finally:
        model.train(training)


def _answers(trainer: GRPOTrainer, prompts: Sequence[Prompt]) -> list[str]:
    tokenizer: Any = trainer.processing_class
    device = trainer.accelerator.device
    width = max(len(prompt.tokens) for prompt in prompts)
    gaps = [width - len(prompt.tokens) for prompt in prompts]
    padded = [[tokenizer.pad_token_id] * gap + list(row.tokens) for gap, row in zip(gaps, prompts, strict=True)]
    mask = [[0] * gap + [1] * (width - gap) for gap in gaps]
    greedy: Any = GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=trainer.max_completion_length,
        do_sample=False,
        repetition_penalty=1.0,  # stated, or a model's own generation_config.json would set it
        eos_token_id=trainer.eos_token_ids,
        pad_token_id=tokenizer.pad_token_id,
        disable_compile=True,
    )
    wrapped: Any = trainer.model_wrapped
    with unwrap_model_for_generation(wrapped, trainer.accelerator) as model, torch.no_grad():
        written = model.generate(
            input_ids=torch.tensor(padded, device=device),
            attention_mask=torch.tensor(mask, device=device),
            generation_config=greedy,
        )
    return list(tokenizer.batch_decode(written[:, width:], skip_special_tokens=True))
