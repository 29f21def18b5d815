"""Choices as tokens: which next-token probabilities tell how likely each choice is as the assistant's reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Prefix = tuple[int, ...]
"""Tokens of a reply that stand already."""


class ChoiceTokens:
    """Choices as tokens of one model, each distinct set encoded once.

    Args:
        tokenizer: Of the model, as Hugging Face's libraries make them.
        end_of_turn: The token that ends the assistant's turn.
    """

    def __init__(self, tokenizer: Any, end_of_turn: int) -> None:
        self._tokenizer = tokenizer
        self._end_of_turn = end_of_turn
        self._known: dict[tuple[str, ...], list[list[int]]] = {}

    def __call__(self, choices: tuple[str, ...]) -> list[list[int]]:
        """Return the tokens of each choice, with the end of the turn where one begins with another."""
        if choices not in self._known:
            tokens = [self._tokenizer.encode(choice, add_special_tokens=False) for choice in choices]
            self._known[choices] = with_end_of_turn(tokens, self._end_of_turn)
        return self._known[choices]


def with_end_of_turn(choices: Sequence[Sequence[int]], end_of_turn: int) -> list[list[int]]:
    """Append the end of the turn to all choices if one begins with another.

    Otherwise the shorter one's probability would hold the longer one's.
    """
    nested = any(one is not other and list(other[: len(one)]) == list(one) for one in choices for other in choices)
    return [[*choice, end_of_turn] if nested else list(choice) for choice in choices]


def next_tokens(choices: Sequence[Sequence[int]]) -> dict[Prefix, list[int]]:
    """Return, for each beginning of a choice, the tokens by which the choices go on after it.

    An engine that reports the log-probabilities of these tokens after the prompt and each beginning has told all:
    for "Yes" and "No", where each is one token, that is one question for two tokens.
    """
    found: dict[Prefix, dict[int, None]] = {}
    for choice in choices:
        for place, token in enumerate(choice):
            found.setdefault(tuple(choice[:place]), {})[token] = None
    return {prefix: list(tokens) for prefix, tokens in found.items()}


def choice_logprobs(choices: Sequence[Sequence[int]], logprobs: Mapping[Prefix, Mapping[int, float]]) -> list[float]:
    """Return the natural-log probability of each choice.

    Args:
        choices: Tokens of each.
        logprobs: For each beginning of ``next_tokens``, those of the tokens that may follow.

    Raises:
        KeyError: One is missing.
    """
    return [sum(logprobs[tuple(choice[:place])][token] for place, token in enumerate(choice)) for choice in choices]
