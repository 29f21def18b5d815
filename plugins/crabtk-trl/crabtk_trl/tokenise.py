"""Examples as token ids with the mask of what the loss covers.

TRL can do this itself, but then truncates silently, and with packing even trains on prompts whose completion was cut
off whole. Its rule for the mask is kept (TRL 1.16, ``SFTTrainer._prepare_dataset``): the completion starts where the
rendered conversation departs from the rendered prompt. A test compares the two.
"""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerBase

from crabtk.errors import TrainingError
from crabtk_trl.chat import takes_system, with_system_merged


@dataclass(frozen=True, slots=True)
class Tokenised:
    """One example.

    Attributes:
        ids: At most ``max_length`` tokens, prompt first.
        start: Index of the completion's first token; ``len(ids)`` or more where none is left.
        truncated: Whether tokens were cut off.
        weight: Of its tokens' losses; at least 0.
        system_merged: Whether the system message went into the first user's, for want of a place in the template.
    """

    ids: Sequence[int]
    start: int
    truncated: bool
    weight: float = 1.0
    system_merged: bool = False

    @property
    def completion(self) -> Sequence[int]:
        """The tokens that the loss covers."""
        return self.ids[self.start :]

    @property
    def teaches(self) -> bool:
        """Whether anything is learnt from it."""
        return self.start < len(self.ids) and self.weight > 0


def tokenise(path: Path, tokenizer: PreTrainedTokenizerBase, max_length: int) -> list[Tokenised]:
    """Render and tokenise each row with the tokenizer's chat template.

    Raises:
        TrainingError: There is no chat template, or a row is not a prompt with its completion.
    """
    if not tokenizer.chat_template:
        raise TrainingError(
            "The tokenizer has no chat template. Train from an instruct model, or set training.options.chat_template "
            'to "chatml" or to a Jinja file.'
        )
    system = takes_system(tokenizer)
    with path.open(encoding="utf-8") as rows:
        return [_tokenised(row, number, tokenizer, system, max_length) for number, row in enumerate(rows, 1)]


def _tokenised(row: str, number: int, tokenizer: PreTrainedTokenizerBase, system: bool, max_length: int) -> Tokenised:
    try:
        example = json.loads(row)
        prompt, completion, weight = example["prompt"], example["completion"], _weight(example)
        merged = not system and prompt[0]["role"] == "system"
        if merged:
            prompt = with_system_merged(prompt)
        # The generation prompt belongs to the prompt: the model is given it, it does not write it.
        before = _rendered(tokenizer, prompt, add_generation_prompt=True)
        whole = _rendered(tokenizer, prompt + completion)
    except Exception as error:  # templates raise what they like
        raise TrainingError(
            f"Row {number} of the examples cannot be rendered with the model's chat template: "
            f'{type(error).__name__}: {error}. A row is {{"prompt": [messages], "completion": [message]}}, with '
            'roles that the template knows, and perhaps a "weight" of at least 0.'
        ) from error
    ids = array("i", whole[:max_length])
    return Tokenised(ids, _shared(before, whole), len(whole) > max_length, weight, merged)


def _weight(example: Mapping[str, Any]) -> float:
    weight = example.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not math.isfinite(weight) or weight < 0:
        raise ValueError(f"the weight {weight!r} is not a number of at least 0")
    return float(weight)


def _rendered(tokenizer: PreTrainedTokenizerBase, messages: Any, add_generation_prompt: bool = False) -> list[int]:
    rendered: Any = tokenizer.apply_chat_template(
        messages, tokenize=True, return_dict=True, add_generation_prompt=add_generation_prompt
    )
    return list(rendered["input_ids"])


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
