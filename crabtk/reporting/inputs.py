"""What the report and the dataset card are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import polars as pl

from crabtk.scoring.models import ordered
from crabtk.settings import Settings


@dataclass(frozen=True)
class ReportInputs:
    """All that a run left behind; whatever a switched-off stage did not make is None or empty.

    Attributes:
        seeds: Schema ``Seeds``.
        measured_constraints: Schema ``Constraints``, before judging and thinning.
        translated_constraints: Schema ``Constraints``, before judging and thinning.
        judge_audit: Schema ``Audit``.
        constraints: Schema ``Constraints``: what came out of judging and thinning.
        crab: Schema ``Crab``.
        responses: Schema ``Responses``, of any number of models.
        grades: Schema ``Grades``.
        scores: Schema ``Scores``; ``group`` is ``all``, ``family:…`` or ``type:…``, a space may stand for the colon.
        ledger: Schema ``Ledger``, of all stages.
        trainings: By name of the model: ``history`` (one mapping per logged step: ``step``, ``loss``, …) and
            ``figures`` (counts over the training data by name).
        history: The history of ``sft``, where ``trainings`` does not hold it.
        training_figures: Its figures.
        audit_figures: ``auc``, ``auc_low``, ``auc_high``, ``threshold``, ``recall``, ``false_holds``, ``cases_true``,
            ``cases_false``, ``unreadable``, ``accepted``, ``reason``, ``model``; empty where no judge was audited.
        stages: One mapping per stage: ``name``, ``state``, ``rows_in``, ``rows_out``, ``rejected``, ``seconds``,
            ``model_calls``, ``cached_calls``, ``prompt_tokens``, ``cached_tokens`` (those that the engine's
            prefix cache served), ``generated_tokens``; None is unknown.
        settings: Of the run.
        versions: Version by name of package or plugin.
        title: Of the page.
        rechecked: ``checked`` and ``held``: how many pairs of finished example and constraint code checked once more,
            and how many held. None: constraints are counted by the verdict that code gave when they were made.
    """

    seeds: pl.DataFrame | None = None
    measured_constraints: pl.DataFrame | None = None
    translated_constraints: pl.DataFrame | None = None
    judge_audit: pl.DataFrame | None = None
    constraints: pl.DataFrame | None = None
    crab: pl.DataFrame | None = None
    responses: pl.DataFrame | None = None
    grades: pl.DataFrame | None = None
    scores: pl.DataFrame | None = None
    ledger: pl.DataFrame | None = None
    trainings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = ()
    training_figures: Mapping[str, Any] = field(default_factory=dict)
    audit_figures: Mapping[str, Any] = field(default_factory=dict)
    stages: Sequence[Mapping[str, Any]] = ()
    settings: Settings = field(default_factory=Settings)
    versions: Mapping[str, str] = field(default_factory=dict)
    title: str = "crabtk run"
    rechecked: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        """Make None of empty tables, so that there is one way to be missing."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, pl.DataFrame) and value.is_empty():
                object.__setattr__(self, each.name, None)

    def trained(self) -> dict[str, Mapping[str, Any]]:
        """Return ``trainings`` in the order of ``crabtk.scoring.models``, with ``sft`` if that is told apart."""
        found = dict(self.trainings)
        if self.history or self.training_figures:
            found.setdefault("sft", {"history": self.history, "figures": self.training_figures})
        return {name: found[name] for name in ordered(found)}
