"""What the responses of a benchmark tell beyond its scores: lengths, truncation, what training changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from statistics import median
from typing import Any, NamedTuple

import polars as pl

from crabtk.reporting import counts

BASE, TRAINED = "base", "trained"


class Answer(NamedTuple):
    """One response and its grades."""

    model: str
    item_id: str
    prompt: str
    response: str
    finish_reason: str
    grades: list[dict[str, Any]]

    @property
    def satisfied(self) -> int:
        """How many constraints it satisfies strictly."""
        return sum(bool(grade["strict"]) for grade in self.grades)

    @property
    def passes(self) -> bool:
        """Whether it satisfies all of them strictly."""
        return self.satisfied == len(self.grades)


class Pair(NamedTuple):
    """The base model's and the trained model's response to one prompt, graded on the same constraints."""

    base: Answer
    trained: Answer


def answers(responses: pl.DataFrame, benchmark: str) -> list[Answer]:
    """Return a benchmark's responses in table order; without a column ``grades`` they have no grades."""
    if "grades" not in responses.columns:
        responses = responses.with_columns(grades=pl.lit("[]"))
    rows = responses.filter(pl.col("benchmark") == benchmark).select(Answer._fields).iter_rows(named=True)
    return [Answer(**{**row, "grades": json.loads(row["grades"])}) for row in rows]


def pairs(found: Iterable[Answer]) -> list[Pair]:
    """Match responses of both models by item, in table order; items graded differently or not at all are left out."""
    found = list(found)
    trained = {each.item_id: each for each in found if each.model == TRAINED}
    matched = [Pair(each, trained[each.item_id]) for each in found if each.model == BASE and each.item_id in trained]
    return [pair for pair in matched if pair.base.grades and _types(pair.base) == _types(pair.trained)]


def changes(responses: pl.DataFrame, benchmark: str) -> dict[str, Any] | None:
    """Count prompts that only one of the models passes (all constraints, strictly).

    Returns:
        ``prompts``, ``gained`` (only the trained model passes), ``lost`` (only the base) and ``p_value`` of the
        exact two-sided sign test, None where neither occurs; None as a whole without responses of both models.
    """
    matched = pairs(answers(responses, benchmark))
    if not matched:
        return None
    gained = sum(pair.trained.passes and not pair.base.passes for pair in matched)
    lost = sum(pair.base.passes and not pair.trained.passes for pair in matched)
    return {"prompts": len(matched), "gained": gained, "lost": lost, "p_value": _sign_test(gained, lost)}


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


def _types(answer: Answer) -> list[str]:
    return [grade["type"] for grade in answer.grades]


def _sign_test(gained: int, lost: int) -> float | None:
    if gained + lost == 0:
        return None
    from scipy.stats import binomtest

    return float(binomtest(gained, gained + lost, 0.5).pvalue)
