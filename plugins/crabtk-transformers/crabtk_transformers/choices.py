"""Scoring choices: the log-probability of each as the assistant's reply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from crabtk_transformers.rows import Rows

_ROWS_AT_ONCE = 64


def score(
    rows: Rows, last_tokens: Sequence[int], choices: Sequence[Sequence[Sequence[int]]], known_tokens: int
) -> list[list[float]]:
    """Return the natural-log probability of each choice of each row, given the prompt.

    Args:
        rows: The prompts but for their last tokens.
        last_tokens: Those.
        choices: Tokens by row and choice.
        known_tokens: Tokens that the tokenizer knows; the rest have no probability.
    """
    last = torch.tensor(last_tokens, device=rows.device).unsqueeze(1)
    first = _logprobs(rows.read_exactly(last), known_tokens)[:, -1]
    scores = [[float(first[row, choice[0]]) if choice else 0.0 for choice in own] for row, own in enumerate(choices)]
    longer = [(row, number) for row, own in enumerate(choices) for number, tokens in enumerate(own) if len(tokens) > 1]
    for some in _pieces(longer):
        tokens = [choices[row][number] for row, number in some]
        rests = _rest_scores(rows.select([row for row, _ in some]), tokens, known_tokens)
        for (row, number), rest in zip(some, rests, strict=True):
            scores[row][number] += rest
    return scores


def _rest_scores(rows: Rows, choices: Sequence[Sequence[int]], known_tokens: int) -> list[float]:
    """Sum the log-probabilities of all tokens but the first of one choice per row."""
    longest = max(len(choice) for choice in choices)
    padded = torch.tensor([[*choice, *[0] * (longest - len(choice))] for choice in choices], device=rows.device)
    logprobs = _logprobs(rows.read_exactly(padded[:, :-1]), known_tokens)
    taken = logprobs.gather(2, padded[:, 1:].unsqueeze(2)).squeeze(2)
    return [float(taken[row, : len(choice) - 1].sum()) for row, choice in enumerate(choices)]


def _logprobs(logits: Tensor, known_tokens: int) -> Tensor:
    return torch.log_softmax(logits[..., :known_tokens], dim=-1)


def _pieces(pairs: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    for start in range(0, len(pairs), _ROWS_AT_ONCE):
        yield pairs[start : start + _ROWS_AT_ONCE]
