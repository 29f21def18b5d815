"""The stages of RL in a run: who makes the rollouts, what the trainer is given, what is off, what is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
import pytest

from crabtk.errors import EmptyStageError
from crabtk.graph.run import Outcome, Run
from crabtk.graph.stages import STAGES, upstream
from crabtk.plugins import Plugin, Registry
from crabtk.rewards import from_settings, reward_from_settings
from crabtk.testing import ScriptedBackend
from crabtk.types import Request, TrainingOutcome
from tests.graph.conftest import Changes, Workshop

ON: Mapping[str, Any] = {
    "translation.enabled": False,
    "seeds.dev": 0.2,
    "measuring.types": ["keyword:include"],
    "rl": {
        "enabled": True,
        "trainer": "rewarded",
        "rollouts": 4,
        "pass_rates": [0.0, 0.75],
        "reward": {"intent": "off", "aggregate": "all"},
    },
}


class Parrot(ScriptedBackend):
    """Repeats its prompt, and with it every keyword, where the request's seed is odd; keeps what it was opened with."""

    name: ClassVar[str] = "parrot"
    opened: ClassVar[list[str]] = []

    def __init__(self, model: str) -> None:
        super().__init__(self.say, model)
        self.opened.append(model)

    def say(self, request: Request) -> str:
        return request.messages[-1].content if request.sampling.seed % 2 else "Nothing."


class RewardTrainer:
    """Copies the model and keeps what it was given."""

    name: ClassVar[str] = "rewarded"
    trains_on: ClassVar[str] = "prompts"
    jobs: ClassVar[list[dict[str, Any]]] = []

    def train(self, job: Any, report: Any) -> TrainingOutcome:
        shutil.copytree(job.model, job.output, dirs_exist_ok=True)
        given = {name: _rows(getattr(job, name)) for name in ("examples", "evaluation")}
        self.jobs.append({"model": job.model, "reference": job.reference, "reward": dict(job.reward), **given})
        return TrainingOutcome(({"step": 1.0, "reward": 0.5},), {"prompts": len(given["examples"])})


def _rows(path: Path | None) -> list[Any]:
    return [] if path is None else [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def registry(workshop: Workshop) -> Registry:
    plugins = dict(workshop.registry().plugins)
    for kind, value in (("backend", Parrot), ("trainer", RewardTrainer)):
        plugins[kind, value.name] = Plugin(kind, value.name, value, "crabtk-parrot", "0.1.0", "parrot")
    return Registry(plugins)


def run(workshop: Workshop, changes: Changes | None = None) -> dict[str, Outcome]:
    Parrot.opened.clear()
    RewardTrainer.jobs.clear()
    parrot = {"backend": "parrot", "model": str(workshop.model()), "batch_size": 8}
    settings = workshop.settings({**ON, "engines.default": parrot, **(changes or {})})
    with Run(settings, registry(workshop), STAGES) as made:
        return {name: made.stage(name) for name in upstream("grpo_model")}


def test_the_fine_tuned_model_makes_the_rollouts_and_learns_by_reward(workshop: Workshop) -> None:
    outcomes = run(workshop)
    sft = str(outcomes["sft_model"].stored.tree)
    assert Parrot.opened == [sft], "one engine, with the fine-tuned model in the place of its own"
    stored = outcomes["rl_prompts"].stored
    table = stored.table()
    prompts = table.filter(pl.col("kind") == "prompt")
    assert set(prompts["split"]) == {"train", "dev"}
    assert prompts["pass_rate"].min() > 0 and prompts["pass_rate"].max() <= 0.75
    crab = outcomes["crab"].stored.table()
    tried = crab.filter((pl.col("kind") == "forward") & (pl.col("split") != "held_out")).height
    assert table.height + stored.ledger().height == tried, "a prompt stays, is a trip wire or is in the ledger"
    (job,) = RewardTrainer.jobs
    assert job["model"] == job["reference"] == sft
    assert job["reward"]["aggregate"] == "all" and "engines" not in job["reward"]
    wires = (table["kind"] == "trip_wire").sum()
    assert len(job["examples"]) == prompts["split"].to_list().count("train") + wires
    assert len(job["evaluation"]) == prompts["split"].to_list().count("dev") > 0
    assert all(set(row) == {"prompt", "constraints", "kind"} for row in job["examples"])
    facts = outcomes["grpo_model"].stored.facts
    assert facts["trained"] and facts["dev"] == len(job["evaluation"])
    assert facts["kinds"]["prompt"] == len(job["examples"]) - wires


def test_what_is_off_asks_nobody_and_hangs_on_nothing(workshop: Workshop) -> None:
    off = run(workshop, {"rl.enabled": False})
    assert [off[name].state for name in ("rl_prompts", "grpo_model")] == ["off", "off"]
    assert off["rl_prompts"].stored.table().is_empty() and off["grpo_model"].stored.facts == {"trained": False}
    assert not Parrot.opened and not RewardTrainer.jobs


def test_what_is_unchanged_is_found_and_what_shapes_it_is_not(workshop: Workshop) -> None:
    run(workshop)
    again = run(workshop)
    assert {outcome.state for outcome in again.values()} == {"cached", "off"}
    assert not Parrot.opened and not RewardTrainer.jobs
    weighed = run(workshop, {"rl.reward": {"intent": "off", "aggregate": "weighted", "weights": {"keyword": 2.0}}})
    assert [weighed[name].state for name in ("rl_prompts", "grpo_model")] == ["cached", "computed"]
    more = run(workshop, {"rl.pass_rates": [0.0, 0.5]})
    assert [more[name].state for name in ("rl_prompts", "grpo_model")] == ["computed", "computed"]
    assert not Parrot.opened, "the rollouts were kept"


def test_a_model_that_rl_does_not_start_from_changes_nothing(workshop: Workshop) -> None:
    on = {"rl.rollouts": 0, "rl.start": "base"}
    run(workshop, on)
    other = run(workshop, {**on, "training": {"trainer": "toy", "options": {"steps": 4}}})
    assert [other[name].state for name in ("sft_model", "rl_prompts", "grpo_model")] == ["computed", "cached", "cached"]


def test_without_rollouts_no_engine_opens_and_the_base_may_be_the_start(workshop: Workshop) -> None:
    outcomes = run(workshop, {"rl.rollouts": 0, "rl.start": "base"})
    assert not Parrot.opened
    assert outcomes["rl_prompts"].stored.table()["pass_rate"].is_null().all()
    (job,) = RewardTrainer.jobs
    assert job["model"] == str(workshop.model())


def test_a_policy_that_never_passes_is_an_error_that_says_so(workshop: Workshop) -> None:
    with pytest.raises(EmptyStageError, match=r"pass rate 0 over 4 responses.*rl\.start"):
        run(workshop, {"rl.reward.intent": "topic"})  # the gate refuses whoever repeats the prompt


def test_the_trainer_gets_the_judges_engine_with_the_reward(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(workshop, {"rl.rollouts": 0, "rl.reward": {"intent": "judge", "judge": "default"}})
    (job,) = RewardTrainer.jobs
    monkeypatch.setattr(from_settings, "load", lambda: registry(workshop))
    with reward_from_settings(job["reward"]) as reward:
        row = job["examples"][0]
        assert 0.0 <= reward([row["prompt"]], ["Some words."], [row["constraints"]])[0] <= 1.0
    assert Parrot.opened == [str(workshop.model())]
