"""The benchmark: 805 prompts, each answer compared with the baseline's by a judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from crabtk import BenchmarkItem, Checks, Completion, Grade, Graded, Message, Metric, ParsedText, Request
from crabtk.reply import without_thinking
from crabtk_alpaca_eval.baseline import find_baseline, read_baseline
from crabtk_alpaca_eval.comparison import Comparison
from crabtk_alpaca_eval.pairs import model_stands_first, p_model, question

if TYPE_CHECKING:
    import polars as pl

    from crabtk_alpaca_eval.gamed import Gamed


class AlpacaEval:
    """AlpacaEval 2 (arXiv 2404.04475).

    Args:
        prompts: A baseline's outputs, as a JSON list; empty looks into the hub's cache.
        difficulties: The release's ``df_gamed.csv``, for the length-controlled win rate; empty looks likewise.
        download: Whether the hub may be asked for what its cache lacks.
        orders: ``random``: each pair is shown once, in an order drawn for its prompt; ``both``: in both orders, and the
            mean counts, which rids the figures of a judge's liking for one place at twice the cost.
        seed: Of the orders.
        hidden_reasoning: ``leave_out`` compares what a reader sees; ``keep`` all that the model wrote.
    """

    name: ClassVar[str] = "alpaca_eval"
    standard_metrics: ClassVar[bool] = False

    def __init__(
        self,
        *,
        prompts: str = "",
        difficulties: str = "",
        download: bool = False,
        orders: Literal["random", "both"] = "random",
        seed: int = 0,
        hidden_reasoning: Literal["leave_out", "keep"] = "leave_out",
    ) -> None:
        self._prompts = prompts
        self._difficulties = difficulties
        self._download = download
        self._both = orders == "both"
        self._seed = seed
        self._keeps_reasoning = hidden_reasoning == "keep"

    def items(self, tables: Mapping[str, pl.DataFrame]) -> Sequence[BenchmarkItem]:
        """Return the prompts in the order of the file; ``tables`` is not read.

        Raises:
            BenchmarkError: The file is missing or unfit.
        """
        return [
            BenchmarkItem(
                f"alpaca-eval-{row.index}",
                (Message("user", row.instruction),),
                {
                    "index": row.index,
                    "baseline": row.output,
                    "generator": row.generator,
                    "dataset": row.dataset,
                },
            )
            for row in read_baseline(self._prompts, download=self._download)
        ]

    def prompt_file(self) -> Path:
        """Return the file of prompts with the baseline's answers; its bytes belong to what a score depends on.

        Raises:
            BenchmarkError: There is none; says what to do.
        """
        return find_baseline(self._prompts, download=self._download)

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> Sequence[Grade]:
        """Return nothing: only a judge can tell."""
        return ()

    def questions(self, item: BenchmarkItem, response: str) -> Sequence[Request]:
        """Return which of the two answers is better; asked in both orders if the options say so."""
        instruction, baseline, shown = item.messages[-1].content, item.payload["baseline"], self._shown(response)
        pair = (shown, baseline) if model_stands_first(item.item_id, self._seed) else (baseline, shown)
        orders = [pair, pair[::-1]] if self._both else [pair]
        return [question(instruction, *order) for order in orders]

    def judged(self, item: BenchmarkItem, response: str, answers: Sequence[Completion]) -> Sequence[Grade]:
        """Return one grade: its score is the probability that the model's answer wins, None if it cannot be read."""
        p = p_model(answers, first=model_stands_first(item.item_id, self._seed))
        return (Grade("alpaca_eval:win", p is not None and p > 0.5, score=p, judged_by="judge"),)

    def metrics(self, graded: Sequence[Graded]) -> Sequence[Metric]:
        """Return win rates where a judge was asked, and the mean length of the answers that there are.

        A missing answer, or one that the judge's reply left open, counts as lost; ``unreadable`` is the share of those.
        """
        from crabtk_alpaca_eval.metrics import win_metrics

        found: list[Metric] = []
        if comparisons := [c for answer in graded for c in self._comparison(answer)]:
            found += win_metrics(comparisons, self._gamed())
            unreadable = sum(c.preference is None for c in comparisons) / len(comparisons)
            found.append(Metric("unreadable", "all", unreadable, len(comparisons)))
        if lengths := [len(self._shown(answer.response)) for answer in graded if answer.response]:
            found.append(Metric("avg_length", "all", sum(lengths) / len(lengths), len(lengths)))
        return found

    def _comparison(self, answer: Graded) -> Sequence[Comparison]:
        said, length = answer.item.payload, len(self._shown(answer.response))
        return [Comparison(said["index"], g.score, len(said["baseline"]), length) for g in answer.grades]

    def _gamed(self) -> Gamed | None:
        from crabtk_alpaca_eval.gamed import find_gamed

        return find_gamed(self._difficulties, download=self._download)

    def _shown(self, response: str) -> str:
        return response if self._keeps_reasoning else without_thinking(response)
