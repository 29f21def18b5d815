"""A run as people watch it in a terminal: progress bars, the summary, the paths of what came out."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from crabtk.errors import CrabtkError

if TYPE_CHECKING:
    from crabtk.graph.run import Outcome, Run
    from crabtk.settings_file import Loaded


class Bars:
    """Live bars in a terminal; where there is none, or ``plain``, a line every few seconds."""

    PLAIN_EVERY = 10.0

    def __init__(self, console: Console, plain: bool) -> None:
        self._console = console
        self._live = console.is_terminal and not plain
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            transient=True,
            disable=not self._live,
        )
        self._tasks: dict[str, TaskID] = {}
        self._said = 0.0

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def started(self, stage: str) -> None:
        """Show the stage."""
        self._tasks[stage] = self._progress.add_task(stage, total=None, note="")
        self._said = time.monotonic()

    def progress(self, stage: str, done: int, total: int | None, note: str = "") -> None:
        """Move the stage's bar."""
        self._progress.update(self._tasks[stage], completed=done, total=total, note=note)
        if not self._live and time.monotonic() - self._said > self.PLAIN_EVERY:
            self._said = time.monotonic()
            self._console.print(f"  {stage}: {done} of {total or '?'}  {note}", highlight=False)

    def finished(self, outcome: Outcome) -> None:
        """Replace the bar by one line."""
        self._progress.remove_task(self._tasks[outcome.stage.name])
        if outcome.state == "off":
            return
        rows = outcome.stored.rows.get(outcome.stage.name)
        what = f"{rows} rows" if rows is not None else "done"
        state = "[dim]cached[/]" if outcome.state == "cached" else "[green]computed[/]"
        self._console.print(f"{outcome.stage.name:<24} {state:<20} {what}, {outcome.seconds:.1f} s", highlight=False)


def run_and_show(loaded: Loaded, target: str, plain: bool) -> None:
    """Run up to a stage, show the progress, the summary and where the outputs lie."""
    console = Console(width=None if sys.stdout.isatty() else 110)
    console.print(f"crabtk: settings from {loaded.origin}", highlight=False)
    from crabtk.graph.open import open_run
    from crabtk.graph.publish import publish_outputs
    from crabtk.graph.stages import STAGES, upstream

    if target not in STAGES:
        raise CrabtkError(f'There is no stage "{target}". Known: {", ".join(STAGES)}.')
    begun = time.monotonic()
    with Bars(console, plain) as bars, open_run(loaded, bars) as run:
        outcomes: list[Outcome] = []
        for name in upstream(target):
            outcomes.append(run.stage(name))
            publish_outputs(run, name)
    console.print(_summary(outcomes))
    say_findings(console, run, outcomes)
    console.print(f"{time.monotonic() - begun:.1f} s in all. Outputs:", highlight=False)
    for what, place in _outputs(Path(run.settings.runtime.output), {outcome.stage.name for outcome in outcomes}):
        console.print(f"  {what:<14} {place}", highlight=False)


def _summary(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title="Summary", title_justify="left")
    table.add_column("asset")
    table.add_column("state")
    for name in ("in", "out", "rejected", "seconds", "calls", "prompt tok.", "new tok."):
        table.add_column(name, justify="right")
    for outcome in outcomes:
        if outcome.state == "off":
            continue
        rows, costs = outcome.stored.rows, outcome.stored.costs
        fresh = outcome.state == "computed"
        table.add_row(
            outcome.stage.name,
            outcome.state,
            str(outcome.rows_in) if outcome.stage.inputs else "",
            str(rows.get(outcome.stage.name, "")),
            str(rows["rejected"] or ""),
            f"{outcome.seconds:.1f}",
            *(_count(costs, name, fresh) for name in ("requests", "prompt_tokens", "generated_tokens")),
        )
    return table


def _count(costs: Any, name: str, fresh: bool) -> str:
    return str(costs[name]) if fresh and costs.get(name) else ""


def say_findings(console: Console, run: Run, outcomes: Sequence[Outcome]) -> None:
    """Say what a user must not miss: missing answers, the judge's audit and the scores."""
    found = {outcome.stage.name: outcome.stored for outcome in outcomes}
    lacking = {name: errors for name, stored in found.items() if (errors := stored.costs.get("errors"))}
    if lacking:
        counts = ", ".join(f"{name} {errors:,}" for name, errors in lacking.items())
        console.print(
            f"Requests that an engine failed to answer: {counts}; the rejected rows say why. To ask for these again: "
            "--set runtime.retry_errors=true",
            highlight=False,
            soft_wrap=True,
        )
    if "judge_audit" in found and run.settings.translation.enabled:
        facts = found["judge_audit"].facts
        verdict = "Judge accepted" if facts["accepted"] else "Judge not accepted: translated constraints stay out"
        console.print(f"{verdict}. {facts['reason']}.", highlight=False)
    if "scores" in found:
        scores = [row for row in found["scores"].table().iter_rows(named=True) if row["group"] == "all"]
        if scores:
            console.print(_scores(scores))


def _scores(scores: Sequence[Mapping[str, Any]]) -> Table:
    """One line per model, one column per benchmark and metric."""
    from crabtk.scoring.models import ordered

    table = Table(title="Scores, with 95 % intervals", title_justify="left")
    table.add_column("model")
    metrics = list(dict.fromkeys((row["benchmark"], row["metric"]) for row in scores))
    for benchmark, metric in metrics:
        count = next(row["count"] for row in scores if (row["benchmark"], row["metric"]) == (benchmark, metric))
        table.add_column(f"{benchmark}\n{metric}\nn = {count}", justify="right")
    values = {(row["model"], row["benchmark"], row["metric"]): _value(row) for row in scores}
    for model in ordered(dict.fromkeys(row["model"] for row in scores)):
        table.add_row(model, *(values.get((model, *metric), "") for metric in metrics))
    return table


def _value(score: Mapping[str, Any]) -> str:
    """Write a score; what may exceed 1 is no share."""
    if score["low"] is None:
        return f"{score['value']:.3f}"
    return f"{score['value']:.1%}  {score['low']:.0%}–{score['high']:.0%}"


def _outputs(folder: Path, made: set[str]) -> list[tuple[str, Path]]:
    places = [
        ("dataset", folder / "dataset", "dataset"),
        ("model", folder / "model", "sft_model"),
        ("DPO model", folder / "model-dpo", "dpo_model"),
        ("GRPO model", folder / "model-grpo", "grpo_model"),
        ("controls", folder / "controls", "control_models"),
        ("report", folder / "report.html", "report"),
        ("numbers", folder / "summary.json", "report"),
        ("rejected rows", folder / "rejected.jsonl", "report"),
    ]
    return [(what, place) for what, place, stage in places if stage in made and place.exists()]
