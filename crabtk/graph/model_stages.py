"""The stages from the CRAB dataset to scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import polars as pl

from crabtk.errors import BenchmarkError, TrainingError
from crabtk.graph.data_stages import TYPES
from crabtk.graph.run import Run
from crabtk.graph.stage import Stage
from crabtk.inference.identity import model_identity
from crabtk.pipeline.ledger import ledger
from crabtk.pipeline.score import RESPONSES, choose_items, grade, respond
from crabtk.plugins import Plugin, build, failures_of
from crabtk.protocols import Benchmark, Trainer
from crabtk.scoring.aggregate import aggregate, grade_rows
from crabtk.store import Result, Stored
from crabtk.training.examples import write_examples
from crabtk.types import BenchmarkItem, TrainingJob, TrainingProgress


def _start_model(run: Run) -> str:
    """Return the model that training starts from, which is also the base that scores compare with."""
    return run.settings.training.model or run.settings.engines["default"].model


def _sft_model(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.training
    if not settings.enabled:
        return Result(facts={"trained": False})
    # The engine's model and the trainer's together may not fit; the trainer gets the memory to itself.
    run.engines.close()
    work = run.store.work("sft_model", run.fingerprint("sft_model"))
    examples = work / "examples.jsonl"
    kinds = write_examples(inputs["crab"].table(), examples, run.settings.seed, settings.limit)
    plugin = run.registry.find("trainer", settings.trainer)
    trainer = cast(Trainer, build(plugin, settings.options, "training.options"))
    output = run.scratch() / "model"
    with failures_of(plugin, TrainingError):
        outcome = trainer.train(
            TrainingJob(_start_model(run), examples, output, work, run.settings.seed),
            lambda report: run.observer.progress("sft_model", report.step, report.steps, _note(report)),
        )
    facts = {
        "trained": True,
        "kinds": kinds,
        "history": [dict(step) for step in outcome.history],
        "figures": dict(outcome.figures),
    }
    return Result(tree=output, facts=facts)


def _note(report: TrainingProgress) -> str:
    telling = [name for name in ("loss", "tokens") if name in report.values] or report.values
    return "  ".join(f"{name} {report.values[name]:.4g}" for name in telling)


def _sft_depend(run: Run) -> Any:
    settings = run.settings.training
    if not settings.enabled:
        return None
    return {
        "limit": settings.limit,
        "options": settings.options,
        "trainer": run.registry.find("trainer", settings.trainer).fingerprint,
        "model": _start_identity(run),
    }


def _start_identity(run: Run) -> str:
    return model_identity(_start_model(run), None, Path(run.settings.runtime.store) / "models.json")


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


def _responses(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.scoring
    if not settings.enabled:
        return Result({"responses": pl.DataFrame(schema=RESPONSES)})
    models = {"base": _start_model(run)}
    if trained := inputs["sft_model"].tree:
        models["trained"] = str(trained)
    tables: list[pl.DataFrame] = []
    ledgers: list[pl.DataFrame] = []
    for name, model in models.items():
        own = None if model == run.settings.engines[settings.engine].model else model
        for _, benchmark, items in _benchmarks(run, inputs):
            complete = run.complete("responses", settings.engine, own, f"{name} model, {benchmark.name}")
            table, refused = respond(name, benchmark, items, complete, max_tokens=settings.max_tokens)
            tables.append(table)
            ledgers.append(refused)
    return Result({"responses": pl.concat(tables)}, pl.concat(ledgers))


def _responses_depend(run: Run) -> Any:
    settings = run.settings.scoring
    if not settings.enabled:
        return None
    return {
        "settings": settings.model_dump(mode="json", exclude={"engine"}),
        "engine": run.engines.fingerprint(settings.engine),
        # Where nothing is trained, no input tells which model answers.
        "base": _start_identity(run),
        "benchmarks": _benchmark_fingerprints(run),
    }


def _benchmark_fingerprints(run: Run) -> list[str]:
    return [run.registry.find("benchmark", name).fingerprint for name in run.settings.scoring.benchmarks]


def _scores(run: Run, inputs: Mapping[str, Stored]) -> Result:
    responses = inputs["responses"].table()
    if responses.is_empty():
        grades = grade_rows([])
    else:
        types = {plugin.name: plugin.value for plugin in run.registry.all("constraint type")}
        tables: list[pl.DataFrame] = []
        for plugin, benchmark, items in _benchmarks(run, inputs):
            with failures_of(plugin, BenchmarkError):
                tables.append(grade(responses, [(benchmark, items)], types))
        grades = pl.concat(tables)
    return Result({"scores": aggregate(grades), "grades": grades}, ledger([]))


def _scores_depend(run: Run) -> Any:
    if not run.settings.scoring.enabled:
        return None
    return {
        # All types: a benchmark may grade by types that the settings do not measure.
        "types": [f"{plugin.name} {plugin.fingerprint}" for plugin in run.registry.all("constraint type")],
        "benchmarks": _benchmark_fingerprints(run),
        "options": run.settings.scoring.options,
        "limit": run.settings.scoring.limit,
    }


MODEL_STAGES = (
    Stage(
        "sft_model",
        ("crab",),
        "The model, trained on the dataset's training split.",
        _sft_model,
        _sft_depend,
        ("training/", "canonical.py"),
        {},
        engine=True,
    ),
    Stage(
        "responses",
        ("crab", "constraints", "sft_model"),
        "What the base and the trained model answer to the benchmarks' prompts.",
        _responses,
        _responses_depend,
        ("pipeline/score.py", "scoring/held_out.py", "randomness.py", "inference/client.py", "inference/refusals.py"),
        {"responses": "Responses"},
        engine=True,
    ),
    Stage(
        "scores",
        ("crab", "constraints", "responses"),
        "Strict accuracy per prompt, constraint, family and type, with confidence intervals.",
        _scores,
        _scores_depend,
        (
            "pipeline/score.py",
            "scoring/held_out.py",
            "scoring/aggregate.py",
            *TYPES,
        ),
        {"scores": "Scores", "grades": "Grades"},
    ),
)
