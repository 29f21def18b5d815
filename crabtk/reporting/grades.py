"""The responses of a benchmark with their grades, and what they tell beyond scores: lengths, truncation."""

from __future__ import annotations

from statistics import median
from typing import Any, NamedTuple

import polars as pl

from crabtk.reporting import counts


class Answer(NamedTuple):
    """One response and the strict verdict on each of its constraints, by type, in the benchmark's order."""

    model: str
    item_id: str
    prompt: str
    response: str
    finish_reason: str
    verdicts: list[tuple[str, bool]]

    @property
    def satisfied(self) -> int:
        """How many constraints it satisfies."""
        return sum(strict for _, strict in self.verdicts)

    @property
    def passes(self) -> bool:
        """Whether it satisfies all of them."""
        return self.satisfied == len(self.verdicts)


def answers(responses: pl.DataFrame, benchmark: str, grades: pl.DataFrame | None) -> list[Answer]:
    """Return a benchmark's responses in table order; what was not graded has no verdicts."""
    verdicts: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    if grades is not None:
        chosen = grades.filter(pl.col("benchmark") == benchmark).select("model", "item_id", "type", "strict")
        for model, item_id, type_, strict in chosen.iter_rows():
            verdicts.setdefault((model, item_id), []).append((type_, strict))
    rows = responses.filter(pl.col("benchmark") == benchmark).select(Answer._fields[:-1]).iter_rows(named=True)
    return [Answer(**row, verdicts=verdicts.get((row["model"], row["item_id"]), [])) for row in rows]


def response_figures(responses: pl.DataFrame) -> list[dict[str, Any]]:
    """Return per benchmark and model: ``count``, median ``words``, and how many were cut, refused or failed."""
    keys = responses.select("benchmark", "model").unique().sort("benchmark", "model").iter_rows()
    return [_figures_of(responses, benchmark, model) for benchmark, model in keys]


def _figures_of(responses: pl.DataFrame, benchmark: str, model: str) -> dict[str, Any]:
    chosen = responses.filter((pl.col("benchmark") == benchmark) & (pl.col("model") == model))
    finished = {reason: chosen.filter(pl.col("finish_reason") == reason).height for reason in _REASONS}
    words = float(median(counts.words(chosen["response"])))
    return {"benchmark": benchmark, "model": model, "count": chosen.height, "words": words, **finished}


_REASONS = ("length", "refusal", "error")
