"""Reading prompts: what several of them share at their beginning is read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crabtk_transformers.rows import Rows, spare_columns
from crabtk_transformers.states import LayerStates, continued, states_of

MIN_SHARED = 32
"""Tokens; reading a shorter beginning by itself costs as much as it saves."""

_TOKENS_AT_ONCE = 4096
_MOST_PADDING = 0.2
_NO_MATTER = 16


def read_prompts(model: PreTrainedModel, prompts: Sequence[Sequence[int]]) -> tuple[Rows, list[int]]:
    """Read prompts but for the last token of each, which the first step of ``Rows.read`` takes.

    Returns:
        One row per prompt, in their order, and how many tokens of each another prompt's reading served.
    """
    reading = _Reading(model, [list(prompt[:-1]) for prompt in prompts])
    reading.read(list(range(len(prompts))), 0, [])
    return Rows(model, reading.layers, reading.mask), reading.reused


class _Reading:
    """Descends the tree of the prompts' beginnings and gathers the states of each at the end of its row."""

    def __init__(self, model: PreTrainedModel, prompts: list[list[int]]) -> None:
        self._model = model
        self._prompts = prompts
        longest = max(len(prompt) for prompt in prompts)
        self._width = longest + spare_columns(model.device) if longest else 0
        self.layers: LayerStates = []
        self.mask = torch.zeros(len(prompts), self._width, dtype=torch.long, device=model.device)
        for row, prompt in enumerate(prompts):
            self.mask[row, self._width - len(prompt) :] = 1
        self.reused = [0] * len(prompts)

    def read(self, rows: list[int], done: int, states: LayerStates) -> None:
        """Read rows that agree in their first ``done`` tokens, of which ``states`` are known (of one row)."""
        shared = _shared_length([self._prompts[row] for row in rows])
        if len(rows) > 1 and shared - done >= MIN_SHARED:
            states = self._forward([self._prompts[rows[0]][done:shared]], states)
            for row in rows[1:]:
                self.reused[row] += shared - done
            done = shared
        branches, leaves = self._split(rows, done)
        for branch in branches:
            self.read(branch, done, states)
        for group in self._of_like_length(leaves):
            self._finish(group, done, states)

    def _split(self, rows: list[int], done: int) -> tuple[list[list[int]], list[int]]:
        """Part rows into those that share more with others, and the rest."""
        by_next: dict[tuple[int, ...], list[int]] = {}
        for row in rows:
            by_next.setdefault(tuple(self._prompts[row][done : done + MIN_SHARED]), []).append(row)
        branches = [same for key, same in by_next.items() if len(same) > 1 and len(key) == MIN_SHARED]
        branching = {row for branch in branches for row in branch}
        return branches, [row for row in rows if row not in branching]

    def _of_like_length(self, rows: list[int]) -> Iterator[list[int]]:
        group: list[int] = []
        for row in sorted(rows, key=lambda row: -len(self._prompts[row])):
            longest = len(self._prompts[group[0]]) if group else 0
            padding = longest - len(self._prompts[row])
            full = (len(group) + 1) * longest > _TOKENS_AT_ONCE
            if group and (full or padding > max(_NO_MATTER, _MOST_PADDING * longest)):
                yield group
                group = []
            group.append(row)
        if group:
            yield group

    def _finish(self, rows: list[int], done: int, states: LayerStates) -> None:
        rests = [self._prompts[row][done:] for row in rows]
        if any(rests):
            states = self._forward(rests, states)
        for keep, states_of_layer in zip(self._kept(states), states, strict=True):
            for kept, new in zip(keep, states_of_layer, strict=True):
                for position, row in enumerate(rows):
                    length = len(self._prompts[row])
                    source = new[min(position, new.shape[0] - 1)]
                    kept[row, :, self._width - length :] = source[:, :length]

    def _kept(self, states: LayerStates) -> LayerStates:
        if not self.layers:
            self.layers = [(self._empty(keys), self._empty(values)) for keys, values in states]
        return self.layers

    def _empty(self, states: Tensor) -> Tensor:
        # Zeros, not uninitialised memory: a masked NaN is still a NaN.
        return states.new_zeros(len(self._prompts), states.shape[1], self._width, states.shape[3])

    def _forward(self, rests: list[list[int]], states: LayerStates) -> LayerStates:
        """Read token lists after a common beginning; padding at the right never reaches what stands before it."""
        longest = max(len(rest) for rest in rests)
        tokens = [rest + [0] * (longest - len(rest)) for rest in rests]
        cache = continued(states, len(rests))
        self._model(
            input_ids=torch.tensor(tokens, device=self._model.device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return states_of(cache)


def _shared_length(prompts: list[list[int]]) -> int:
    # Of sorted lists the first and the last differ the earliest.
    first, last = min(prompts), max(prompts)
    for position, (one, other) in enumerate(zip(first, last, strict=False)):
        if one != other:
            return position
    return min(len(first), len(last))
