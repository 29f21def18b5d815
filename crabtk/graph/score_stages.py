"""The stages from models to scores: what each answers, what a judge says of it, and how much of it holds."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import polars as pl

from crabtk.canonical import file_digest
from crabtk.errors import BenchmarkError, CrabtkError
from crabtk.graph.data_stages import TYPES
from crabtk.graph.run import Run
from crabtk.graph.stage import Stage
from crabtk.graph.train import start_identity, start_model
from crabtk.inference.identity import model_identity
from crabtk.pipeline.grade import GRADES, JUDGEMENTS, grade, grade_table, judge_responses
from crabtk.pipeline.ledger import ledger
from crabtk.pipeline.score import RESPONSES, choose_items, respond
from crabtk.plugins import Plugin, build, failures_of
from crabtk.protocols import Benchmark, Checks
from crabtk.scoring.aggregate import aggregate
from crabtk.scoring.own_metrics import own_metrics, standard_metrics
from crabtk.store import Result, Stored, tree_digest
from crabtk.text import ParsedText
from crabtk.types import BenchmarkItem, Rejected

_log = logging.getLogger("crabtk.scoring")

TRAINED = {"sft": "sft_model", "dpo": "dpo_model", "grpo": "grpo_model"}
"""Models of the run by the name that scores give them, each with the stage that trains it."""


def _benchmarks(run: Run, inputs: Mapping[str, Stored]) -> list[tuple[Plugin, Benchmark, Sequence[BenchmarkItem]]]:
    settings = run.settings.scoring
    tables = {name: inputs[name].table() for name in ("crab", "constraints")}
    found: list[tuple[Plugin, Benchmark, Sequence[BenchmarkItem]]] = []
    for name in settings.benchmarks:
        plugin = run.registry.find("benchmark", name)
        where = f"scoring.options.{name}"
        benchmark = cast(Benchmark, build(plugin, settings.options.get(name, {}), where))
        with failures_of(plugin, BenchmarkError):
            items = choose_items(benchmark, tables, limit=settings.limit, seed=run.settings.seed)
        found.append((plugin, benchmark, items))
    return found


def scored_models(run: Run, inputs: Mapping[str, Stored]) -> dict[str, str]:
    """Return all models that are scored, by name: the base first, then trained ones, controls and further ones."""
    models = {"base": start_model(run)}
    models |= {name: str(tree) for name, stage in TRAINED.items() if (tree := inputs[stage].tree)}
    if controls := inputs["control_models"].tree:
        models |= {folder.name: str(folder) for folder in sorted(controls.iterdir()) if folder.is_dir()}
    return models | dict(run.settings.scoring.models)


def _responses(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.scoring
    if not settings.enabled:
        return Result({"responses": pl.DataFrame(schema=RESPONSES)})
    tables: list[pl.DataFrame] = []
    ledgers: list[pl.DataFrame] = []
    benchmarks = _benchmarks(run, inputs)
    _rehearse(benchmarks, run.checks())
    for name, model in scored_models(run, inputs).items():
        for plugin, benchmark, items in benchmarks:
            complete = run.complete("responses", settings.engine, model, f"{name} model, {benchmark.name}")
            with failures_of(plugin, BenchmarkError):
                table, refused = respond(name, benchmark, items, complete, max_tokens=settings.max_tokens)
            tables.append(table)
            ledgers.append(refused)
    return Result({"responses": pl.concat(tables)}, pl.concat(ledgers))


def _rehearse(benchmarks: Sequence[tuple[Plugin, Benchmark, Sequence[BenchmarkItem]]], checks: Checks) -> None:
    """Grade a text on each item, so that what a grader lacks is known before a model is asked for hours."""
    for plugin, benchmark, items in benchmarks:
        with failures_of(plugin, BenchmarkError):
            errors = _failed_rehearsals(benchmark, items, checks)
            if errors and len(errors) == len(items):
                raise errors[0]
        if errors:
            says = "grading a rehearsed text failed for %d of %d prompts of %s, first with %r; responses may go well"
            _log.warning(says, len(errors), len(items), benchmark.name, errors[0])


def _failed_rehearsals(benchmark: Benchmark, items: Sequence[BenchmarkItem], checks: Checks) -> list[Exception]:
    text = ParsedText("This is a rehearsal. It stands in for a response.\n\n- One point\n- Two points")
    errors: list[Exception] = []
    for item in items:
        try:
            benchmark.grade(item, text, checks)
        except (CrabtkError, ImportError, LookupError, OSError):  # what is missing will be missing
            raise
        except Exception as error:  # it may be for this text alone
            errors.append(error)
    return errors


def _responses_depend(run: Run) -> Any:
    settings = run.settings.scoring
    if not settings.enabled:
        return None
    memo = Path(run.settings.runtime.store) / "models.json"
    return {
        "max_tokens": settings.max_tokens,
        "engine": run.engines.fingerprint(settings.engine),
        # Where nothing is trained, no input tells which model answers.
        "base": start_identity(run),
        "models": {
            name: model_identity(model, run.engines.revision(model), memo) for name, model in settings.models.items()
        },
        **_grading(run),
    }


def _benchmark_fingerprints(run: Run) -> list[str]:
    return [run.registry.find("benchmark", name).fingerprint for name in run.settings.scoring.benchmarks]


def _judgements(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.scoring
    tables = [pl.DataFrame(schema=JUDGEMENTS)]
    refused: list[Rejected] = []
    if settings.enabled and settings.judge:
        responses = inputs["responses"].table()
        for plugin, benchmark, items in _benchmarks(run, inputs):
            complete = run.complete("judgements", settings.judge, note=f"judging responses, {benchmark.name}")
            with failures_of(plugin, BenchmarkError):
                table, failed = judge_responses(responses, benchmark, items, complete)
            tables.append(table)
            refused += failed
    return Result({"judgements": pl.concat(tables)}, ledger(refused))


def _judgements_depend(run: Run) -> Any:
    settings = run.settings.scoring
    if not (settings.enabled and settings.judge):
        return None
    return {"engine": run.engines.fingerprint(settings.judge), **_grading(run)}


def _scores(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.scoring
    grades, own = [pl.DataFrame(schema=GRADES)], []
    counted = [pl.DataFrame(schema=GRADES)]
    if settings.enabled:
        responses, checks = inputs["responses"].table(), run.checks()
        judgements = inputs["judgements"].table() if settings.judge else None
        for plugin, benchmark, items in _benchmarks(run, inputs):
            with failures_of(plugin, BenchmarkError):
                graded = grade(responses, benchmark, items, checks, judgements)
                own.append(own_metrics(benchmark, graded))
            table = grade_table(graded, benchmark.name)
            grades.append(table)
            if standard_metrics(benchmark):
                counted.append(table)
    scores = aggregate(pl.concat(counted), run.settings.composition.kept_out, seed=run.settings.seed)
    return Result({"scores": pl.concat([scores, *own]), "grades": pl.concat(grades)}, ledger([]))


def _scores_depend(run: Run) -> Any:
    if not run.settings.scoring.enabled:
        return None
    return {
        # All types: a benchmark may grade by types that the settings do not measure.
        "types": [f"{plugin.name} {plugin.fingerprint}" for plugin in run.registry.all("constraint type")],
        "sets": [f"{plugin.name} {plugin.fingerprint}" for plugin in run.registry.all("instruction set")],
        "judged": bool(run.settings.scoring.judge),
        "kept_out": run.settings.composition.kept_out,
        **_grading(run),
    }


def _grading(run: Run) -> dict[str, Any]:
    settings = run.settings.scoring
    return {
        "benchmarks": _benchmark_fingerprints(run),
        "options": _by_content(settings.options),
        "prompts": {name: _prompts(run, name) for name in settings.benchmarks},
        "limit": settings.limit,
    }


def _prompts(run: Run, name: str) -> str | None:
    """Return the digest of a benchmark's prompts, which may come from an installed package or the hub's cache.

    None of a benchmark that has no method ``prompt_file``, which returns a file or a folder.
    """
    plugin = run.registry.find("benchmark", name)
    if not hasattr(plugin.value, "prompt_file"):
        return None
    benchmark = build(plugin, run.settings.scoring.options.get(name, {}), f"scoring.options.{name}")
    with failures_of(plugin, BenchmarkError):
        return _content(benchmark.prompt_file())


def _by_content(options: Any) -> Any:
    """Replace paths by what lies there: a file that moved is the same, one that was edited is another.

    A folder counts by its absolute path alone: words such as "data" may name one where the run happens to start.
    """
    if isinstance(options, Mapping):
        return {key: _by_content(value) for key, value in options.items()}
    return _content(Path(options)) if isinstance(options, str) and _is_path(options) else options


def _is_path(option: str) -> bool:
    path = Path(option)
    try:
        return path.is_file() or (path.is_absolute() and path.is_dir())
    except OSError:  # longer than a name may be
        return False


def _content(path: Path) -> str:
    return tree_digest(path) if path.is_dir() else file_digest(path)


_ITEMS = (
    "pipeline/score.py",
    "reply.py",
    "scoring/held_out.py",
    "scoring/instruction_benchmark.py",
    "scoring/prompt_files.py",
)

SCORE_STAGES = (
    Stage(
        "responses",
        ("crab", "constraints", *TRAINED.values(), "control_models"),
        "What each model answers to the benchmarks' prompts.",
        _responses,
        _responses_depend,
        (*_ITEMS, "randomness.py", "inference/client.py", "inference/refusals.py"),
        {"responses": "Responses"},
        engine=True,
        enabled=lambda run: run.settings.scoring.enabled,
    ),
    Stage(
        "judgements",
        ("crab", "constraints", "responses"),
        "What a judge says of responses, for benchmarks that ask one.",
        _judgements,
        _judgements_depend,
        (*_ITEMS, "pipeline/grade.py", "randomness.py", "inference/client.py", "inference/refusals.py"),
        {"judgements": "Judgements"},
        engine=True,
        enabled=lambda run: run.settings.scoring.enabled and bool(run.settings.scoring.judge),
    ),
    Stage(
        "scores",
        ("crab", "constraints", "responses", "judgements"),
        "Accuracies per prompt, constraint, family and type, and the benchmarks' own figures, with intervals.",
        _scores,
        _scores_depend,
        (*_ITEMS, "pipeline/grade.py", "scoring/", *TYPES),
        {"scores": "Scores", "grades": "Grades"},
        enabled=lambda run: run.settings.scoring.enabled,
    ),
)
