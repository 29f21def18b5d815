"""Rows that name a chosen and a rejected response: the binarised UltraFeedback, TRL's and Argilla's files."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from crabtk.readers import conversation
from crabtk.readers.base import RowReader, kind
from crabtk.readers.messages import chat
from crabtk.readers.preferences.ranked import PreferenceFormat, Ranking
from crabtk.readers.preferences.scores import number
from crabtk.types import Message

_BINARIZED = ("score_chosen", "score_rejected")
_SCORES = (
    _BINARIZED,
    ("chosen_score", "rejected_score"),
    ("chosen-rating", "rejected-rating"),
    ("chosen_rating", "rejected_rating"),
    ("chosen_avg_rating", "rejected_avg_rating"),
)
_PROMPTS = ("prompt", "instruction", "question")
_SIDES = (("chosen", "rejected"), ("chosen_response", "rejected_response"))


def _recognises(value: Any) -> bool:
    return any(RowReader.has(value, *names) for names in _SIDES)


def _recognises_binarized(value: Any) -> bool:
    return _recognises(value) and RowReader.has(value, *_BINARIZED)


def _read(value: Mapping[str, Any], _: random.Random) -> Ranking:
    """Take the two responses as the row ranks them.

    Each is a text; or a list of messages, which holds the answer alone or the whole conversation up to it. The prompt
    is a text or a list of messages, and may be missing beside whole conversations.
    """
    names = next(names for names in _SIDES if all(name in value for name in names))
    asked = next((value[name] for name in _PROMPTS if value.get(name) is not None), None)
    prompt = _prompt(asked, value.get("system"))
    chosen, rejected = (_side(name, value[name], prompt) for name in names)
    if chosen[0] != rejected[0]:
        raise ValueError("the two conversations differ before their last answer")
    return Ranking(chosen[0], chosen[1], rejected[1], _margin(value))


def _prompt(asked: Any, system: Any) -> list[Message]:
    if asked is None:
        return []
    if isinstance(asked, str):
        asked = [{"role": "user", "content": asked}]
    return _messages("prompt", asked, system)


def _side(name: str, side: Any, prompt: Sequence[Message]) -> tuple[list[Message], str]:
    """Return what one response answers, and its text."""
    if isinstance(side, str):
        if not prompt:
            raise ValueError(f"{name} is a text, and there is no prompt beside it")
        return list(prompt), side
    *before, answer = _messages(name, side)
    if answer.role != "assistant":
        raise ValueError(f"the last message of {name} is not an assistant's")
    if not before and not prompt:
        raise ValueError(f"{name} holds an answer alone, and there is no prompt beside it")
    if not before:
        return list(prompt), answer.content
    # A whole conversation says what was asked; a prompt beside it may repeat its last turn only.
    if prompt and before[-1] != prompt[-1]:
        raise ValueError(f"{name} is a conversation in which the last turn before the answer is not the prompt's")
    system = [message for message in prompt[:1] if message.role == "system" and before[0].role != "system"]
    return [*system, *before], answer.content


def _messages(name: str, value: Any, system: Any = None) -> list[Message]:
    if not isinstance(value, list) or not value or not conversation.is_conversation(value, "role", "content"):
        found = "an empty list" if value == [] else kind(value)
        raise ValueError(f"{name} is {found}, neither a text nor a list of messages with role and content")
    messages = chat(value, system)
    # Empty system messages, which many exports carry, count as none.
    return [m for m in messages if m.role != "system" or not isinstance(m.content, str) or m.content.strip()]


def _margin(value: Mapping[str, Any]) -> float | None:
    """Return by how much the chosen response scores higher; None where a score is missing or no number."""
    for chosen, rejected in _SCORES:
        better, worse = number(value.get(chosen)), number(value.get(rejected))
        if better is not None and worse is not None:
            return better - worse
    return None


ULTRAFEEDBACK_BINARIZED = PreferenceFormat("ultrafeedback-binarized", _recognises_binarized, _read)
"""``{"prompt", "chosen": [message…], "rejected": [message…], "score_chosen", "score_rejected"}``."""

CHOSEN_REJECTED = PreferenceFormat("chosen-rejected", _recognises, _read)
"""``{"prompt", "chosen", "rejected"}``, each a text or a list of messages; with scores or without."""
