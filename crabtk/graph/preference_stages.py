"""The stages of preferences: pairs of responses, and the model that learns from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from crabtk.errors import SettingsError
from crabtk.graph.data_stages import TYPES, finding, type_fingerprints
from crabtk.graph.run import Run
from crabtk.graph.stage import Stage
from crabtk.graph.train import latest_model, start_identity, train_stage, trainer_depends, training_facts
from crabtk.pipeline.preferences import SCHEMA, Judge, Tables, preferences
from crabtk.readers.sources import source_digest, source_name
from crabtk.store import Result, Stored
from crabtk.training.preferences import write_preferences
from crabtk.types import TrainingJob


def _unread(run: Run) -> tuple[str, ...]:
    settings = run.settings.preferences
    if not settings.samples:
        return ("sft_model", "judge_audit")
    return () if settings.judge else ("judge_audit",)


def _preferences(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.preferences
    if not settings.enabled:
        return Result({"preferences": pl.DataFrame(schema=SCHEMA)})
    judge, says = _judge(run, inputs)
    table, ledger, figures = preferences(
        Tables(inputs["seeds"].table(), inputs["constraints"].table(), inputs["crab"].table()),
        run.types(),
        run.complete("preferences", settings.engine, sampled_model(run, inputs), "sampling responses"),
        judge,
        settings=settings,
        dev=run.settings.seeds.dev,
        seed=run.settings.seed,
        processes=run.settings.runtime.processes,
        chunk_size=run.settings.runtime.chunk_size,
    )
    return Result({"preferences": table}, ledger, facts={**figures, "judge": says})


def sampled_model(run: Run, inputs: Mapping[str, Stored]) -> str | None:
    """Return the model that takes the place of the engine's: the one that DPO starts from; None without samples."""
    return latest_model(run, inputs, "sft_model") if run.settings.preferences.samples else None


def _judge(run: Run, inputs: Mapping[str, Stored]) -> tuple[Judge | None, str]:
    """Return the judge, if the settings name one and its audit lets it judge; and what is to be said of it."""
    name, audited = run.settings.preferences.judge, run.settings.judging.engine
    if not run.settings.preferences.samples:
        return None, "none: no responses are sampled"
    if not name:
        return None, "none: the prompts ask for what code can check"
    if run.settings.translation.enabled and run.engines.identity(name) != run.engines.identity(audited):
        raise SettingsError(
            f'preferences.judge: "{name}" is another model than the one that was audited ("{audited}"), whose '
            f'threshold would not hold for it. Set preferences.judge = "{audited}", or judging.engine = "{name}".'
        )
    found = finding(run, inputs["judge_audit"].table())
    if not found.accepted or found.threshold is None:
        return None, f"not believed, so the prompts ask for what code can check: {found.reason}"
    complete = run.complete("preferences", name, note="judging sampled responses")
    return Judge(complete, found.threshold), found.reason


def _preferences_depend(run: Run) -> Any:
    settings = run.settings.preferences
    if not settings.enabled:
        return None
    return {
        # Not the path: a file that moved, or came with another checkout, is the same source.
        "settings": settings.model_dump(mode="json", exclude={"engine": True, "sources": {"__all__": {"path"}}}),
        "names": [source_name(source) for source in settings.sources],
        "content": [source_digest(source) for source in settings.sources],
        "dev": run.settings.seeds.dev,
        "engine": run.engines.fingerprint(settings.engine) if settings.samples else None,
        # Where nothing is fine-tuned, no input tells which model responds.
        "model": start_identity(run) if settings.samples else None,
        "judge": _judge_depends(run) if settings.samples and settings.judge else None,
        "types": type_fingerprints(run),
    }


def _judge_depends(run: Run) -> Any:
    return {
        "engine": run.engines.fingerprint(run.settings.preferences.judge),
        "settings": run.settings.judging.model_dump(mode="json", include={"max_false_holds", "min_recall"}),
    }


def _dpo_model(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.dpo
    if not settings.enabled:
        return Result(facts={"trained": False})
    work = run.store.work("dpo_model", run.fingerprint("dpo_model"))
    table, seed = inputs["preferences"].table(), run.settings.seed
    pairs, dev = work / "pairs.jsonl", work / "dev.jsonl"
    sources = write_preferences(table, pairs, seed, settings.limit)
    evaluated = write_preferences(table, dev, seed, settings.dev_limit, split="dev")
    output = run.scratch() / "model"
    start = latest_model(run, inputs, "sft_model")
    job = TrainingJob(start, pairs, output, work, seed, evaluation=dev if evaluated else None, reference=start)
    where = "dpo.options"
    outcome = train_stage(run, "dpo_model", job, trainer=settings.trainer, options=settings.options, where=where)
    return Result(tree=output, facts=training_facts(outcome, sources=sources, dev=sum(evaluated.values())))


def _dpo_depend(run: Run) -> Any:
    settings = run.settings.dpo
    if not settings.enabled:
        return None
    return {
        "limit": settings.limit,
        "dev_limit": settings.dev_limit,
        # Where nothing is fine-tuned, no input tells which model it starts from.
        "model": start_identity(run),
        **trainer_depends(run, settings.trainer, settings.options),
    }


PREFERENCE_STAGES = (
    Stage(
        "preferences",
        ("seeds", "constraints", "crab", "judge_audit", "sft_model"),
        "Pairs of responses: from sources with a ranking, and sampled ones ranked by which constraints hold.",
        _preferences,
        _preferences_depend,
        (
            "pipeline/preferences.py",
            "pipeline/preference_rows.py",
            "pipeline/ranked_sources.py",
            "pipeline/sampled_prompts.py",
            "pipeline/sampled_responses.py",
            "pipeline/verdicts.py",
            "pipeline/pairs.py",
            "pipeline/hindsight.py",
            "pipeline/intent.py",
            "pipeline/compose.py",
            "pipeline/choose.py",
            "pipeline/formats.py",
            "pipeline/seed_rules.py",
            "pipeline/ask.py",
            "pipeline/audit.py",
            "pipeline/judge.py",
            "prompts/compose.toml",
            "prompts/intent.md",
            "prompts/judge.md",
            "prompts/judge_request.md",
            "prompts/response.md",
            "prompts/system.md",
            "prompts/translate.md",
            "prompts/worked_examples.toml",
            "inference/client.py",
            "inference/refusals.py",
            "readers/",
            "reply.py",
            "scoring/claims.py",
            "scoring/gaming.py",
            "scoring/judges.py",
            "scoring/topic.py",
            *TYPES,
        ),
        {"preferences": "Preferences"},
        engine=True,
        enabled=lambda run: run.settings.preferences.enabled,
        unread=_unread,
    ),
    Stage(
        "dpo_model",
        ("preferences", "sft_model"),
        "The model, trained on preference pairs from the fine-tuned one, which is also its reference.",
        _dpo_model,
        _dpo_depend,
        ("training/preferences.py", "training/rows.py", "canonical.py", "graph/train.py"),
        {},
        engine=True,
        enabled=lambda run: run.settings.dpo.enabled,
    ),
)
