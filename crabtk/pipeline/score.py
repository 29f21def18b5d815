"""Scores: what each model answers to a benchmark's prompts, and how much of it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from crabtk.errors import EmptyStageError
from crabtk.pipeline.ask import Complete
from crabtk.pipeline.ledger import ledger, storable
from crabtk.protocols import Benchmark, ConstraintType
from crabtk.randomness import generator
from crabtk.schemas import Responses, columns
from crabtk.scoring.aggregate import grade_rows
from crabtk.text import ParsedText
from crabtk.types import BenchmarkItem, Rejected, Request, Sampling

RESPONSES = columns(Responses)


def choose_items(
    benchmark: Benchmark, tables: Mapping[str, pl.DataFrame], *, limit: int | None, seed: int
) -> list[BenchmarkItem]:
    """Return a benchmark's items, or as many as the limit, drawn by hash, in the benchmark's order.

    Raises:
        EmptyStageError: The benchmark has no item.
    """
    items = list(benchmark.items(tables))
    if not items:
        raise EmptyStageError(
            f'Benchmark "{benchmark.name}" has no prompt to score. For held_out raise seeds.held_out, or set '
            "scoring.enabled = false."
        )
    drawn = sorted(items, key=lambda item: generator(seed, "score", benchmark.name, item.item_id).random())[:limit]
    chosen = {item.item_id for item in drawn}
    return [item for item in items if item.item_id in chosen]


def respond(
    model: str, benchmark: Benchmark, items: Sequence[BenchmarkItem], complete: Complete, *, max_tokens: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Have a model answer a benchmark's items greedily.

    Returns:
        Schema ``Responses``, and the ledger: items that the engine could not answer; they keep their row, with an
        empty response, since leaving them out would raise the score.
    """
    completions = complete([Request(item.messages, Sampling(max_tokens=max_tokens)) for item in items])
    rows: list[tuple[str, ...]] = []
    rejected: list[Rejected] = []
    for item, completion in zip(items, completions, strict=True):
        prompt = json.dumps([{"role": m.role, "content": m.content} for m in item.messages], ensure_ascii=False)
        response = storable(completion.text)
        rows.append((model, benchmark.name, item.item_id, storable(prompt), response, completion.finish_reason))
        if completion.finish_reason == "error":
            reason = f"{model} gave no answer, which counts as failed: {completion.error}"
            rejected.append(Rejected("responses", benchmark.name, None, item.item_id, reason, prompt))
    return pl.DataFrame(rows, schema=RESPONSES, orient="row"), ledger(rejected)


def grade(
    responses: pl.DataFrame,
    benchmarks: Iterable[tuple[Benchmark, Sequence[BenchmarkItem]]],
    types: Mapping[str, ConstraintType],
) -> pl.DataFrame:
    """Grade all responses.

    Args:
        responses: Schema ``Responses``.
        benchmarks: Each with its items.
        types: By name.

    Returns:
        One row per (model, benchmark, item_id, type): strict, loose. An item without a response counts as failed.
    """
    rows: list[tuple[str, str, str, str, bool, bool | None]] = []
    for benchmark, items in benchmarks:
        known = {item.item_id: item for item in items}
        for row in responses.filter(pl.col("benchmark") == benchmark.name).iter_rows(named=True):
            answered = row["finish_reason"] != "error"
            for g in benchmark.grade(known[row["item_id"]], ParsedText(row["response"]), types):
                loose = None if g.loose is None else g.loose and answered
                rows.append((row["model"], row["benchmark"], row["item_id"], g.type, g.strict and answered, loose))
    return grade_rows(rows)
