"""The stages from seeds to the CRAB dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from crabtk.graph.run import Run
from crabtk.graph.stage import Stage
from crabtk.pipeline.accept import accept
from crabtk.pipeline.audit import Finding, ask_judge, find, plant
from crabtk.pipeline.compose import compose
from crabtk.pipeline.measure import SCHEMA as CONSTRAINTS
from crabtk.pipeline.measure import measure
from crabtk.pipeline.seeds import read_seeds
from crabtk.pipeline.translate import translate
from crabtk.readers.sources import source_digest, source_name
from crabtk.store import Result, Stored

_TEXT = ("text.py", "words.py", "markdown.py", "sentences.py", "language.py", "randomness.py", "canonical.py")
_ASKING = (
    "constraints/translated.py",
    "prompts/response.md",
    "prompts/system.md",
    "prompts/translate.md",
    "prompts/judge.md",
    "prompts/worked_examples.toml",
    "pipeline/ask.py",
    "wording.py",
    "inference/client.py",
    "inference/refusals.py",
)
TYPES = ("constraints/", "quantities.py", "wording.py", *_TEXT)
"""What measures and checks."""


def _seeds(run: Run, _: Mapping[str, Stored]) -> Result:
    readers = [plugin.value for plugin in run.registry.all("seed reader")]
    table, ledger = read_seeds(
        run.settings.seeds,
        run.settings.seed,
        readers,
        progress=lambda done, total: run.observer.progress("seeds", done, total),
    )
    return Result({"seeds": table}, ledger)


def _seeds_depend(run: Run) -> Any:
    return {
        # Not the path: a file that moved, or came with another checkout, is the same source.
        "settings": run.settings.seeds.model_dump(mode="json", exclude={"sources": {"__all__": {"path"}}}),
        "names": [source_name(source) for source in run.settings.seeds.sources],
        "content": [source_digest(source) for source in run.settings.seeds.sources],
        "readers": [plugin.fingerprint for plugin in run.registry.all("seed reader")],
    }


def _measured(run: Run, inputs: Mapping[str, Stored]) -> Result:
    table, ledger = measure(
        inputs["seeds"].table(),
        list(run.types().values()),
        seed=run.settings.seed,
        reference_sample=run.settings.measuring.reference_sample,
        processes=run.settings.runtime.processes,
        chunk_size=run.settings.runtime.chunk_size,
        progress=lambda done, total: run.observer.progress("measured_constraints", done, total),
    )
    return Result({"measured_constraints": table}, ledger)


def type_fingerprints(run: Run) -> list[str]:
    """Return names and versions of the selected measured types."""
    return [f"{plugin.name} {plugin.fingerprint}" for plugin in run.type_plugins()]


def _translated(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.translation
    if not settings.enabled:
        return Result({"translated_constraints": pl.DataFrame(schema=CONSTRAINTS)})
    table, ledger = translate(
        inputs["seeds"].table(),
        run.translated_types(),
        run.complete("translated_constraints", settings.engine, note="translating"),
        settings=settings,
        seed=run.settings.seed,
    )
    return Result({"translated_constraints": table}, ledger)


def _translated_depend(run: Run) -> Any:
    settings = run.settings.translation
    if not settings.enabled:
        return None
    return {
        "settings": settings.model_dump(mode="json", exclude={"engine"}),
        "engine": run.engines.fingerprint(settings.engine),
    }


def _audit(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.judging
    seeds = inputs["seeds"].table()
    cases = settings.audit_cases if run.settings.translation.enabled else 0
    planted = plant(seeds, inputs["measured_constraints"].table(), run.types(), cases=cases, seed=run.settings.seed)
    complete = run.complete("judge_audit", settings.engine, note="judging planted constraints")
    table = ask_judge(seeds, planted, complete)
    return Result({"judge_audit": table}, facts=finding(run, table).figures())


def finding(run: Run, audit: pl.DataFrame) -> Finding:
    """Return what the audit's table says under the run's settings."""
    settings = run.settings.judging
    return find(audit, max_false_holds=settings.max_false_holds, min_recall=settings.min_recall, seed=run.settings.seed)


def _audit_depend(run: Run) -> Any:
    if not run.settings.translation.enabled:
        return None
    settings = run.settings.judging
    return {
        "settings": settings.model_dump(mode="json", include={"audit_cases", "max_false_holds", "min_recall"}),
        "engine": run.engines.fingerprint(settings.engine),
        "types": type_fingerprints(run),
    }


def _constraints(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.judging
    table, ledger = accept(
        inputs["seeds"].table(),
        inputs["measured_constraints"].table(),
        inputs["translated_constraints"].table(),
        run.types(),
        finding(run, inputs["judge_audit"].table()),
        run.complete("constraints", settings.engine, note="judging translated constraints"),
        repair=settings.repair,
        max_rouge_l=settings.max_rouge_l,
    )
    return Result({"constraints": table}, ledger)


def _constraints_depend(run: Run) -> Any:
    settings = run.settings.judging
    judged = run.settings.translation.enabled
    return {
        "settings": settings.model_dump(mode="json", exclude={"engine", "audit_cases"}),
        "engine": run.engines.fingerprint(settings.engine) if judged else None,
        "types": type_fingerprints(run),
    }


def _crab(run: Run, inputs: Mapping[str, Stored]) -> Result:
    table, ledger = compose(
        inputs["seeds"].table(),
        inputs["constraints"].table(),
        settings=run.settings.composition,
        seed=run.settings.seed,
    )
    return Result({"crab": table}, ledger)


DATA_STAGES = (
    Stage(
        "seeds",
        (),
        "Instruction–response pairs, read, selected and split.",
        _seeds,
        _seeds_depend,
        ("readers/", "pipeline/seeds.py", "pipeline/seed_rules.py", "pipeline/ledger.py", *_TEXT),
        {"seeds": "Seeds"},
    ),
    Stage(
        "measured_constraints",
        ("seeds",),
        "Constraints that code finds true of each response.",
        _measured,
        lambda run: {
            "types": type_fingerprints(run),
            "reference_sample": run.settings.measuring.reference_sample,
        },
        ("pipeline/measure.py", *TYPES),
        {"measured_constraints": "Constraints"},
    ),
    Stage(
        "translated_constraints",
        ("seeds",),
        "Constraints that a model writes down about each response, not yet judged.",
        _translated,
        _translated_depend,
        (
            "pipeline/translate.py",
            *_ASKING,
            *_TEXT,
        ),
        {"translated_constraints": "Constraints"},
        engine=True,
        enabled=lambda run: run.settings.translation.enabled,
    ),
    Stage(
        "judge_audit",
        ("seeds", "measured_constraints"),
        "Planted constraints whose truth code knows, and the judge's P(yes) on them.",
        _audit,
        _audit_depend,
        ("pipeline/audit.py", "pipeline/judge.py", "scoring/judges.py", *_ASKING, *TYPES),
        {"judge_audit": "Audit"},
        engine=True,
    ),
    Stage(
        "constraints",
        ("seeds", "measured_constraints", "translated_constraints", "judge_audit"),
        "Measured and translated constraints with their verdicts, grounded, judged, repaired and thinned.",
        _constraints,
        _constraints_depend,
        (
            "pipeline/accept.py",
            "pipeline/alike.py",
            "grounding/",
            "pipeline/audit.py",
            "pipeline/judge.py",
            "pipeline/translate.py",
            "scoring/judges.py",
            "prompts/judge_request.md",
            "prompts/repair.md",
            *_ASKING,
            *TYPES,
        ),
        {"constraints": "Constraints"},
        engine=True,
    ),
    Stage(
        "crab",
        ("seeds", "constraints"),
        "Training examples: forward, reverse and general chat.",
        _crab,
        lambda run: run.settings.composition.model_dump(mode="json"),
        (
            "pipeline/compose.py",
            "pipeline/choose.py",
            "pipeline/formats.py",
            "pipeline/seed_rules.py",
            "prompts/compose.toml",
            "prompts/response.md",
            "wording.py",
            *_TEXT,
        ),
        {"crab": "Crab"},
    ),
)
