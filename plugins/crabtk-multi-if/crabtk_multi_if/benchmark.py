"""Multi-IF: conversations of up to three turns, each with the instructions of all turns so far."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from crabtk import (
    BenchmarkItem,
    Checks,
    Graded,
    InstructionBenchmark,
    InstructionSet,
    Message,
    Metric,
    PublishedPrompts,
)
from crabtk_multi_if.overall import overall
from crabtk_multi_if.reference import ReferenceSet

TURNS = (1, 2, 3)


class MultiIF(InstructionBenchmark):
    """Multi-IF (arXiv 2410.15553); an item is one turn, called ``KEY#TURN``.

    The figure that its authors report is the metric ``overall`` of a turn.
    """

    name: ClassVar[str] = "multi_if"
    instruction_set: ClassVar[str] = "ifeval"
    published: ClassVar[PublishedPrompts] = PublishedPrompts(hub="facebook/Multi-IF", hub_file="multiIF*.csv")

    def read(self, row: Mapping[str, Any]) -> Iterable[BenchmarkItem]:
        """Read a conversation: columns ``turn_N_prompt``, ``turn_N_instruction_id_list`` and ``turn_N_kwargs``.

        It ends with the first turn that has no prompt or no instruction, as some have no third turn.
        """
        key, before = row.get("key"), None
        if not key or not row.get("turn_1_prompt"):
            raise ValueError("it must hold a `key` and a `turn_1_prompt`")
        prompts: list[str] = []
        for turn in TURNS:
            asked, ids = row.get(f"turn_{turn}_prompt"), row.get(f"turn_{turn}_instruction_id_list")
            if asked in (None, "", "None") or not ids or ids == "None":
                return
            prompts.append(_said(asked, turn))
            kwargs = row.get(f"turn_{turn}_kwargs")
            # An instruction of an earlier turn was worded there.
            named = {"key": key, "instruction_id_list": ids, "kwargs": kwargs}
            payload = self.payload(named, "\n\n".join(prompts)) | {"turn": turn, "language": str(row.get("language"))}
            message = Message("user", prompts[-1])
            item = BenchmarkItem(f"{key}#{turn}", (message,), payload, before, cluster=f"{key}#1")
            yield item
            before = item.item_id

    def sets(self, checks: Checks) -> Sequence[InstructionSet]:
        """Return IFEval's set as Multi-IF's reference changed it, then the others."""
        own, *others = super().sets(checks)
        return [ReferenceSet(own), *others]

    def metrics(self, graded: Sequence[Graded]) -> Sequence[Metric]:
        """Return ``overall`` per turn, and per turn and language where there are several."""
        return overall(graded)


def _said(prompt: Any, turn: int) -> str:
    try:
        message = json.loads(prompt) if isinstance(prompt, str) else prompt
        content = message["content"]
    except (ValueError, TypeError, KeyError, RecursionError):
        content = None
    if not isinstance(content, str):
        raise ValueError(f'`turn_{turn}_prompt` must be a message as JSON, {{"role": "user", "content": …}}')
    return content
