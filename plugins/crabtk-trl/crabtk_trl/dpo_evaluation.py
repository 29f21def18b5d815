"""TRL's trainer on pairs, with figures of an evaluation that do not depend on batches or processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trl import DPOTrainer  # type: ignore[attr-defined]  # trl loads its names lazily

_PER_PAIR = (
    "rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected",
)  # fmt: skip


class EvaluatingDPOTrainer(DPOTrainer):
    """Averages rewards and log-probabilities of an evaluation over its pairs.

    TRL's own are means of the means of batches, in which the last one counts like the others however few pairs it
    has, and with several processes also pairs that accelerate repeats to fill it up. Training is TRL's.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pairs: list[int] = []
        self._without_repeated = False
        self._gather_all = self.accelerator.gather
        self.accelerator.gather = self._gather

    def compute_loss(
        self, model: Any, inputs: Mapping[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Compute TRL's loss, and count the pairs of an evaluation's batch."""
        if not model.training:
            self._pairs.append(0)
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)  # type: ignore[no-untyped-call]

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log as TRL does, an evaluation's figures over pairs."""
        if self._pairs and not self._training:
            means: dict[str, list[float]] = self._metrics["eval"]
            for name in set(means).intersection(_PER_PAIR):
                total = sum(mean * pairs for mean, pairs in zip(means[name], self._pairs, strict=True))
                means[name] = [total / sum(self._pairs)]
            self._pairs.clear()
        super().log(logs, start_time)

    @property
    def _training(self) -> bool:
        return self.model is not None and self.model.training

    def _gather(self, values: Any) -> Any:
        # Sums are gathered, too; what TRL gathers last is one number for each pair.
        if self._training or self._without_repeated or not self._pairs or not getattr(values, "ndim", 0):
            return self._gather_all(values)
        self._without_repeated = True
        try:
            kept = self.accelerator.gather_for_metrics(values)
        finally:
            self._without_repeated = False
        self._pairs[-1] = len(kept)
        return kept
