"""Figures that a benchmark computes by formulas of its own, as rows of scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from crabtk.protocols import Benchmark, OwnMetrics
from crabtk.schemas import Scores, columns
from crabtk.types import Graded


def standard_metrics(benchmark: Benchmark) -> bool:
    """Tell whether crabtk's accuracies make sense for a benchmark too."""
    return bool(getattr(benchmark, "standard_metrics", True))


def own_metrics(benchmark: Benchmark, graded: Mapping[str, Sequence[Graded]]) -> pl.DataFrame:
    """Return a benchmark's own figures, per model in the given order; schema ``Scores``."""
    rows: list[tuple[object, ...]] = []
    if isinstance(benchmark, OwnMetrics):
        for model, answers in graded.items():
            for m in benchmark.metrics(answers):
                name = f"{benchmark.name}:{m.variant}" if m.variant else benchmark.name
                rows.append((model, name, m.metric, m.group, m.value, m.count, m.low, m.high))
    return pl.DataFrame(rows, schema=columns(Scores), orient="row")
