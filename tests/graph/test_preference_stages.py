"""The stages of preferences in a run: what they ask which model, what is trained, and what is computed again."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crabtk.errors import SettingsError
from crabtk.graph.preference_stages import PREFERENCE_STAGES
from crabtk.graph.run import Outcome, Run
from crabtk.graph.stages import STAGES
from crabtk.plugins import Plugin, Registry
from crabtk.testing import ScriptedBackend
from crabtk.types import Completion, Request, TrainingOutcome
from tests.graph.conftest import Changes, Workshop

ALL = {**STAGES, **{stage.name: stage for stage in PREFERENCE_STAGES}}
PATH = ("seeds", "measured_constraints", "translated_constraints", "judge_audit", "constraints", "crab", "sft_model")
ON: Mapping[str, Any] = {
    "translation.enabled": False,
    "seeds.dev": 0.2,
    "preferences": {"enabled": True, "samples": 2, "min_margin": 0.0, "max_length_ratio": 1000.0},
    "dpo": {"enabled": True, "trainer": "pairs"},
}


class Talker(ScriptedBackend):
    """Says the beginning of its prompt, shorter or longer by the request's seed; keeps what it was opened with."""

    name: ClassVar[str] = "talker"
    opened: ClassVar[list[str]] = []

    def __init__(self, model: str) -> None:
        super().__init__(self.say, model)
        self.opened.append(model)

    def say(self, request: Request) -> str:
        words = request.messages[-1].content.split()
        return " ".join(words[: 5 + request.sampling.seed % len(words)])

    def generate(self, requests: Any) -> list[Completion]:
        return [
            self.verdict() if r.choices else done for r, done in zip(requests, super().generate(requests), strict=True)
        ]

    def verdict(self) -> Completion:
        """Say yes to everything, so that no threshold tells true from false."""
        return Completion("Yes", choice_logprobs={"Yes": math.log(0.9), "No": math.log(0.1)})


class PairTrainer:
    """Copies the model and keeps what it was given."""

    name: ClassVar[str] = "pairs"
    trains_on: ClassVar[str] = "preferences"
    jobs: ClassVar[list[dict[str, Any]]] = []

    def train(self, job: Any, report: Any) -> TrainingOutcome:
        shutil.copytree(job.model, job.output, dirs_exist_ok=True)
        given = {name: _rows(getattr(job, name)) for name in ("examples", "evaluation")}
        self.jobs.append({"model": job.model, "reference": job.reference, **given})
        return TrainingOutcome(({"step": 1.0, "loss": math.log(2)},), {"pairs": len(given["examples"])})


