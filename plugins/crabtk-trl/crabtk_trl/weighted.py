"""TRL's trainer with a weight per token, and an evaluation loss that does not depend on batches."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow.compute as pc  # type: ignore[import-untyped]
import torch
from datasets import Dataset
from peft import PeftModel
from torch.nn.utils.rnn import pad_sequence
from trl import SFTTrainer  # type: ignore[attr-defined]  # trl loads its names lazily

from crabtk_trl.rows import IGNORED

_WEIGHTS = "loss_weights"


class WeightedSFTTrainer(SFTTrainer):
    """Multiplies each token's loss by its weight and divides by the sum of weights over the optimiser step.

    Rows without a column ``weights`` train as TRL trains them, bit for bit. The evaluation loss is the same sum over
    all evaluation rows, however they are packed or batched: TRL's own is a mean over batches.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model: Any = self.model
        base = model.get_base_model() if isinstance(model, PeftModel) else model
        base.forward = _weighing(base.forward)
        inner: Any = self.data_collator
        self.data_collator = _Collator(inner)
        self._per_row = _weight_per_row(self.eval_dataset) if self.eval_dataset else 1.0

    def _set_signature_columns_if_needed(self) -> None:
        if self._signature_columns is None:
            super()._set_signature_columns_if_needed()  # type: ignore[no-untyped-call]
            self._signature_columns = [*(self._signature_columns or ()), "weights"]  # type: ignore[assignment]

    def _get_num_items_in_batch(self, batch_samples: list[Any], device: torch.device) -> Any:
        if not batch_samples or _WEIGHTS not in batch_samples[0]:
            return super()._get_num_items_in_batch(batch_samples, device)
        total = sum((batch[_WEIGHTS] * batch["labels"].ne(IGNORED))[..., 1:].sum() for batch in batch_samples)
        if self.args.world_size > 1:
            total = self.accelerator.gather(torch.as_tensor(total).to(device)).sum()
        return torch.as_tensor(total).to(device)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Compute TRL's loss; in evaluation as this batch's share, so that the mean over rows is that over tokens."""
        if num_items_in_batch is None and not model.training:
            # With a number of tokens, TRL multiplies by the number of processes that its gradients are averaged over.
            num_items_in_batch = self._per_row * inputs["input_ids"].shape[0] * self.accelerator.num_processes
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)  # type: ignore[no-untyped-call]


class _Collator:
    """TRL's collator, which knows no weights, with weights beside the labels."""

    def __init__(self, inner: Callable[[Sequence[Mapping[str, Any]]], dict[str, Any]]) -> None:
        self._inner = inner

    def __call__(self, features: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        batch = self._inner(features)
        if "weights" in features[0]:
            weights = [torch.tensor(feature["weights"], dtype=torch.float32) for feature in features]
            flat = batch["labels"].shape[0] != len(features)  # without padding, rows lie end to end
            batch[_WEIGHTS] = torch.cat(weights)[None] if flat else pad_sequence(weights, batch_first=True)
        return batch


def _weighing(forward: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(forward)
    def weighed(*args: Any, loss_weights: torch.Tensor | None = None, **kwargs: Any) -> Any:
        outputs = forward(*args, **kwargs)
        if loss_weights is not None:
            outputs.log_probs = outputs.log_probs * loss_weights[:, 1:]
        return outputs

    return weighed


def _weight_per_row(rows: Dataset) -> float:
    """Return the weight of the tokens in the loss, per row on average; 1 a token where rows have no weights."""
    table = rows.with_format("arrow")[:]
    learnt = pc.not_equal(pc.list_flatten(table.column("labels")), IGNORED)
    if "weights" not in table.column_names:
        return float(pc.sum(learnt).as_py()) / len(rows)
    weights = pc.list_flatten(table.column("weights"))
    return float(pc.sum(pc.filter(weights, learnt)).as_py()) / len(rows)
