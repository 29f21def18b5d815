"""The benchmark: 820 prompts, 350 judged by rules and 470 by a judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from crabtk import BenchmarkItem, Checks, Completion, Grade, Graded, Message, Metric, ParsedText, Request
from crabtk.errors import BenchmarkError
from crabtk.reply import without_thinking
from crabtk_followbench import rules
from crabtk_followbench.names import Category, Level
from crabtk_followbench.questions import Judging, questions
from crabtk_followbench.rows import CATEGORIES, LEVELS, Row, find_folder, read_rows
from crabtk_followbench.verdicts import verdicts

if TYPE_CHECKING:
    import polars as pl

RULES, JUDGED = "rules", "judged"


class FollowBench:
    """FollowBench (arXiv 2310.20410), English.

    Args:
        prompts: Folder of the release's six files; empty looks into the hub's cache.
        download: Whether the hub may be asked for what its cache lacks.
        levels: Which levels to score.
        categories: Which categories.
        judging: ``path``: one question for all constraints of a response, as the release asks; ``pointwise``: one
            for each, which misses fewer violations and costs as many questions as the level says.
        threshold: P(yes) from which on a constraint holds, with ``pointwise``.
        hidden_reasoning: ``leave_out`` judges what a reader sees; ``keep`` judges all that the model wrote, as the
            release does. They differ only for replies with a block of reasoning.
    """

    name: ClassVar[str] = "followbench"
    standard_metrics: ClassVar[bool] = False

    def __init__(
        self,
        *,
        prompts: str = "",
        download: bool = False,
        levels: tuple[Level, ...] = LEVELS,
        categories: tuple[Category, ...] = CATEGORIES,
        judging: Judging = "path",
        threshold: float = 0.5,
        hidden_reasoning: Literal["leave_out", "keep"] = "leave_out",
    ) -> None:
        self._prompts = prompts
        self._download = download
        self._levels = frozenset(levels)
        self._categories = [category for category in CATEGORIES if category in categories]
        self._judging: Judging = judging
        self._threshold = threshold
        self._keeps_reasoning = hidden_reasoning == "keep"

    def items(self, tables: Mapping[str, pl.DataFrame]) -> Sequence[BenchmarkItem]:
        """Return the prompts of the levels, in the order of the files; ``tables`` is not read.

        Raises:
            BenchmarkError: The files are missing or unfit; names file and row.
        """
        paths: dict[tuple[Category, int], dict[int, str]] = {}
        items = []
        for row in read_rows(self._prompts, self._categories, download=self._download):
            path = paths.setdefault((row.category, row.group), {})
            path[row.level] = row.instruction
            if row.level in self._levels:
                items.append(_item(row, path))
        return items

    def prompt_file(self) -> Path:
        """Return the folder of the prompts; its files' bytes belong to what a score depends on.

        Raises:
            BenchmarkError: There is none; says what to do.
        """
        return find_folder(self._prompts, download=self._download)

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> Sequence[Grade]:
        """Return one grade of a response that rules judge, as the release gives it; none of one that a judge does."""
        said = item.payload
        if said["rule"] is None:
            return ()
        held = rules.holds(said["rule"], said["level"], said["target"], self._shown(response.raw))
        return (Grade(_type(item), held, variant=RULES),)

    def questions(self, item: BenchmarkItem, response: str) -> Sequence[Request]:
        """Return the questions on a response that no rule judges."""
        if item.payload["rule"] is not None:
            return ()
        return questions(item.payload["path"], self._shown(response), self._judging)

    def judged(self, item: BenchmarkItem, response: str, answers: Sequence[Completion]) -> Sequence[Grade]:
        """Return a grade for each constraint that the levels added; ``score`` is None where no answer can be read."""
        if item.payload["rule"] is not None:
            return ()
        scores = verdicts(answers, item.payload["level"], self._judging)
        return [
            Grade(
                _type(item),
                score is not None and score >= self._threshold,
                variant=JUDGED,
                score=score,
                judged_by="judge",
            )
            for score in scores
        ]

    def metrics(self, graded: Sequence[Graded]) -> Sequence[Metric]:
        """Return HSR, SSR and CSL: of what rules judge, of what a judge does, and of all where a judge was asked."""
        from crabtk_followbench.metrics import metrics

        return metrics(graded)

    def _shown(self, response: str) -> str:
        return response if self._keeps_reasoning else without_thinking(response)


def _item(row: Row, path: Mapping[int, str]) -> BenchmarkItem:
    group, messages = f"{row.category}-{row.group}", (Message("user", row.instruction),)
    where = f"{group}-{row.level}"
    try:
        rule = rules.rule(row)
    except ValueError as error:
        raise BenchmarkError(f"FollowBench's {where}: {error}. Fetch the file anew.") from error
    payload: dict[str, Any] = {"category": row.category, "group": row.group, "level": row.level, "rule": rule}
    if rule is not None:
        return BenchmarkItem(where, messages, {**payload, "target": row.target}, cluster=group)
    if missing := [level for level in range(row.level + 1) if level not in path]:
        raise BenchmarkError(f"FollowBench's {where}: level {missing[0]} of its group does not stand before it.")
    steps = [path[level] for level in range(row.level + 1)]
    return BenchmarkItem(where, messages, {**payload, "path": steps}, cluster=group)


def _type(item: BenchmarkItem) -> str:
    return f"followbench:{item.payload['category']}"
