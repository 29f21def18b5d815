"""Keys and values: transformers' caches as plain tensors and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import Cache, DynamicCache
from transformers.cache_utils import DynamicLayer

LayerStates = list[tuple[Tensor, Tensor]]
"""Keys and values of each layer: [rows, heads, tokens, size]; empty where nothing was read."""

_ROOM = 128


def states_of(cache: Cache) -> LayerStates:
    """Return what a cache holds; views, not copies."""
    layers: Sequence[Any] = cache.layers
    return [(layer.keys, layer.values) for layer in layers]


def continued(states: LayerStates, rows: int) -> Cache:
    """Make a cache of several rows that goes on from one row's states; these stay as they are."""
    # DynamicLayer appends by copying, so the rows may share memory.
    return _cache(
        [_Continued(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1)) for keys, values in states]
    )


def growing(states: LayerStates) -> Cache:
    """Make a cache that is fast to append to, token by token."""
    return _cache([_Growing(keys, values) for keys, values in states])


def _cache(layers: list[Any]) -> Cache:
    return Cache(layers=layers) if layers else DynamicCache()


class _Continued(DynamicLayer):  # type: ignore[no-untyped-call]
    def __init__(self, keys: Tensor, values: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.lazy_initialization(keys, values)
        self.keys, self.values = keys, values


class _Growing(DynamicLayer):  # type: ignore[no-untyped-call]
    """Keeps room in its buffers, so that a step writes one token where DynamicLayer copies them all."""

    def __init__(self, keys: Tensor, values: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.lazy_initialization(keys, values)
        self._buffers = (_with_room(keys, 0), _with_room(values, 0))
        self._show(keys.shape[2])

    def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        """Append keys and values; return all."""
        start = self._tokens
        end = start + key_states.shape[2]
        if end > self._buffers[0].shape[2]:
            keys, values = self._buffers
            self._buffers = (_with_room(keys, key_states.shape[2]), _with_room(values, key_states.shape[2]))
        for buffer, states in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:, :, start:end] = states
        return self._show(end)

    def _show(self, tokens: int) -> tuple[Tensor, Tensor]:
        self._tokens = tokens
        shown = self._buffers[0][:, :, :tokens], self._buffers[1][:, :, :tokens]
        self.keys, self.values = shown
        return shown


def _with_room(states: Tensor, tokens: int) -> Tensor:
    # Zeros, not uninitialised memory: a masked NaN is still a NaN.
    return torch.nn.functional.pad(states, (0, 0, 0, tokens + _ROOM))
