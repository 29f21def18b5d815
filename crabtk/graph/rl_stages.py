"""The stages of RL: prompts with their checkers as reward, and the model that learns by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from crabtk.graph.data_stages import TYPES, type_fingerprints
from crabtk.graph.run import Run
from crabtk.graph.stage import Stage
from crabtk.graph.train import (
    latest_model,
    start_identity,
    start_model,
    train_stage,
    trainer_depends,
    training_facts,
)
from crabtk.pipeline.rl_prompts import SCHEMA, rl_prompts
from crabtk.store import Result, Stored
from crabtk.training.prompts import write_prompts
from crabtk.types import TrainingJob

_BEFORE: Mapping[str, tuple[str, ...]] = {"base": (), "sft": ("sft_model",), "dpo": ("sft_model", "dpo_model")}
"""By ``rl.start``, the stages whose model it may start from; the last that trained one counts."""


def _start(run: Run, inputs: Mapping[str, Stored]) -> str:
    return latest_model(run, inputs, *_BEFORE[run.settings.rl.start])


def _later(run: Run) -> frozenset[str]:
    """Name the models that come after the one that training starts from."""
    return frozenset(_BEFORE["dpo"]) - set(_BEFORE[run.settings.rl.start])


def _unsampled(run: Run) -> frozenset[str]:
    """Name the models that make no rollouts."""
    return _later(run) if run.settings.rl.rollouts else frozenset(_BEFORE["dpo"])


def _rl_prompts(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.rl
    if not settings.enabled:
        return Result({"rl_prompts": pl.DataFrame(schema=SCHEMA)})
    model = _start(run, inputs) if settings.rollouts else start_model(run)
    judge = settings.reward.judge if settings.reward.intent == "judge" else ""
    table, ledger = rl_prompts(
        inputs["crab"].table(),
        inputs["constraints"].table(),
        inputs["seeds"].table(),
        run.types(),
        run.complete("rl_prompts", settings.engine, model, "rollouts"),
        settings,
        run.settings.seed,
        judge=run.complete("rl_prompts", judge, note="judging intent") if judge else None,
        composition=run.settings.composition,
    )
    return Result({"rl_prompts": table}, ledger)


def _rl_prompts_depend(run: Run) -> Any:
    settings = run.settings.rl
    if not settings.enabled:
        return None
    calibrated = settings.rollouts > 0
    judged = calibrated and settings.reward.intent == "judge"
    made_by = {"enabled", "trainer", "options", "engine", "reward"}
    return {
        "settings": settings.model_dump(mode="json", exclude=made_by),
        "gate": settings.reward.intent,
        "composition": run.settings.composition.model_dump(
            mode="json", include={"kept_out", "weights", "default_weight"}
        ),
        "types": type_fingerprints(run),
        # Where nothing is trained before, no input tells which model responds.
        "model": start_identity(run) if calibrated else None,
        "engine": run.engines.fingerprint(settings.engine) if calibrated else None,
        "judge": run.engines.fingerprint(settings.reward.judge) if judged else None,
    }


def _grpo_model(run: Run, inputs: Mapping[str, Stored]) -> Result:
    settings = run.settings.rl
    if not settings.enabled:
        return Result(facts={"trained": False})
    work = run.store.work("grpo_model", run.fingerprint("grpo_model"))
    table, seed = inputs["rl_prompts"].table(), run.settings.seed
    prompts, dev = work / "prompts.jsonl", work / "dev.jsonl"
    kinds = write_prompts(table, prompts, seed)
    evaluated = write_prompts(table, dev, seed, split="dev")
    output = run.scratch() / "model"
    start = _start(run, inputs)
    job = TrainingJob(
        start, prompts, output, work, seed, evaluation=dev if evaluated else None, reference=start, reward=_reward(run)
    )
    where = "rl.options"
    outcome = train_stage(run, "grpo_model", job, trainer=settings.trainer, options=settings.options, where=where)
    return Result(tree=output, facts=training_facts(outcome, kinds=kinds, dev=sum(evaluated.values())))


def _reward(run: Run) -> dict[str, Any]:
    """Return the reward's settings with the judge's engine, which the trainer's process opens itself."""
    settings = run.settings.rl.reward
    values = settings.model_dump(mode="json")
    if settings.intent != "judge":
        return values
    return {**values, "engines": {settings.judge: run.settings.engines[settings.judge].model_dump(mode="json")}}


def _grpo_depend(run: Run) -> Any:
    settings = run.settings.rl
    if not settings.enabled:
        return None
    judged = settings.reward.intent == "judge"
    return {
        "reward": settings.reward.model_dump(mode="json", exclude={"judge"}),
        "judge": run.engines.fingerprint(settings.reward.judge) if judged else None,
        # All types: the reward is given by whatever a prompt names.
        "types": [f"{plugin.name} {plugin.fingerprint}" for plugin in run.registry.all("constraint type")],
        "start": settings.start,
        "model": start_identity(run),
        **trainer_depends(run, settings.trainer, settings.options),
    }


_GATE = (
    "pipeline/intent.py",
    "scoring/claims.py",
    "scoring/gaming.py",
    "scoring/topic.py",
    "reply.py",
    "inference/refusals.py",
    "pipeline/ask.py",
    "pipeline/formats.py",
    "pipeline/judge.py",
    "prompts/compose.toml",
    "prompts/intent.md",
    "prompts/judge.md",
    "prompts/judge_request.md",
    "prompts/response.md",
    "prompts/system.md",
    "prompts/translate.md",
    "prompts/worked_examples.toml",
)
"""What tells whether a response answers the instruction."""

RL_STAGES = (
    Stage(
        "rl_prompts",
        ("seeds", "constraints", "crab", "sft_model", "dpo_model"),
        "Prompts for RL with constraints that code judges, kept by how often the model passes; and trip wires.",
        _rl_prompts,
        _rl_prompts_depend,
        (
            "pipeline/rl_prompts.py",
            "pipeline/calibration.py",
            "pipeline/passing.py",
            "pipeline/trip_wires.py",
            "pipeline/compose.py",
            "pipeline/choose.py",
            "pipeline/seed_rules.py",
            "inference/client.py",
            *_GATE,
            *TYPES,
        ),
        {"rl_prompts": "RlPrompts"},
        engine=True,
        enabled=lambda run: run.settings.rl.enabled,
        unread=_unsampled,
    ),
    Stage(
        "grpo_model",
        ("rl_prompts", "sft_model", "dpo_model"),
        "The model, trained by reward: what the constraints' own checks say of its responses.",
        _grpo_model,
        _grpo_depend,
        (
            "training/prompts.py",
            "training/rows.py",
            "canonical.py",
            "graph/train.py",
            "rewards/",
            "scoring/reward.py",
            *_GATE,
            *TYPES,
        ),
        {},
        engine=True,
        enabled=lambda run: run.settings.rl.enabled,
        unread=_later,
    ),
)
