"""The order of prompts, which a resumed run must find again; runs in the child processes only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import GRPOTrainer  # type: ignore[attr-defined]  # trl loads its names lazily
from trl.trainer.utils import RepeatSampler

from crabtk.randomness import generator


class EpochOrder(RepeatSampler):
    """Repeats prompts as TRL's sampler does, in an order that follows from seed and epoch alone.

    TRL's own draws each epoch's order from a generator that no checkpoint holds: a run that is resumed after its first
    epoch would see that epoch's order again.
    """

    epoch = 0

    def __iter__(self) -> Iterator[int]:
        """Draw the order of the epoch."""
        self.generator.manual_seed(generator(self.seed or 0, "grpo", str(self.epoch)).getrandbits(63))
        order: Iterator[int] = super().__iter__()  # type: ignore[no-untyped-call]
        return order


class ResumableGRPOTrainer(GRPOTrainer):
    """TRL's trainer, with an order of prompts that can be resumed."""

    def _get_train_sampler(self, dataset: Any = None) -> EpochOrder:
        given = super()._get_train_sampler(dataset)
        names = ("data_source", "mini_repeat_count", "batch_size", "repeat_count", "shuffle", "seed")
        sampler = EpochOrder(**{name: getattr(given, name) for name in names})
        self.add_callback(_TellEpoch(sampler))
        return sampler


class _TellEpoch(TrainerCallback):
    """Tells the sampler its epoch; what transformers tells samplers gets lost where several processes resume."""

    def __init__(self, sampler: EpochOrder) -> None:
        self._sampler = sampler

    def on_epoch_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self._sampler.epoch = int(state.epoch or 0)
