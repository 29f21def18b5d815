"""The stages that write for people: the dataset with its card, and the report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import polars as pl

from crabtk.graph.data_stages import TYPES, type_fingerprints
from crabtk.graph.run import Run
from crabtk.graph.score_stages import TRAINED
from crabtk.graph.stage import Stage
from crabtk.pipeline.ledger import SCHEMA as LEDGER
from crabtk.pipeline.recheck import recheck
from crabtk.reporting.redaction import public_model, public_path, public_settings
from crabtk.store import Result, Stored

SPLITS = ("train", "dev", "held_out")
_TABLES = (
    "seeds",
    "measured_constraints",
    "translated_constraints",
    "judge_audit",
    "constraints",
    "crab",
    "responses",
    "scores",
)


def _dataset(run: Run, inputs: Mapping[str, Stored]) -> Result:
    from crabtk.reporting.card import dataset_card

    folder = run.scratch() / "dataset"
    data = folder / "data"
    data.mkdir(parents=True)
    crab = inputs["crab"].table()
    for split in SPLITS:
        rows = crab.filter(pl.col("split") == split)
        if len(rows):
            rows.write_parquet(data / f"{split}.parquet", compression="zstd", statistics=False)
            _write_lines(rows, folder / f"{split}.jsonl")
    constraints = inputs["constraints"].table()
    rechecked = recheck(crab, constraints, run.types())
    constraints.write_parquet(folder / "constraints.parquet", compression="zstd", statistics=False)
    (folder / "README.md").write_text(dataset_card(replace(_inputs(run, inputs), rechecked=rechecked)), "utf-8")
    return Result(tree=folder, facts={"rechecked": rechecked})


def _write_lines(rows: pl.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for row in rows.iter_rows(named=True):
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _report(run: Run, inputs: Mapping[str, Stored]) -> Result:
    from crabtk.reporting.report import build_report, summary

    folder = run.scratch() / "report"
    folder.mkdir(parents=True)
    collected = _inputs(run, inputs)
    (folder / "report.html").write_text(build_report(collected), "utf-8")
    text = json.dumps(summary(collected), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "summary.json").write_text(text + "\n", "utf-8")
    if collected.ledger is not None:
        _write_lines(collected.ledger, folder / "rejected.jsonl")
    return Result(tree=folder)


def _inputs(run: Run, inputs: Mapping[str, Stored]) -> Any:
    """Return what report and card are made from; stages that are no input are missing in it."""
    from crabtk.reporting.inputs import ReportInputs

    tables: dict[str, Any] = {name: inputs[name].table() for name in _TABLES if name in inputs}
    if "scores" in inputs:
        tables["grades"] = inputs["scores"].table("grades")
    audit = dict(inputs["judge_audit"].facts)
    audit["model"] = run.settings.engines[run.settings.judging.engine].model if run.settings.engines else ""
    return ReportInputs(
        **tables,
        ledger=pl.concat([pl.DataFrame(schema=LEDGER), *(_ledgers(inputs))]),
        trainings=_trainings(inputs),
        audit_figures=audit if audit["cases_true"] else {},
        stages=[_stage_figures(stored) for stored in inputs.values() if run.stages[stored.stage].enabled(run)],
        settings=run.settings,
        versions=versions(run),
        rechecked=inputs["dataset"].facts["rechecked"] if "dataset" in inputs else None,
    )


def _trainings(inputs: Mapping[str, Stored]) -> dict[str, dict[str, Any]]:
    """Return history and figures of every model that the run trained, by the name that scores give it."""
    facts = {name: inputs[stage].facts for name, stage in TRAINED.items() if stage in inputs and inputs[stage].tree}
    if "control_models" in inputs:
        facts |= inputs["control_models"].facts["models"]
    return {
        name: {
            "history": found["history"],
            "figures": {**found["figures"], **found.get("kinds", {}), **found.get("sources", {})},
        }
        for name, found in facts.items()
    }


def _ledgers(inputs: Mapping[str, Stored]) -> list[pl.DataFrame]:
    return [table for stored in inputs.values() if (table := stored.ledger()) is not None]


def _stage_figures(stored: Stored) -> dict[str, Any]:
    costs = stored.costs
    return {
        "name": stored.stage,
        "state": "computed",
        "rows_in": costs.get("rows_in"),
        "rows_out": stored.rows.get(stored.stage),
        "rejected": stored.rows["rejected"],
        "seconds": costs.get("seconds"),
        "model_calls": costs.get("calls"),
        "cached_calls": costs.get("cached"),
        "prompt_tokens": costs.get("prompt_tokens"),
        "cached_tokens": costs.get("cached_tokens"),
        "generated_tokens": costs.get("generated_tokens"),
    }


def versions(run: Run) -> dict[str, str]:
    """Return the versions of crabtk, of the plugins' distributions and of what shapes tables."""
    found = {name: metadata.version(name) for name in ("crabtk", "polars")}
    found |= {plugin.distribution: plugin.version for plugin in run.registry.plugins.values()}
    return dict(sorted(found.items()))


OUTPUT_STAGES = (
    Stage(
        "dataset",
        _TABLES[:6],
        "The dataset as Parquet and JSON Lines, with its card.",
        _dataset,
        lambda run: {
            "settings": public_settings(run.settings),
            "versions": versions(run),
            "types": type_fingerprints(run),
        },
        ("reporting/", "graph/output_stages.py", "pipeline/recheck.py", *TYPES),
        {},
    ),
    Stage(
        "report",
        (
            *_TABLES[:6],
            "dataset",
            "sft_model",
            "preferences",
            "dpo_model",
            "rl_prompts",
            "grpo_model",
            "control_models",
            "responses",
            "judgements",
            "scores",
        ),
        "What was made, how true it is, and what the model learnt: report.html and summary.json.",
        _report,
        lambda run: {"settings": _shaping(run), "versions": versions(run)},
        ("reporting/", "scoring/", "graph/output_stages.py", "canonical.py", "randomness.py"),
        {},
        reads_ledgers=True,
    ),
)


def _shaping(run: Run) -> Any:
    """Return the settings that a reader is shown; how and in which folders it ran is not among them."""
    shown = run.settings.model_dump(mode="json", exclude={"runtime"})
    for source in (*shown["seeds"]["sources"], *shown["preferences"]["sources"]):
        source["path"] = public_path(source["path"])
    for section in (shown["training"], *shown["engines"].values()):
        section["model"] = public_model(section["model"])
    scoring = shown["scoring"]
    scoring["models"] = {name: public_model(model) for name, model in scoring["models"].items()}
    scoring["options"] = {name: _public(options) for name, options in scoring["options"].items()}
    return shown


def _public(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with the last part of what is an absolute path."""
    return {
        key: Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value
        for key, value in options.items()
    }
