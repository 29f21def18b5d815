"""A batch of token sequences that the model has read, and reads on."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crabtk_transformers.states import LayerStates, growing, states_of


class Rows:
    """Token sequences of unequal length, aligned at their ends.

    Args:
        model: Reads them.
        states: Of what was read, padded at the left.
        mask: [rows, tokens] 1 where a token was read, 0 where padding stands.
    """

    def __init__(self, model: PreTrainedModel, states: LayerStates, mask: Tensor) -> None:
        self._model: Any = model
        self._cache = growing(states)
        self._mask = mask

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self._mask.device

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

    def read_exactly(self, tokens: Tensor) -> Tensor:
        """Read as ``read`` does, with the logits computed in float32 where the model's precision is lower.

        A logit of 16 in bfloat16 is good to 0.06 only: too coarse for probabilities that are compared.
        """
        head = self._model.get_output_embeddings()
        hook = head.register_forward_hook(_in_float32)
        try:
            return self.read(tokens)
        finally:
            hook.remove()

    def select(self, rows: list[int]) -> Rows:
        """Return a copy of some rows, in the order given; a row may be given twice."""
        index = torch.tensor(rows, device=self.device)
        mask = self._mask[index]
        # Padding that all of them have is dropped.
        start = max(int(mask.argmax(dim=1).min()) - spare_columns(self.device), 0)
        states = [(keys[index, :, start:], values[index, :, start:]) for keys, values in states_of(self._cache)]
        return Rows(self._model, states, mask[:, start:])


def spare_columns(device: torch.device) -> int:
    """Return how many columns of padding to keep on a device even where the rows are equally long.

    With nothing masked, transformers gives torch no mask, and on a CPU torch's grouped attention without a mask takes
    twice the time of that with one.
    """
    return 1 if device.type == "cpu" else 0


def _in_float32(head: Any, inputs: tuple[Tensor, ...], logits: Tensor) -> Tensor:
    if logits.dtype == torch.float32 or not isinstance(head, torch.nn.Linear):
        return logits
    bias = None if head.bias is None else head.bias.float()
    return torch.nn.functional.linear(inputs[0].float(), head.weight.float(), bias)
