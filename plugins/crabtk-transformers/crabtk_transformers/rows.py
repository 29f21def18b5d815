"""The state of a batch: what the model has read of each row, with room for what follows."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import Cache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

LayerStates = list[tuple[Tensor, Tensor]]
"""Keys and values of each layer: [rows, heads, tokens, size]."""

_ROOM = 128


class GrowingLayer(DynamicLayer):
    """Keys and values in buffers with room, so that a step writes one token where DynamicLayer copies them all."""

    def __init__(self, keys: Tensor, values: Tensor) -> None:
        super().__init__()
        self.lazy_initialization(keys, values)
        self._fit(keys, values)

    def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        """Append keys and values; return all."""
        start, end = self.keys.shape[2], self.keys.shape[2] + key_states.shape[2]
        if end > self._buffers[0].shape[2]:
            self._fit(self.keys, self.values, end)
        for buffer, states in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:, :, start:end] = states
        self._show(end)
        return self.keys, self.values

    def _fit(self, keys: Tensor, values: Tensor, tokens: int = 0) -> None:
        room = max(tokens - keys.shape[2], 0) + _ROOM
        self._buffers = tuple(torch.nn.functional.pad(states, (0, 0, 0, room)) for states in (keys, values))
        self._show(keys.shape[2])

    def _show(self, tokens: int) -> None:
        self.keys, self.values = (buffer[:, :, :tokens] for buffer in self._buffers)


class Rows:
    """A batch of token sequences of unequal length, aligned at their ends.

    Args:
        model: Reads them.
        layers: States of what was read, padded at the left.
        mask: [rows, tokens] 1 where a token was read, 0 where padding stands.
    """

    def __init__(self, model: PreTrainedModel, layers: LayerStates, mask: Tensor) -> None:
        self._model = model
        self._cache = Cache(layers=[GrowingLayer(keys, values) for keys, values in layers])
        self._mask = mask

    def read(self, tokens: Tensor) -> Tensor:
        """Read further tokens [rows, n]; return the logits after each [rows, n, vocabulary] in float32."""
        lengths = self._mask.sum(dim=1, keepdim=True)
        self._mask = torch.cat([self._mask, torch.ones_like(tokens)], dim=1)
        output = self._model(
            input_ids=tokens,
            attention_mask=self._mask,
            position_ids=lengths + torch.arange(tokens.shape[1], device=tokens.device),
            past_key_values=self._cache,
            use_cache=True,
        )
        logits: Tensor = output.logits.float()
        return logits

    def select(self, rows: list[int]) -> Rows:
        """Return a copy of some rows, in the order given; a row may be given twice."""
        index = torch.tensor(rows, device=self._mask.device)
        mask = self._mask[index]
        # Padding that all of them have is dropped.
        first = int(mask.argmax(dim=1).min())
        spare = min(first, spare_columns(mask.device))
        layers = [(layer.keys[index, :, first - spare :], layer.values[index, :, first - spare :]) for layer in self._cache.layers]
        return Rows(self._model, layers, mask[:, first - spare :])


def spare_columns(device: torch.device) -> int:
    """Return how many columns of padding to keep on a device even where the rows are equally long.

    With nothing masked, transformers gives torch no mask, and on a CPU torch's grouped attention without a mask takes
    twice the time of that with one.
    """
    return 1 if device.type == "cpu" else 0
