"""Preference pairs as token ids: what the loss will see of each, before anything is loaded to train on them.

TRL tokenises the pairs itself, but drops and truncates silently. Its rule for where a response starts is kept (TRL
1.16, ``DPOTrainer._prepare_dataset``): where the rendered conversation departs from the rendered prompt, whichever of
the two departs earlier. ``preference_checks.check_prepared`` compares the two.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerBase

from crabtk.errors import TrainingError
from crabtk_trl.chat import takes_system, with_system_merged

Messages = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """One preference pair.

    Attributes:
        row: The messages, as the trainer is given them: ``prompt``, ``chosen``, ``rejected``.
        prompt: Tokens that both responses follow.
        chosen: Tokens of the preferred response, whole.
        rejected: Tokens of the other, whole.
        system_merged: Whether the system message went into the first user's, for want of a place in the template.
    """

    row: Mapping[str, Messages]
    prompt: Sequence[int]
    chosen: Sequence[int]
    rejected: Sequence[int]
    system_merged: bool = False

    def within(self, max_length: int) -> tuple[Sequence[int], Sequence[int]]:
        """Return what is left of the two responses where prompt and response have at most so many tokens."""
        room = max(0, max_length - len(self.prompt))
        return self.chosen[:room], self.rejected[:room]


def read_pairs(path: Path, tokenizer: PreTrainedTokenizerBase) -> list[Pair]:
    """Read JSON Lines of preferences and render each with the tokenizer's own chat template.

    Raises:
        TrainingError: There is no chat template, or a row is no pair of answers to one prompt; names file and row.
    """
    if not tokenizer.chat_template:
        raise TrainingError(
            "The tokenizer has no chat template. Start from the fine-tuned model or an instruct model, or set "
            'chat_template in the options to "chatml" or to a Jinja file.'
        )
    system = takes_system(tokenizer)
    with path.open(encoding="utf-8") as lines:
        return [_pair(line, number, path.name, tokenizer, system) for number, line in enumerate(lines, 1)]


def _pair(line: str, number: int, file: str, tokenizer: PreTrainedTokenizerBase, system: bool) -> Pair:
    try:
        given = json.loads(line)
        row = {key: messages_of(given[key]) for key in ("prompt", "chosen", "rejected")}
        merged = not system and row["prompt"][0]["role"] == "system"
        if merged:
            row["prompt"] = with_system_merged(row["prompt"])
        before = rendered(tokenizer, row["prompt"], add_generation_prompt=True)
        chosen, rejected = (rendered(tokenizer, row["prompt"] + row[key]) for key in ("chosen", "rejected"))
    except Exception as error:  # templates raise what they like
        raise TrainingError(
            f"Row {number} of {file} cannot be rendered with the model's chat template: {type(error).__name__}: "
            f'{error}. A row is {{"prompt": [messages], "chosen": [message], "rejected": [message]}}, with roles that '
            "the template knows."
        ) from error
    start = min(shared(before, chosen), shared(before, rejected))
    ids = [array("i", tokens) for tokens in (before[:start], chosen[start:], rejected[start:])]
    return Pair(row, ids[0], ids[1], ids[2], merged)


def messages_of(value: Any) -> Messages:
    """Return a row's messages with their roles and contents alone.

    Raises:
        TypeError, KeyError: They are none.
    """
    if not isinstance(value, list) or not value:
        raise TypeError("messages must be a list with at least one message")
    return [{"role": str(message["role"]), "content": str(message["content"])} for message in value]


def rendered(tokenizer: PreTrainedTokenizerBase, messages: Any, add_generation_prompt: bool = False) -> list[int]:
    """Return a conversation's tokens; the generation prompt is what a model is given before it answers."""
    tokens: Any = tokenizer.apply_chat_template(
        messages, tokenize=True, return_dict=True, add_generation_prompt=add_generation_prompt
    )
    return list(tokens["input_ids"])


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many tokens two sequences have in common at their start."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
