"""Examples as token ids with the mask of what the loss covers.

TRL can do this itself, but then truncates silently, and with packing even trains on prompts whose completion was cut
off whole. Its rule for the mask is kept (TRL 1.16, ``SFTTrainer._prepare_dataset``): the completion starts where the
rendered conversation departs from the rendered prompt. A test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from crabtk.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Tokenised:
    """One example.

    Attributes:
        ids: At most ``max_length`` tokens, prompt first.
        start: Index of the completion's first token; ``len(ids)`` or more where none is left.
        truncated: Whether tokens were cut off.
    """

    ids: Sequence[int]
    start: int
    truncated: bool

    @property
    def completion(self) -> Sequence[int]:
        """The tokens that the loss covers."""
        return self.ids[self.start :]


def tokenise(path: Path, tokenizer: PreTrainedTokenizerBase, max_length: int) -> list[Tokenised]:
    """Render and tokenise each row with the tokenizer's own chat template.

    Raises:
        TrainingError: There is no chat template, no row, or a row is not a prompt with its completion.
    """
    if not tokenizer.chat_template:
        raise TrainingError(
            "The tokenizer has no chat template. Train from an instruct model, or put a chat_template.jinja "
            "into the model's folder."
        )
    with path.open(encoding="utf-8") as rows:
        return [_tokenised(json.loads(row), number, tokenizer, max_length) for number, row in enumerate(rows, 1)]


def _tokenised(row: Any, number: int, tokenizer: PreTrainedTokenizerBase, max_length: int) -> Tokenised:
    try:
        prompt, completion = row["prompt"], row["completion"]
        # The generation prompt belongs to the prompt: the model is given it, it does not write it.
        before = _rendered(tokenizer, prompt, add_generation_prompt=True)
        whole = _rendered(tokenizer, prompt + completion)
    except Exception as error:  # templates raise what they like
        raise TrainingError(
            f"Row {number} of the examples cannot be rendered with the model's chat template: "
            f'{type(error).__name__}: {error}. A row is {{"prompt": [messages], "completion": [message]}}, with '
            "roles that the template knows."
        ) from error
    return Tokenised(whole[:max_length], _shared(before, whole), len(whole) > max_length)


def _rendered(tokenizer: PreTrainedTokenizerBase, messages: Any, add_generation_prompt: bool = False) -> list[int]:
    rendered: Any = tokenizer.apply_chat_template(
        messages, tokenize=True, return_dict=True, add_generation_prompt=add_generation_prompt
    )
    return list(rendered["input_ids"])


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def dataset(examples: Sequence[Tokenised]) -> Dataset:
    """Return TRL's input: token ids and completion mask of the examples that have a completion left."""
    rows: list[Mapping[str, list[int]]] = [
        {
            "input_ids": list(example.ids),
            "completion_mask": [int(i >= example.start) for i in range(len(example.ids))],
        }
        for example in examples
        if example.completion
    ]
    return Dataset.from_list(rows)
