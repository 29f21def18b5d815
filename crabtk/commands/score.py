"""``crabtk score``: a benchmark's scores of responses that were made elsewhere."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click

from crabtk.commands.output import Refused, json_line, progress, source_of
from crabtk.commands.score_table import score_lines
from crabtk.errors import BenchmarkError, SettingsError
from crabtk.plugins import Plugin, Registry, build, failures_of, load
from crabtk.protocols import Benchmark, Checks, JudgedBenchmark
from crabtk.types import BenchmarkItem, Graded

if TYPE_CHECKING:
    import polars as pl

    from crabtk.pipeline.given_responses import GivenResponses

_CHUNK = 32


@dataclass(frozen=True)
class ScoreOptions:
    """What the command was given.

    Attributes:
        benchmark: Name of a benchmark plugin.
        prompts: File or folder of its prompts; None leaves it to the benchmark.
        responses: File or folder of responses.
        options: ``key=value`` of the benchmark.
        registry: For benchmarks that know several; None is the benchmark's own default.
        model: Name of the model of rows that name none.
        only_answered: Leave out what has no response, instead of counting it as failed.
        judge_settings: Settings file with ``[engines]`` and ``scoring.judge``.
        lm_eval: Folder for results in lm-eval's layout.
        ledger: File for rows that hold no response to any item.
        as_json: Scores as JSON Lines instead of tables.
    """

    benchmark: str
    prompts: Path | None
    responses: Path
    options: tuple[str, ...] = ()
    registry: str | None = None
    model: str = "model"
    only_answered: bool = False
    judge_settings: Path | None = None
    lm_eval: Path | None = None
    ledger: Path | None = None
    as_json: bool = False


def score_file(given: ScoreOptions) -> None:
    """Print a benchmark's scores of each model in a file.

    Raises:
        UnknownNameError: There is no such benchmark.
        SettingsError: An option is unknown or unfit, or the settings name no judge.
        BenchmarkError: The prompts are not to be had or cannot be judged, no row answers one of them, or the judge
            answers no question.
        SeedReadError: The responses as a whole cannot be read.
    """
    registry = load()
    plugin = registry.find("benchmark", given.benchmark)
    options = _options(plugin, given)
    benchmark = cast(Benchmark, build(plugin, options, "--set"))
    with failures_of(plugin, BenchmarkError):
        items = _items(plugin, benchmark, given)
    with Refused(given.ledger) as refused:
        responses = _responses(given, items, refused)
        table = responses.table(benchmark.name, items, only_answered=given.only_answered)
        with failures_of(plugin, BenchmarkError):
            judgements = _judgements(given, benchmark, items, table, refused)
    with failures_of(plugin, BenchmarkError):
        graded = _graded(benchmark, items, table, _checks(registry), judgements)
        scores = _scores(benchmark, graded)
    _say(given, benchmark, items, responses, graded, scores)
    if given.lm_eval is not None:
        _write_lm_eval(given.lm_eval, plugin, benchmark, items, graded, options)


def _options(plugin: Plugin, given: ScoreOptions) -> dict[str, Any]:
    from crabtk.settings_file.layers import override_layer

    options: dict[str, Any] = {}
    for text in given.options:
        options |= override_layer(text).values
    known = inspect.signature(plugin.value).parameters
    if given.registry is not None:
        if "registry" not in known:
            raise SettingsError(f'--registry: the benchmark "{plugin.name}" has one registry alone; leave it out.')
        options["registry"] = given.registry
    if given.prompts is not None and "prompts" in known:
        options["prompts"] = str(given.prompts)
    return options


def _items(plugin: Plugin, benchmark: Benchmark, given: ScoreOptions) -> list[BenchmarkItem]:
    from crabtk.pipeline.score import choose_items

    named = given.prompts is not None and "prompts" not in inspect.signature(plugin.value).parameters
    try:
        tables = _dataset(plugin.name, given.prompts) if named else {}
        return choose_items(benchmark, tables, limit=None, seed=0)
    except KeyError as error:
        if error.args and error.args[0] in ("crab", "constraints"):
            _no_dataset(plugin.name)
        raise


def _dataset(benchmark: str, folder: Path | None) -> Mapping[str, pl.DataFrame]:
    """Read the tables of a dataset that crabtk wrote, for benchmarks that are made of a run's own data."""
    import polars as pl

    if folder is None or not (folder / "constraints.parquet").is_file():
        _no_dataset(benchmark)
    crab = pl.concat([pl.read_parquet(path) for path in sorted((folder / "data").glob("*.parquet"))])
    return {"crab": crab, "constraints": pl.read_parquet(folder / "constraints.parquet")}


def _no_dataset(benchmark: str) -> NoReturn:
    raise BenchmarkError(
        f'Benchmark "{benchmark}" takes its prompts from a dataset that crabtk wrote: name its folder, which holds '
        "constraints.parquet and data/, as in --prompts out/dataset"
    )


def _responses(given: ScoreOptions, items: Sequence[BenchmarkItem], refused: Refused) -> GivenResponses:
    from crabtk.pipeline.given_responses import read_responses
    from crabtk.readers.sources import read_records

    found = read_responses(read_records(source_of(str(given.responses), "auto")), items, model=given.model)
    for row in found.refused:
        refused.add(row)
    if not found.by_model:
        raise BenchmarkError(
            f'Not one row of {given.responses} answers a prompt of "{given.benchmark}"; the reasons stand above. A row '
            "holds `response` and the prompt's `key` or `prompt`; samples that lm-eval logged are read, too."
        )
    if found.reworded:
        _warn_of_prompts(found.reworded)
    return found


