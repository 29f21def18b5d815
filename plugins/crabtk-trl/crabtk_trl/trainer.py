"""The trainer that settings name ``trl``: options of supervised fine-tuning and nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crabtk_trl.options import TrainerOptions


@dataclass(frozen=True, kw_only=True)
class TrlTrainer(TrainerOptions):
    """Fine-tunes on prompt–completion examples with TRL's ``SFTTrainer``; the loss covers completions only.

    The loss of an optimiser step is the sum of its tokens' losses, each times the weight of its example, divided by
    the sum of those weights; with equal weights it is the mean over tokens. On one machine, in one process, with one
    number of threads, the same job gives the same bytes, interrupted or not.

    Figures: ``examples``, ``examples_truncated``, ``examples_dropped`` (no completion within ``max_length``),
    ``examples_weightless``, ``system_merged`` (see ``tokenise``), ``tokens_total``, ``tokens_in_loss`` and
    ``end_of_turn_in_loss`` of one pass; ``passes`` and ``tokens_trained`` of the whole; ``sequences`` (rows after
    packing), ``steps``, and ``evaluation_examples``; with evaluation ``best_step`` and ``best_eval_loss``.

    Attributes:
        max_length: Tokens of a row; longer examples lose their end; one with no completion left is dropped.
        packing: Put several examples into one row (best fit); attention does not cross from one to another. Without
            flash attention keep ``batch_size`` 1 and raise ``accumulation``: the rows of a batch are laid end to end,
            and attention costs the square of that.
        neftune_alpha: Noise on embeddings (NEFTune); 0 is none.
    """

    name: ClassVar[str] = "trl"
    trains_on: ClassVar[str] = "examples"
    method: ClassVar[str] = "sft"

    max_length: int = 2048
    packing: bool = True
    neftune_alpha: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require(self.max_length >= 1, "max_length", "at least 1")
        self._require(self.neftune_alpha >= 0, "neftune_alpha", "at least 0")
