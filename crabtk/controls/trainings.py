"""Which trainings the controls are: arms and repeats, and what each of them reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from crabtk.errors import TrainingError
from crabtk.randomness import generator
from crabtk.settings import Arm, Controls
from crabtk.training.rows import in_training_order

_BITS = 31


@dataclass(frozen=True)
class ControlTraining:
    """One training of one arm.

    Attributes:
        name: Of the model: the arm's, with ``#`` and the repeat where there are several.
        repeat: Counted from 1.
        seed: Of its order of examples and of the trainer.
    """

    name: str
    arm: Arm
    repeat: int
    seed: int

    @property
    def is_the_runs_own(self) -> bool:
        """Whether it would be the fine-tuned model once more: the same examples, tokens and seed."""
        return self.arm == "ours" and self.repeat == 1


def control_trainings(settings: Controls, seed: int) -> list[ControlTraining]:
    """Return all trainings, each arm's repeats together; an arm named twice is trained once.

    Args:
        settings: Arms and repeats.
        seed: Of the run, and so of each arm's first repeat; the others derive their own from it.
    """
    several = settings.repeats > 1
    return [
        ControlTraining(f"{arm}#{repeat}" if several else arm, arm, repeat, _seed(seed, repeat))
        for arm in dict.fromkeys(settings.arms)
        for repeat in range(1, settings.repeats + 1)
    ]


def _seed(seed: int, repeat: int) -> int:
    return seed if repeat == 1 else generator(seed, "controls", f"repeat {repeat}").getrandbits(_BITS)


def trained_examples(crab: pl.DataFrame, kinds: Mapping[str, int], seed: int) -> pl.DataFrame:
    """Leave out the training examples that the run's own training left out by its limit or their weight.

    Args:
        crab: Schema ``Crab``.
        kinds: Examples of each kind that were trained on, as ``write_examples`` returned them.
        seed: Of the run.
    """
    train = crab.filter(pl.col("split") == "train").select("example_id", "kind")
    ordered = in_training_order(train.iter_rows(), seed)
    kept = [
        example_id
        for kind, count in kinds.items()
        for example_id, _ in [row for row in ordered if row[1] == kind][:count]
    ]
    return crab.filter((pl.col("split") != "train") | pl.col("example_id").is_in(kept))


def tokens_of(figures: Mapping[str, float]) -> int:
    """Return how many tokens a training was, by its figures.

    Raises:
        TrainingError: The trainer does not tell.
    """
    if "tokens_trained" in figures:
        return round(figures["tokens_trained"])
    if "tokens_total" in figures:
        return round(figures["tokens_total"] * figures.get("passes", 1.0))
    raise TrainingError(
        "Controls are trained on as many tokens as the fine-tuned model, and its trainer's figures tell neither "
        '"tokens_trained" nor "tokens_total". Use a trainer that does, or set controls.arms = [].'
    )