def _warn_of_prompts(reworded: Sequence[tuple[str, str, int]]) -> None:
    key, file, row = reworded[0]
    click.echo(
        f"Warning: rows whose `prompt` is not the text that the benchmark has under their key: {len(reworded):,} (the "
        f"first: key {key}, {file}, row {row}). Unless they only add a chat template, the responses may have been "
        "written for another version of the prompts.",
        err=True,
    )


def _judgements(
    given: ScoreOptions, benchmark: Benchmark, items: Sequence[BenchmarkItem], table: pl.DataFrame, refused: Refused
) -> pl.DataFrame | None:
    """Ask the judge, where one was named; what it said before is in the response cache."""
    if given.judge_settings is None:
        if isinstance(benchmark, JudgedBenchmark):
            click.echo("No judge was named (--judge-settings FILE): what only a judge can tell is left out.", err=True)
        return None
    from crabtk.graph.open import open_run
    from crabtk.pipeline.grade import judge_responses
    from crabtk.settings_file import load_settings

    loaded = load_settings(given.judge_settings, None, _JUDGE_ALONE)
    judge = loaded.settings.scoring.judge
    if judge not in loaded.settings.engines:
        known = ", ".join(loaded.settings.engines) or "none"
        raise SettingsError(f'{loaded.origin}: scoring.judge is "{judge}", and the engines are: {known}.')
    with _asking() as observer, open_run(loaded, observer) as run:
        judgements, failed = judge_responses(table, benchmark, items, run.complete("judging", judge))
    for unanswered in failed:
        refused.add(unanswered)
    if failed:
        click.echo(
            f"Warning: the judge did not answer {len(failed):,} of {len(judgements):,} questions; what they ask about "
            "counts as failed. Score again: only these are asked anew.",
            err=True,
        )
    return judgements


_JUDGE_ALONE = (
    # The file need hold no more than the judge; whatever else it says is left out of this.
    'seeds.sources=[{path="crabtk:samples"}]',
    "preferences.sources=[]",
    "controls.arms=[]",
    "scoring.models={}",
    *(f"{section}.enabled=false" for section in ("translation", "training", "scoring", "preferences", "dpo", "rl")),
)


@contextmanager
def _asking() -> Iterator[Any]:
    from crabtk.graph.observer import Silent

    with progress("asking the judge") as report:

        class Reporting(Silent):
            """Tells the bar."""

            def progress(self, stage: str, done: int, total: int | None, note: str = "") -> None:
                """Move the bar."""
                if report:
                    report(done, total)

        yield Reporting()


def _checks(registry: Registry) -> Checks:
    kinds = ("constraint type", "instruction set")
    types, sets = ({plugin.name: plugin.value for plugin in registry.all(kind)} for kind in kinds)
    return Checks(types, sets)


def _graded(
    benchmark: Benchmark,
    items: Sequence[BenchmarkItem],
    table: pl.DataFrame,
    checks: Checks,
    judgements: pl.DataFrame | None,
) -> dict[str, list[Graded]]:
    from crabtk.pipeline.grade import grade

    found: dict[str, list[Graded]] = {}
    with progress("grading") as report:
        for start in range(0, len(table), _CHUNK):
            part = grade(table[start : start + _CHUNK], benchmark, items, checks, judgements)
            for model, graded in part.items():
                found.setdefault(model, []).extend(graded)
            if report:
                report(min(start + _CHUNK, len(table)), len(table))
    return found


def _scores(benchmark: Benchmark, graded: Mapping[str, Sequence[Graded]]) -> pl.DataFrame:
    import polars as pl

    from crabtk.pipeline.grade import GRADES, grade_table
    from crabtk.scoring.aggregate import aggregate
    from crabtk.scoring.own_metrics import own_metrics, standard_metrics

    usual = standard_metrics(benchmark)
    grades = grade_table(graded, benchmark.name) if usual else pl.DataFrame(schema=GRADES)
    return pl.concat([aggregate(grades), own_metrics(benchmark, graded)])


def _say(
    given: ScoreOptions,
    benchmark: Benchmark,
    items: Sequence[BenchmarkItem],
    responses: GivenResponses,
    graded: Mapping[str, Sequence[Graded]],
    scores: pl.DataFrame,
) -> None:
    echo: Callable[[str], None] = lambda line: click.echo(line, err=given.as_json)  # noqa: E731
    for model, found in graded.items():
        missing = len(items) - len(responses.by_model[model])
        counts = "left out" if given.only_answered else "counted as failed"
        without = f", {missing:,} without a response ({counts})" if missing else ""
        echo(f"{model}: {benchmark.name}, {len(found):,} of {len(items):,} prompts{without}")
        if not given.as_json:
            for line in score_lines(scores, model, benchmark.name):
                echo(line)
            echo("")
    if given.as_json:
        for row in scores.iter_rows(named=True):
            click.echo(json_line(row))
        sys.stdout.flush()


def _write_lm_eval(
    folder: Path,
    plugin: Plugin,
    benchmark: Benchmark,
    items: Sequence[BenchmarkItem],
    graded: Mapping[str, Sequence[Graded]],
    options: Mapping[str, Any],
) -> None:
    from crabtk.scoring.lm_eval import lm_eval_tasks, write_lm_eval

    date = datetime.now(UTC).replace(tzinfo=None).isoformat()
    for model, found in graded.items():
        tasks = lm_eval_tasks(benchmark, found, plugin.version, len(items), options)
        path = write_lm_eval(folder, model, tasks, date=date)
        click.echo(f"lm-eval's layout: {path}", err=True)
