"""Training on preference pairs: the options that settings name, and nothing heavy."""

# Annotations must be objects here: settings are checked against those of the constructor.
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from crabtk import TrainingJob, TrainingOutcome, TrainingProgress
from crabtk.errors import TrainingError
from crabtk_trl.options import TrainerOptions

PairLoss = Literal[
    "sigmoid", "sigmoid_norm", "hinge", "ipo", "exo_pair", "nca_pair", "robust", "bco_pair", "sppo_hard", "aot",
    "aot_unpaired", "apo_zero", "apo_down", "discopop",
]  # fmt: skip
_SMOOTHED = ("robust", "exo_pair", "aot", "aot_unpaired")


@dataclass(frozen=True, kw_only=True)
class TrlDpoTrainer(TrainerOptions):
    """Trains on preference pairs with TRL's ``DPOTrainer``, from the fine-tuned model and measured against it.

    The reference is the model that training starts from, loaded from the same folder; with adapters it is that model
    with the adapters off. Training runs in a process of its own. On one machine, with one number of threads, the same
    job gives the same bytes, interrupted or not.

    Attributes:
        learning_rate: Peak. 5e-7 is for all weights; LoRA usually wants ten times as much.
        batch_size: Pairs in one forward pass of one process; each is two sequences.
        warmup_ratio: Share of the steps over which the learning rate rises.
        beta: How strongly the policy is held to the reference; higher stays closer. For ``ipo`` it is tau.
        loss_type: Of TRL, those for pairs. ``sigmoid`` is DPO; ``sigmoid_norm`` divides by length.
        label_smoothing: Share of pairs that are taken to be the wrong way round, in [0, 0.5); for ``robust``,
            ``exo_pair`` (which needs some), ``aot`` and ``aot_unpaired``.
        max_length: Tokens of a prompt with one response; longer responses lose their end, and are counted.
        max_prompt_length: Pairs with more prompt tokens are dropped and counted; None drops only prompts that leave
            no room for a response.
        precompute_ref: Ask the reference once, before the first step, and free its memory. None does so on an
            accelerator where one process trains all weights; adapters need no memory for a reference. Precomputed and
            computed values differ by rounding. With ``distributed`` it cannot be true: each process keeps a reference,
            sharded like the model.
        other_reference: Allow a reference with other weights than the model that training starts from.
    """

    name: ClassVar[str] = "trl-dpo"
    trains_on: ClassVar[str] = "preferences"
    method: ClassVar[str] = "dpo"
    section: ClassVar[str] = "dpo"

    learning_rate: float = 5e-7
    warmup_ratio: float = 0.1
    beta: float = 0.1
    loss_type: PairLoss = "sigmoid"
    label_smoothing: float = 0.0
    max_length: int = 2048
    max_prompt_length: int | None = None
    precompute_ref: bool | None = None
    other_reference: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require(self.beta > 0, "beta", "above 0")
        self._require(self.max_length >= 2, "max_length", "at least 2")
        self._require(self.max_prompt_length is None or self.max_prompt_length >= 1, "max_prompt_length", "at least 1")
        self._require(0 <= self.label_smoothing < 0.5, "label_smoothing", "in [0, 0.5)")
        smooths = self.loss_type in _SMOOTHED
        self._require(
            smooths or not self.label_smoothing, "label_smoothing", f"0 with this loss_type; {_SMOOTHED} smooth"
        )
        self._require(
            self.loss_type != "exo_pair" or self.label_smoothing > 0, "label_smoothing", 'above 0 with "exo_pair"'
        )
        self._require(
            self.distributed == "none" or not self.precompute_ref,
            "precompute_ref",
            f'false with distributed = "{self.distributed}": one process alone can ask the reference beforehand',
        )

    def train(self, job: TrainingJob, report: Callable[[TrainingProgress], None]) -> TrainingOutcome:
        """Train in child processes; blocks until they end.

        Args:
            job: ``reference`` is best None or ``model``. ``tokens`` is refused: pairs have no budget of tokens.
            report: Called on this thread at each logged step.
        Returns:
            History with ``loss``, ``rewards/accuracies``, ``rewards/margins``, ``rewards/chosen``,
            ``rewards/rejected``, ``logps/chosen`` and ``logps/rejected`` of each logged step (those of dev pairs begin
            with ``eval_``); figures as ``PairFigures`` names them, ``eval_pairs`` and ``steps``, and with dev pairs
            ``best_step`` and ``best_eval_loss``.
        Raises:
            TrainingError: The pairs or the model cannot be used, the reference is another model, or a child failed.
        """
        if job.tokens is not None:
            raise TrainingError("trl-dpo takes no number of tokens: set epochs or max_steps in dpo.options.")
        return super().train(job, report)
