"""Choosing the next token of each row by its own sampling parameters."""

from __future__ import annotations

import random

import torch
from torch import Tensor

from crabtk.types import Sampling

_CANDIDATES = 256
"""Sorting a whole vocabulary for each token takes as long as a small model's step; these mostly hold the nucleus."""


class Sampler:
    """Draws one row's tokens; its own generator makes them independent of the other rows."""

    def __init__(self, sampling: Sampling) -> None:
        self.greedy = sampling.temperature == 0
        self._temperature = sampling.temperature
        self._top_p = sampling.top_p
        self._random = random.Random(sampling.seed)  # noqa: S311 (repeatable, not secret)

    def draw(self, logits: Tensor) -> int:
        """Draw a token given the logits [vocabulary] before temperature."""
        probabilities = torch.softmax(logits / self._temperature, dim=-1)
        if self._top_p >= 1:
            return self._pick(probabilities.cumsum(dim=-1))
        best, tokens = probabilities.topk(min(_CANDIDATES, len(probabilities)))
        if best.sum() < self._top_p:
            best, tokens = probabilities.sort(descending=True, stable=True)
        sums = best.cumsum(dim=-1)
        nucleus = int((sums < self._top_p).sum()) + 1
        return int(tokens[self._pick(sums[:nucleus])])

    def _pick(self, sums: Tensor) -> int:
        drawn = torch.tensor([self._random.random()], device=sums.device, dtype=sums.dtype) * sums[-1]
        # Strictly above: a token of probability zero is never drawn.
        return min(int(torch.searchsorted(sums, drawn, right=True)), len(sums) - 1)


def choose(logits: Tensor, samplers: list[Sampler]) -> list[int]:
    """Return the next token of each row, given logits [rows, vocabulary]."""
    tokens: list[int] = logits.argmax(dim=-1).tolist()
    for row, sampler in enumerate(samplers):
        if not sampler.greedy:
            tokens[row] = sampler.draw(logits[row])
    return tokens
