"""The numbers of a run as JSON values; the report and the card take theirs from here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import PurePath
from statistics import mean
from typing import Any

import polars as pl

from crabtk.reporting import counts
from crabtk.reporting.comparisons import comparisons, control_tables, shown_comparison
from crabtk.reporting.curves import curve_figures
from crabtk.reporting.findings import audit_finding
from crabtk.reporting.grades import response_figures
from crabtk.reporting.inputs import ReportInputs
from crabtk.reporting.redaction import public_model, shown_settings
from crabtk.reporting.refusals import refusals
from crabtk.reporting.registries import registry_differences
from crabtk.reporting.score_tables import headline_row, score_tables
from crabtk.reporting.training_findings import control_finding, training_finding
from crabtk.scoring.models import BASE, stages
from crabtk.types import Split

_TOKENS = ("prompt_tokens", "cached_tokens", "generated_tokens")
_TRANSLATING = ("translated_constraints", "judge_audit", "constraints")
"""Stages whose tokens translated constraints cost."""
_SPLITS = Split.__args__  # type: ignore[attr-defined]
_STAGE_TOTALS = ("rejected", "seconds", "model_calls", "cached_calls", *_TOKENS)
_STAGE_KEYS = ("name", "state", "rows_in", "rows_out", *_STAGE_TOTALS)


def summary(inputs: ReportInputs) -> dict[str, Any]:
    """Return the numbers of a run.

    Returns:
        JSON values by section: ``title``, ``headline``, ``audit``, ``stages``, ``stage_totals``,
        ``tokens_per_constraint``, ``sources``, ``constraints``, ``examples``, ``trainings``, ``scores``,
        ``comparisons``, ``controls``, ``registries``, ``responses``, ``ledger``, ``settings``, ``versions``. What a
        missing stage would have told is None, an empty list or zero.
    """
    constraints, examples = _constraints(inputs), _examples(inputs.crab)
    tables = [] if inputs.scores is None else score_tables(inputs.scores)
    compared, controls = _compared(inputs)
    numbers: dict[str, Any] = _json(
        {
            "title": inputs.title,
            "headline": _headline(inputs, tables, compared, controls),
            "audit": _audit(inputs, constraints),
            "stages": [{key: stage.get(key) for key in _STAGE_KEYS} for stage in inputs.stages],
            "stage_totals": {key: _total(inputs, key) for key in _STAGE_TOTALS},
            "tokens_per_constraint": _tokens_per_constraint(inputs, constraints),
            "sources": _sources(inputs),
            "constraints": constraints,
            "examples": examples,
            "trainings": [_training(name, facts) for name, facts in inputs.trained().items()],
            "scores": tables,
            "comparisons": compared,
            "controls": controls,
            "registries": registry_differences(tables),
            "responses": [] if inputs.responses is None else response_figures(inputs.responses),
            "ledger": [] if inputs.ledger is None else refusals(inputs.ledger),
            "settings": shown_settings(inputs.settings),
            "versions": dict(sorted(inputs.versions.items())),
        }
    )
    return numbers


def _compared(inputs: ReportInputs) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if inputs.grades is None:
        return [], []
    seed, kept_out = inputs.settings.seed, inputs.settings.composition.kept_out
    compared = [shown_comparison(each) for each in comparisons(inputs.grades, seed)]
    return compared, control_tables(inputs.grades, kept_out, seed)


def starting_model(inputs: ReportInputs) -> str | None:
    """Return the name of the model that training starts from, None where the settings name none."""
    engine = inputs.settings.engines.get("default")
    model = inputs.settings.training.model or (engine.model if engine else "")
    return public_model(model) or None


def _headline(
    inputs: ReportInputs,
    tables: list[dict[str, Any]],
    compared: list[dict[str, Any]],
    controls: list[dict[str, Any]],
) -> dict[str, Any]:
    row = headline_row(tables[0]) if tables else None
    cells = dict(zip(tables[0]["models"], row["cells"], strict=True)) if row else {}
    own = stages(cells) or list(cells)[:1]
    return {
        "seeds": _height(inputs.seeds, pl.col("use") == "seed"),
        "chat": _height(inputs.seeds, pl.col("use") == "chat"),
        "model": starting_model(inputs),
        "was_trained": bool(inputs.trained() or set(own) - {BASE}),
        "benchmark": tables[0]["benchmark"] if row else None,
        "metric": row["metric"] if row else None,
        "metric_label": row["label"] if row else None,
        "unit": row["unit"] if row else None,
        "models": [{"model": name, **cell} for name in own if (cell := cells[name])],
        "change": row["change"] if row else None,
        "sentences": training_finding(tables, compared, inputs.settings),
        "control_sentences": control_finding(controls),
    }


def _constraints(inputs: ReportInputs) -> dict[str, Any]:
    found = inputs.constraints
    translated = 0 if inputs.translated_constraints is None else inputs.translated_constraints.height
    known = {
        "measured": 0 if inputs.measured_constraints is None else inputs.measured_constraints.height,
        "translated": translated,
    }
    if found is None:
        empty = {"total": 0, "kept": 0, "types": [], "type_count": 0, "by_code": 0, "by_judge": 0, "unknown": 0}
        return {**known, **empty, **_rechecked(inputs), "fails": 0, "model_by_code": 0, "model_by_judge": 0}
    types = counts.by_type(found).to_dicts()
    verdicts = {key: sum(row[key] for row in types) for key in ("kept", "by_code", "by_judge", "unknown", "fails")}
    kept_by_model = counts.kept(found).filter(pl.col("origin") != "measured")
    by_code = _height(kept_by_model, counts.code_checked())
    return {
        **known,
        **verdicts,
        **_rechecked(inputs),
        "total": found.height,
        "types": types,
        "type_count": sum(row["kept"] > 0 for row in types),
        "model_by_code": by_code,
        "model_by_judge": kept_by_model.height - by_code,
    }


def _rechecked(inputs: ReportInputs) -> dict[str, Any]:
    """Count what code checked once more in the finished examples, else what it checked when constraints were made."""
    if inputs.rechecked is not None:
        return {"rechecked": True, "checked": inputs.rechecked["checked"], "held": inputs.rechecked["held"]}
    if inputs.constraints is None:
        return {"rechecked": False, "checked": 0, "held": 0}
    checked = inputs.constraints.filter(counts.code_checked())
    return {"rechecked": False, "checked": checked.height, "held": counts.kept(checked).height}


def _audit(inputs: ReportInputs, constraints: Mapping[str, Any]) -> dict[str, Any]:
    figures = dict(inputs.audit_figures)
    if figures.get("model"):
        figures["model"] = public_model(figures["model"])
    sentences = audit_finding(
        figures,
        inputs.settings,
        translated=constraints["translated"],
        joined=constraints["model_by_judge"],
        by_code=constraints["model_by_code"],
    )
    return {**figures, "sentences": sentences}


def _sources(inputs: ReportInputs) -> list[dict[str, Any]]:
    if inputs.seeds is None:
        return []
    licences = {_source_name(source.name, source.path): source.licence for source in inputs.settings.seeds.sources}
    found = inputs.seeds.group_by("source", "use").agg(
        pl.len().cast(pl.Int64).alias("pairs"),
        *((pl.col("split") == split).sum().cast(pl.Int64).alias(split) for split in ("dev", "held_out")),
    )
    rows = found.sort(["use", "source"], descending=[True, False]).to_dicts()
    return [{**row, "licence": _licence(row["source"], licences)} for row in rows]


def _source_name(name: str | None, path: str) -> str:
    return name or PurePath(path).name


def _licence(source: str, licences: Mapping[str, str]) -> str:
    """Match by name, or where tables call a source by its file without ending, by that."""
    stems = {PurePath(name).stem: licence for name, licence in licences.items()}
    return licences.get(source, stems.get(source, "unknown"))


def _examples(crab: pl.DataFrame | None) -> dict[str, Any]:
    if crab is None:
        return {**dict.fromkeys(_SPLITS, 0), "kinds": [], "demonstrated": 0, "constraints_mean": None}
    kinds = [
        {"kind": kind, **rows}
        for kind in ("forward", "reverse", "chat")
        if sum((rows := {split: _height(crab, _of(kind, split)) for split in _SPLITS}).values())
    ]
    numbers = counts.constraints_per_example(crab)
    return {
        **{split: sum(row[split] for row in kinds) for split in _SPLITS},
        "kinds": kinds,
        "demonstrated": _height(crab, pl.col("demonstration_ids").list.len() > 0),
        "constraints_mean": mean(numbers) if numbers else None,
    }


def _of(kind: str, split: str) -> pl.Expr:
    return (pl.col("kind") == kind) & (pl.col("split") == split)


def _training(name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    curves = curve_figures(facts.get("history", ()))
    return {"name": name, "figures": dict(facts.get("figures", {})), "curves": curves}


def _tokens_per_constraint(inputs: ReportInputs, constraints: Mapping[str, Any]) -> dict[str, float | None]:
    """Divide what the engine read and wrote for translated constraints by the number of them that hold.

    By the engine's own counters; what an earlier, interrupted run has paid for is not in them.
    """
    kept = constraints["model_by_code"] + constraints["model_by_judge"]
    stages = [stage for stage in inputs.stages if stage["name"] in _TRANSLATING]
    spent = {key: sum(stage.get(key) or 0 for stage in stages) for key in _TOKENS}
    return {key: spent[key] / kept if kept and any(spent.values()) else None for key in _TOKENS}


def _total(inputs: ReportInputs, key: str) -> float | None:
    known = [stage[key] for stage in inputs.stages if stage.get(key) is not None]
    return sum(known) if known else None


def _height(table: pl.DataFrame | None, condition: pl.Expr) -> int:
    return 0 if table is None else table.filter(condition).height


def _json(value: Any) -> Any:
    """Make plain JSON values: text keys, lists, None for what is no finite number, text for anything else."""
    if isinstance(value, Mapping):
        return {str(key): _json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else str(value)
