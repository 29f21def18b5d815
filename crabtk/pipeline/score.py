"""What each model answers to a benchmark's prompts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import polars as pl

from crabtk.errors import BenchmarkError, EmptyStageError
from crabtk.pipeline.ask import Complete
from crabtk.pipeline.ledger import ledger, storable
from crabtk.protocols import Benchmark
from crabtk.randomness import generator
from crabtk.reply import without_thinking
from crabtk.schemas import Responses, columns
from crabtk.types import BenchmarkItem, Completion, Message, Rejected, Request, Sampling

RESPONSES = columns(Responses)


def choose_items(
    benchmark: Benchmark, tables: Mapping[str, pl.DataFrame], *, limit: int | None, seed: int
) -> list[BenchmarkItem]:
    """Return a benchmark's items, in its order; with a limit, whole conversations drawn by hash.

    Args:
        benchmark: Whose items.
        tables: The run's ``crab`` and ``constraints``.
        limit: At most so many conversations (an item that stands alone is one).
        seed: Of the run.

    Raises:
        BenchmarkError: Two items have one id, or an item comes after one that stands not before it.
        EmptyStageError: The benchmark has no item.
    """
    items = list(benchmark.items(tables))
    if not items:
        raise EmptyStageError(
            f'Benchmark "{benchmark.name}" has no prompt to score. For held_out raise seeds.held_out, or set '
            "scoring.enabled = false."
        )
    first = _first_turns(benchmark.name, items)
    ranked = sorted(set(first.values()), key=lambda name: generator(seed, "score", benchmark.name, name).random())
    chosen = set(ranked[:limit])
    return [item for item in items if first[item.item_id] in chosen]


def _first_turns(benchmark: str, items: Sequence[BenchmarkItem]) -> dict[str, str]:
    """Return, by item, the first turn of its conversation."""
    first: dict[str, str] = {}
    for item in items:
        if item.item_id in first:
            raise BenchmarkError(f'Benchmark "{benchmark}" has two items with the id {item.item_id}.')
        if item.after is not None and item.after not in first:
            raise BenchmarkError(
                f'Benchmark "{benchmark}": {item.item_id} comes after {item.after}, which is no item before it.'
            )
        first[item.item_id] = item.item_id if item.after is None else first[item.after]
    return first


def respond(
    model: str, benchmark: Benchmark, items: Sequence[BenchmarkItem], complete: Complete, *, max_tokens: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Have a model answer a benchmark's items greedily; later turns follow on the model's own earlier answers.

    Those stand in a conversation without hidden reasoning.

    Returns:
        Schema ``Responses``, in the order of the items, and the ledger: items that the engine could not answer; they
        keep their row, with an empty response, since leaving them out would raise the score. So do turns after such
        an item, which are not asked.
    """
    answered: dict[str, Completion] = {}
    asked: dict[str, tuple[Message, ...]] = {}
    waiting = list(items)
    while waiting:
        turns = [item for item in waiting if item.after is None or item.after in answered]
        _ask(turns, asked, answered, complete, max_tokens)
        waiting = [item for item in waiting if item.item_id not in answered]
    rows: list[tuple[str, ...]] = []
    rejected: list[Rejected] = []
    for item in items:
        completion = answered[item.item_id]
        messages = [{"role": m.role, "content": m.content} for m in asked[item.item_id]]
        prompt = json.dumps(messages, ensure_ascii=False)
        response = storable(completion.text)
        rows.append((model, benchmark.name, item.item_id, storable(prompt), response, completion.finish_reason))
        if completion.finish_reason == "error":
            reason = f"{model} gave no answer, which counts as failed: {completion.error}"
            rejected.append(Rejected("responses", benchmark.name, None, item.item_id, reason, prompt))
    return pl.DataFrame(rows, schema=RESPONSES, orient="row"), ledger(rejected)


def _ask(
    turns: Sequence[BenchmarkItem],
    asked: dict[str, tuple[Message, ...]],
    answered: dict[str, Completion],
    complete: Complete,
    max_tokens: int,
) -> None:
    open_: list[BenchmarkItem] = []
    for item in turns:
        asked[item.item_id] = item.messages
        if item.after is not None:
            before = answered[item.after]
            if before.finish_reason == "error":
                answered[item.item_id] = Completion("", "error", error=f"nothing was answered to {item.after}")
                continue
            said = Message("assistant", without_thinking(before.text))
            asked[item.item_id] = (*asked[item.after], said, *item.messages)
        open_.append(item)
    requests = [Request(asked[item.item_id], Sampling(max_tokens=max_tokens)) for item in open_]
    for item, completion in zip(open_, complete(requests) if requests else [], strict=True):
        answered[item.item_id] = completion
