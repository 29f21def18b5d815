"""The model that training starts from: its revision, and who samples where nothing is fine-tuned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crabtk.errors import SettingsError
from crabtk.graph.preference_stages import sampled_model
from crabtk.graph.run import Run
from crabtk.graph.stages import STAGES
from crabtk.graph.train import start_model, start_revision, train_stage
from crabtk.types import Message, Request, TrainingJob, TrainingOutcome
from tests.graph.conftest import Workshop


class Noting:
    """Trains nothing and notes what it was given."""

    name: ClassVar[str] = "toy"
    trains_on: ClassVar[str] = "examples"
    jobs: ClassVar[list[TrainingJob]] = []

    def train(self, job: TrainingJob, report: Any) -> TrainingOutcome:
        self.jobs.append(job)
        return TrainingOutcome((), {})


def hub(workshop: Workshop, revision: str | None, **changes: Any) -> Run:
    engine = {"backend": "toy", "model": "owner/name", "revision": revision}
    settings = workshop.settings({"engines.default": engine, **changes})
    return Run(settings, workshop.registry(trainer=Noting), STAGES)


@pytest.mark.parametrize("stage", ["sft_model", "dpo_model", "grpo_model", "control_models"])
def test_another_revision_is_trained_again(workshop: Workshop, stage: str) -> None:
    on: Mapping[str, Any] = {
        "dpo": {"enabled": True, "trainer": "toy"},
        "rl": {"enabled": True, "trainer": "toy"},
        "controls": {"arms": ["plain"]},
    }
    versions = {hub(workshop, revision, **on).code_version(stage) for revision in (None, "main", "v2")}
    assert len(versions) == 2, "main is what is meant without a revision"


@pytest.mark.parametrize(
    ("model", "revision"), [("", "v2"), ("owner/name", "v2"), ("other/name", None)], ids=["unnamed", "named", "other"]
)
def test_the_trainer_gets_the_revision_of_the_engines_model_and_of_no_other(
    workshop: Workshop, model: str, revision: str | None
) -> None:
    Noting.jobs.clear()
    job = TrainingJob(model or "owner/name", Path("x"), Path("y"), Path("z"), 1)
    with hub(workshop, "v2", training={"trainer": "toy", "model": model}) as run:
        train_stage(run, "sft_model", job, trainer="toy", options={}, where="training.options")
    assert [given.revision for given in Noting.jobs] == [revision]


@pytest.mark.parametrize(("model", "sampled"), [("", "owner/name"), ("other/policy", "other/policy")])
def test_pairs_are_sampled_from_the_model_that_dpo_starts_from(workshop: Workshop, model: str, sampled: str) -> None:
    training = {"enabled": False, "model": model, "trainer": "toy"}
    with hub(workshop, None, training=training, preferences={"enabled": True, "samples": 2}) as run:
        off = run.store.save("sft_model", "0" * 32, STAGES["sft_model"].compute(run, {}))
        assert sampled_model(run, {"sft_model": off}) == sampled


@pytest.mark.parametrize("engine", ["default", "policy"])
@pytest.mark.parametrize("model", ["", "owner/name", "big/one"])
def test_whoever_answers_for_the_start_model_has_the_revision_that_is_trained(
    workshop: Workshop, engine: str, model: str
) -> None:
    changes = {"training": {"trainer": "toy", "model": model}}
    changes["engines.policy"] = {"backend": "toy", "model": "big/one", "revision": "v7"}
    with hub(workshop, "v2", **changes) as run:
        answering = run.engines.identity(engine, start_model(run))
        other = run.engines.identity(engine, "third/model")
    assert start_revision(run) == ("v7" if model == "big/one" else "v2")
    assert ("big/one@v7" if model == "big/one" else "owner/name@v2") in answering
    assert "third/model@main" in other


def test_a_backend_without_revisions_is_not_asked_for_one(workshop: Workshop) -> None:
    with hub(workshop, "v2") as run:
        complete = run.complete("responses", "default", start_model(run))
        with pytest.raises(SettingsError, match=r'owner/name is meant at revision "v2".*"toy" takes no revision'):
            complete([Request((Message("user", "Hm?"),))])
