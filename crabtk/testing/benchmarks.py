"""What every benchmark plugin must do, as one call: ``check_benchmark(lambda: MyBenchmark(prompts=FILE), checks)``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from crabtk.protocols import Benchmark, Checks, JudgedBenchmark, OwnMetrics
from crabtk.testing.constraint_types import TEXTS
from crabtk.text import ParsedText
from crabtk.types import BenchmarkItem, Completion, Grade, Graded

if TYPE_CHECKING:
    import polars as pl

_TYPE = re.compile(r"[a-z0-9_]+:[a-z0-9_-]+")
_LONG = "I did all that was asked, and every constraint holds. " * 1_900
RESPONSES = (*TEXTS, _LONG, "<think>never closed", "<think>so</think>", "\x00")
"""Responses as models give them at their worst: none, 100 kB, claims of success, hidden reasoning, damaged text."""


def check_benchmark(
    make_benchmark: Callable[[], Benchmark],
    checks: Checks,
    *,
    tables: Mapping[str, pl.DataFrame] | None = None,
    limit: int | None = 20,
) -> None:
    """List a benchmark's items and grade the worst of responses to them.

    Items must be the same whenever they are listed, have ids of their own, messages, a payload of JSON values, and
    come after the turns that they follow. The same response must get the same grades, as many as any other, with a
    type named ``family:name``; an unreadable answer of a judge must hold for nothing.

    Args:
        make_benchmark: Makes the benchmark with its options.
        checks: What it may grade by; its own types and sets will do.
        tables: The run's ``crab`` and ``constraints``, for benchmarks that are made of them.
        limit: How many items are graded, spread over the whole; None is all.
    Raises:
        AssertionError: Names the promise that is broken.
    """
    benchmark = make_benchmark()
    items = list(benchmark.items(tables or {}))
    _check_items(items, list(make_benchmark().items(tables or {})))
    step = 1 if limit is None else max(1, len(items) // limit)
    graded = [_check_grades(benchmark, item, checks) for item in items[::step]]
    if isinstance(benchmark, OwnMetrics):
        for metric in benchmark.metrics(graded):
            _promise(metric.value >= 0 and metric.count >= 1, f"the metric {metric} is below 0 or of nothing")


def _check_items(items: Sequence[BenchmarkItem], again: Sequence[BenchmarkItem]) -> None:
    _promise(bool(items), "it has no item")
    _promise(items == again, "a second list of items is another one")
    seen: set[str] = set()
    for item in items:
        _promise(item.item_id not in seen, f"two items have the id {item.item_id}")
        _promise(item.after is None or item.after in seen, f"{item.item_id} comes after no item before it")
        _promise(bool(item.messages), f"{item.item_id} has no message")
        try:
            same = json.loads(json.dumps(item.payload)) == item.payload
        except (TypeError, ValueError):
            same = False
        _promise(same, f"the payload of {item.item_id} is more than JSON values")
        seen.add(item.item_id)


def _check_grades(benchmark: Benchmark, item: BenchmarkItem, checks: Checks) -> Graded:
    """Grade all responses to an item and return the last with its grades."""
    expected: list[tuple[str, str]] | None = None
    grades: list[Grade] = []
    for response in RESPONSES:
        grades = list(benchmark.grade(item, ParsedText(response), checks))
        _promise(
            grades == list(benchmark.grade(item, ParsedText(response), checks)),
            f"{item.item_id} grades {response[:40]!r} differently the second time",
        )
        if isinstance(benchmark, JudgedBenchmark):
            grades += _judged(benchmark, item, response)
        shape = [(grade.type, grade.variant) for grade in grades]
        expected = shape if expected is None else expected
        _promise(shape == expected, f"{item.item_id} has other grades for {response[:40]!r} than for another response")
        for grade in grades:
            _promise(_TYPE.fullmatch(grade.type) is not None, f'"{grade.type}" of {item.item_id} is no family:name')
            _promise(grade.score is None or 0 <= grade.score <= 1, f"a score of {item.item_id} lies outside 0 and 1")
    return Graded(item, RESPONSES[-1], tuple(grades))


def _judged(benchmark: JudgedBenchmark, item: BenchmarkItem, response: str) -> Sequence[Grade]:
    answers = [Completion("\ufffd" * 3) for _ in benchmark.questions(item, response)]
    grades = benchmark.judged(item, response, answers)
    _promise(not any(grade.strict for grade in grades), f"an unreadable answer on {item.item_id} holds")
    return grades


def _promise(kept: bool, broken: str) -> None:
    if not kept:
        raise AssertionError(broken)
