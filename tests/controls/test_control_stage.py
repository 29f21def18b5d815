"""The stage of controls: equal tokens, seeds of their own, and nothing trained twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import pytest

from crabtk.errors import TrainingError
from crabtk.graph.control_stages import CONTROL_STAGES
from crabtk.graph.run import Outcome, Run
from crabtk.graph.stages import STAGES
from crabtk.types import TrainingJob, TrainingOutcome
from tests.graph.conftest import Workshop, toy, workshop, workshop_in  # noqa: F401  # fixtures of the toy's run

ALL = dict(STAGES) | {stage.name: stage for stage in CONTROL_STAGES}
NEEDED = ("seeds", "measured_constraints", "translated_constraints", "judge_audit", "constraints", "crab", "sft_model")
BASE: Mapping[str, Any] = {
    "translation.enabled": False,
    "seeds.sources": [{"path": "crabtk:samples", "limit": 10}],
    "measuring.types": ["length:*", "keyword:include"],
    "composition.constraints": [1, 2],
    "controls.arms": ["plain", "official", "ours"],
}


class Recorded:
    """A trainer that writes down its jobs, and stops where it is told to."""

    def __init__(self) -> None:
        self.jobs: list[TrainingJob] = []
        self.examples: list[list[dict[str, Any]]] = []
        self.ends_at: int | None = None
        self.figures: dict[str, float] = {"tokens_total": 100.0, "passes": 3.0}

    def trainer(self, toy_module: ModuleType) -> type:
        record = self

        class Trainer(toy_module.ToyTrainer):  # type: ignore[name-defined,misc]
            def train(self, job: TrainingJob, report: Callable[..., None]) -> TrainingOutcome:
                rows = [json.loads(line) for line in job.examples.read_text("utf-8").splitlines()]
                record.jobs.append(job)
                record.examples.append(rows)
                job.work.joinpath("checkpoint").write_text("half way")
                if len(record.jobs) == record.ends_at:
                    raise RuntimeError("the machine went down")
                job.output.mkdir(parents=True)
                job.output.joinpath("config.json").write_text(f"{job.seed} {job.tokens} {json.dumps(rows)}")
                return TrainingOutcome(({"step": 1.0, "loss": 1.0},), dict(record.figures))

        Trainer.__module__ = toy_module.__name__
        return Trainer


def responses(rows: list[dict[str, Any]]) -> list[str]:
    return [row["completion"][0]["content"] for row in rows]


@pytest.fixture
def record() -> Recorded:
    return Recorded()


def run(shop: Workshop, record: Recorded, **changes: Any) -> Outcome:
    registry = shop.registry(trainer=record.trainer(shop.toy))
    with Run(shop.settings({**BASE, "training.options": {}, **changes}), registry, ALL) as made:
        for name in NEEDED:
            made.stage(name)
        return made.stage("control_models")


def test_each_arm_is_trained_once_on_the_tokens_of_the_fine_tuned_model(workshop: Workshop, record: Recorded) -> None:  # noqa: F811
    outcome = run(workshop, record)
    sft, *controls = record.jobs
    assert (sft.tokens, [job.tokens for job in controls]) == (None, [300, 300])
    assert {job.seed for job in record.jobs} == {17}
    tree = outcome.stored.tree
    assert tree is not None
    assert sorted(path.name for path in tree.iterdir()) == ["official", "ours", "plain"]
    # Ours is the fine-tuned model itself, which was trained without a number of tokens.
    assert tree.joinpath("ours/config.json").read_text("utf-8").startswith("17 None")
    facts = outcome.stored.facts
    assert facts["tokens"] == 300
    assert {name: model["arm"] for name, model in facts["models"].items()} == {
        "ours": "ours", "plain": "plain", "official": "official",
    }  # fmt: skip
    assert facts["models"]["ours"]["figures"] == record.figures
    assert facts["models"]["official"]["kinds"] == facts["models"]["ours"]["kinds"]
    assert run(workshop, record).state == "cached"
    assert len(record.jobs) == 3


def test_repeats_have_seeds_and_orders_of_their_own(workshop: Workshop, record: Recorded) -> None:  # noqa: F811
    outcome = run(workshop, record, **{"controls.repeats": 3, "controls.arms": ["ours", "plain", "ours"]})
    names = ["ours#1", "ours#2", "ours#3", "plain#1", "plain#2", "plain#3"]
    models = outcome.stored.facts["models"]
    assert list(models) == names
    seeds = [facts["seed"] for facts in models.values()]
    assert seeds[:3] == seeds[3:]
    assert len(set(seeds)) == 3
    assert seeds[0] == 17
    assert len(record.jobs) == 6  # the fine-tuned model, which is ours once, ours twice more, plain three times
    orders = [tuple(responses(rows)) for rows in record.examples[:3]]
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(orders[2])
    assert len(set(orders)) == 3


def test_a_limit_leaves_every_arm_the_same_responses(workshop: Workshop, record: Recorded) -> None:  # noqa: F811
    run(workshop, record, **{"training.limit": 4, "composition.reverse": 0.0, "composition.chat": 0.0})
    assert [len(set(responses(rows))) for rows in record.examples] == [4, 4, 4]
    assert len({frozenset(responses(rows)) for rows in record.examples}) == 1
    assert len({json.dumps(rows) for rows in record.examples}) == 3


def test_after_a_kill_finished_arms_stand_and_the_other_goes_on(workshop: Workshop, record: Recorded) -> None:  # noqa: F811
    record.ends_at = 3  # while the second control is trained
    with pytest.raises(TrainingError, match="the machine went down"):
        run(workshop, record)
    _, finished, ended = record.jobs
    assert ended.work.joinpath("checkpoint").is_file()
    assert not finished.work.exists()
    # A kill a moment later would have left a model whose facts are not yet written: it cannot be trusted.
    ended.output.mkdir()
    ended.output.joinpath("config.json").write_text("half a model")
    record.ends_at = None
    outcome = run(workshop, record)
    assert [job.work for job in record.jobs[3:]] == [ended.work]
    tree = outcome.stored.tree
    assert tree is not None
    for name, rows in (("plain", record.examples[1]), ("official", record.examples[3])):
        assert tree.joinpath(name, "config.json").read_text("utf-8") == f"17 300 {json.dumps(rows)}"
    assert list(workshop.root.joinpath("store/work/control_models").iterdir()) == []


def test_a_trainer_that_tells_no_tokens_is_refused(workshop: Workshop, record: Recorded) -> None:  # noqa: F811
    record.figures = {"examples": 8.0}
    with pytest.raises(TrainingError, match="tokens_trained"):
        run(workshop, record)
    assert len(record.jobs) == 1


def test_without_arms_the_stage_hangs_on_nothing(workshop: Workshop, record: Recorded) -> None:  # noqa: F811
    outcome = run(workshop, record, **{"controls.arms": []})
    assert outcome.stored.tree is None
    assert outcome.stored.facts == {"trained": False, "models": {}}
    other = run(workshop, record, **{"controls.arms": [], "training.limit": 5})
    assert other.stored.fingerprint == outcome.stored.fingerprint