def _rows(path: Path | None) -> list[Any]:
    return [] if path is None else [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def registry(workshop: Workshop) -> Registry:
    plugins = dict(workshop.registry().plugins)
    for kind, value in (("backend", Talker), ("trainer", PairTrainer)):
        plugins[kind, value.name] = Plugin(kind, value.name, value, "crabtk-talk", "0.1.0", "talk")
    return Registry(plugins)


def run(workshop: Workshop, changes: Changes | None = None, *, with_dpo: bool = True) -> dict[str, Outcome]:
    Talker.opened.clear()
    PairTrainer.jobs.clear()
    talker = {"backend": "talker", "model": str(workshop.model()), "batch_size": 8}
    settings = workshop.settings({**ON, "engines.default": talker, **(changes or {})})
    with Run(settings, registry(workshop), ALL) as made:
        return {name: made.stage(name) for name in (*PATH, "preferences", *(["dpo_model"] if with_dpo else []))}


def test_pairs_are_sampled_from_the_fine_tuned_model_and_dpo_starts_from_it(workshop: Workshop) -> None:
    outcomes = run(workshop)
    pairs = outcomes["preferences"].stored
    sft = str(outcomes["sft_model"].stored.tree)
    assert Talker.opened == [sft], "one engine, with the fine-tuned model in the place of its own"
    table = pairs.table()
    assert set(table["split"]) == {"train", "dev"} and not table.is_empty()
    assert pairs.facts["responses"]["usable"] > 0 and pairs.facts["judge"].startswith("none")
    crab = outcomes["crab"].stored.table()
    held_out = set(crab.filter(split="held_out")["seed_id"])
    assert held_out and held_out.isdisjoint(table["seed_id"])
    (job,) = PairTrainer.jobs
    assert job["model"] == job["reference"] == sft
    assert len(job["examples"]) == table["split"].to_list().count("train")
    assert len(job["evaluation"]) == min(64, table["split"].to_list().count("dev")) > 0
    assert all(set(row) == {"prompt", "chosen", "rejected"} for row in job["examples"])
    facts = outcomes["dpo_model"].stored.facts
    assert facts["trained"] and facts["figures"] == {"pairs": len(job["examples"])} and facts["dev"] > 0
    assert outcomes["dpo_model"].stored.tree is not None


def test_what_is_off_costs_nothing_and_what_is_unchanged_is_found(workshop: Workshop) -> None:
    off = run(workshop, {"preferences.enabled": False, "dpo.enabled": False})
    assert off["preferences"].stored.table().is_empty() and off["dpo_model"].stored.facts == {"trained": False}
    assert [off[name].state for name in ("preferences", "dpo_model")] == ["off", "off"] and not Talker.opened
    first = run(workshop)
    again = run(workshop)
    assert {outcome.state for outcome in again.values()} == {"cached", "off"}
    assert not Talker.opened and not PairTrainer.jobs
    limited = run(workshop, {"dpo": {**ON["dpo"], "limit": 3}})
    assert (limited["preferences"].state, limited["dpo_model"].state) == ("cached", "computed")
    assert len(PairTrainer.jobs[0]["examples"]) == 3
    other = run(workshop, {"preferences.hindsight": False}, with_dpo=False)
    assert other["preferences"].state == "computed" and not Talker.opened, "the responses are in the cache"
    assert other["preferences"].stored.data_version != first["preferences"].stored.data_version


def test_a_change_of_a_sources_content_is_seen_and_a_move_is_not(workshop: Workshop, tmp_path: Path) -> None:
    def states(folder: str, answer: str) -> str:
        path = tmp_path / folder / "pairs.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"prompt": "Why?", "chosen": answer, "rejected": "No."}))
        source = {"path": str(path), "format": "auto"}
        changes = {"preferences": {"enabled": True, "samples": 0, "sources": [source]}}
        return run(workshop, changes, with_dpo=False)["preferences"].state

    assert [states("a", "Yes."), states("b", "Yes."), states("b", "Well …")] == ["computed", "cached", "computed"]
    assert not Talker.opened


def test_pairs_that_nobody_samples_do_not_hang_on_the_fine_tuned_model(workshop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(json.dumps({"prompt": "Why?", "chosen": "Yes.", "rejected": "No."}))
    changes = {"preferences": {"enabled": True, "samples": 0, "sources": [{"path": str(path), "format": "auto"}]}}
    run(workshop, changes)
    other = run(workshop, {**changes, "training": {"trainer": "toy", "options": {"steps": 4}}})
    states = [other[name].state for name in ("sft_model", "preferences", "dpo_model")]
    assert states == ["computed", "cached", "computed"]


def test_without_fine_tuning_the_engines_model_is_sampled_and_trained(workshop: Workshop) -> None:
    outcomes = run(workshop, {"training.enabled": False})
    assert Talker.opened == [str(workshop.model())]
    assert PairTrainer.jobs[0]["model"] == PairTrainer.jobs[0]["reference"] == str(workshop.model())
    assert outcomes["dpo_model"].stored.facts["trained"]


def test_a_judge_that_was_not_audited_is_refused(workshop: Workshop) -> None:
    other = workshop.root / "other"
    other.mkdir()
    other.joinpath("config.json").write_text('{"other": true}')
    changes = {
        "translation.enabled": True,
        "preferences.judge": "second",
        "engines.second": {"backend": "talker", "model": str(other)},
    }
    with pytest.raises(SettingsError, match=r'preferences\.judge: "second" is another model .* audited \("default"\)'):
        run(workshop, changes)


def test_a_judge_that_its_audit_rejects_is_not_asked(workshop: Workshop) -> None:
    outcomes = run(workshop, {"translation.enabled": True, "preferences.judge": "default"}, with_dpo=False)
    says = outcomes["preferences"].stored.facts["judge"]
    assert re.match("not believed, so the prompts ask for what code can check: ", says)
    known = {row["constraint_id"]: row for row in outcomes["constraints"].stored.table().to_dicts()}
    asked = {name for names in outcomes["preferences"].stored.table()["constraint_ids"] for name in names}
    assert asked and {known[name]["judged_by"] for name in asked} == {"code"}
