"""What is unchanged is found; what changed is computed, with what follows from it and no more."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crabtk.errors import MissingInputError, StoreError, TrainingError
from crabtk.graph.run import Outcome, Run
from crabtk.graph.stages import STAGES
from crabtk.plugins import KINDS, Registry
from crabtk.types import Completion, Request

pytestmark = pytest.mark.slow

WANTED = [
    name
    for name in STAGES
    if name not in ("preferences", "dpo_model", "rl_prompts", "grpo_model", "control_models", "judgements")
]
"""The stages that the toy's settings want."""


def computed(outcomes: Mapping[str, Outcome]) -> list[str]:
    return [name for name, outcome in outcomes.items() if outcome.state == "computed"]


@pytest.fixture(scope="module")
def made(workshop_in: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A workshop in which everything has been made once."""
    workshop = workshop_in(tmp_path_factory.mktemp("made"))
    assert computed(workshop.run()) == WANTED
    return workshop


@pytest.fixture
def copy(made: Any, workshop_in: Any, tmp_path: Path) -> Any:
    """A workshop elsewhere, with a copy of that store and nothing else."""
    shutil.copytree(made.root / "store", tmp_path / "store")
    return workshop_in(tmp_path)


@pytest.fixture
def no_engine(toy: ModuleType) -> type:
    """The toy backend, but it cannot be opened."""

    class Unopened(toy.ToyBackend):  # type: ignore[name-defined,misc]
        def __enter__(self) -> Any:
            raise AssertionError("an engine was opened")

    # Plugins are told apart by the source of their module; this stands in the toy's place.
    Unopened.__module__ = toy.__name__
    return Unopened


@pytest.fixture
def idle(copy: Any, no_engine: type) -> Registry:
    """A registry whose engine must not be opened."""
    registry: Registry = copy.registry(backend=no_engine)
    return registry


def test_a_second_run_computes_nothing_and_opens_no_engine(made: Any, no_engine: type) -> None:
    assert computed(made.run(registry=made.registry(backend=no_engine))) == []


def test_an_engine_that_must_not_be_opened_would_be_noticed(workshop: Any, no_engine: type) -> None:
    with pytest.raises(Exception, match="an engine was opened"):
        workshop.run(registry=workshop.registry(backend=no_engine), to="translated_constraints")


def test_a_copied_store_serves_another_folder(copy: Any, idle: Registry) -> None:
    assert computed(copy.run(registry=idle)) == []
    assert copy.root.joinpath("out/dataset/data/train.parquet").is_file()


@pytest.mark.parametrize(
    "change",
    [{"runtime.processes": 2}, {"runtime.chunk_size": 7}, {"runtime.output": "elsewhere"}],
    ids=lambda change: next(iter(change)),
)
def test_how_it_runs_changes_nothing(change: dict[str, Any], copy: Any, idle: Registry) -> None:
    change = {key: str(copy.root / value) if isinstance(value, str) else value for key, value in change.items()}
    assert computed(copy.run(change, idle)) == []


def test_a_composition_setting_and_back(copy: Any, idle: Registry) -> None:
    after = ["crab", "dataset", "sft_model", "responses", "scores", "report"]
    assert computed(copy.run({"composition.chat": 0.3})) == after
    assert computed(copy.run(registry=idle)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"scoring.max_tokens": 99}, ["responses", "report"]),
        # The loss of a fourth step is another result, though the toy's model stays the same.
        ({"training.options": {"steps": 4}}, ["sft_model", "responses", "report"]),
        ({"judging.min_recall": 0.9}, ["judge_audit", "constraints", "dataset", "report"]),
        ({"seeds.max_bytes": 199_000}, ["seeds", "dataset", "report"]),
    ],
    ids=["scoring", "training", "judging", "seeds"],
)
def test_a_result_that_stays_the_same_stops_the_wave(change: dict[str, Any], expected: list[str], copy: Any) -> None:
    assert computed(copy.run(change)) == expected


def test_another_backend_runs_the_model_stages_and_what_follows_from_them(copy: Any, toy: ModuleType) -> None:
    class Streaming(toy.ToyBackend):  # type: ignore[name-defined,misc]
        """The toy's engine under another name, which takes requests one by one and answers the last ones first."""

        name = "streaming"

        def stream(self, requests: Iterator[Request]) -> Iterator[tuple[int, Completion]]:
            asked = list(requests)
            for number in reversed(range(len(asked))):
                yield number, self.generate([asked[number]])[0]

    Streaming.__module__ = toy.__name__
    plain = copy.registry()
    streaming = replace(plain.find("backend", "toy"), name="streaming", value=Streaming)
    both = Registry({**plain.plugins, ("backend", "streaming"): streaming})
    first = copy.run(registry=both)
    swapped = copy.run({"engines.default.backend": "streaming"}, both)
    # The answers are the same, so that nothing else follows than what names the engine.
    assert computed(swapped) == [
        "translated_constraints",
        "judge_audit",
        "constraints",
        "dataset",
        "responses",
        "report",
    ]
    for name in ("translated_constraints", "judge_audit", "constraints", "crab", "responses"):
        assert swapped[name].stored.data_version == first[name].stored.data_version
    assert computed(copy.run(registry=both)) == []


def test_another_seed_makes_everything_anew(copy: Any) -> None:
    assert computed(copy.run({"seed": 18}, to="crab")) == WANTED[:6]


def test_a_new_release_of_a_type_runs_what_calls_it_and_stops_there(copy: Any, no_engine: type) -> None:
    newer = copy.registry(newer=["constraint type"], backend=no_engine)
    outcomes = copy.run(registry=newer)
    # dataset and report name the plugins' versions.
    asked = ["measured_constraints", "judge_audit", "constraints", "dataset", "scores", "report"]
    assert computed(outcomes) == asked
    assert [outcomes[name].state for name in ("crab", "sft_model", "responses")] == ["cached"] * 3
    assert "9.9.9" in copy.root.joinpath("out/dataset/README.md").read_text("utf-8")


def test_a_new_release_of_everything_pays_for_no_completion_twice(copy: Any, no_engine: type) -> None:
    outcomes = copy.run(registry=copy.registry(newer=KINDS, backend=no_engine))
    assert computed(outcomes) == [name for name in WANTED if name != "crab"]
    before = copy.run()
    assert computed(before) == []
    same = [name for name in WANTED if outcomes[name].stored.data_version == before[name].stored.data_version]
    assert same == [name for name in WANTED if name not in ("dataset", "report")]


def test_a_changed_measurement_spreads(copy: Any, toy: ModuleType) -> None:
    class Fewer(toy.Questions):  # type: ignore[name-defined,misc]
        def measure(self, text: Any, rng: Any) -> Any:
            found = super().measure(text, rng)
            return found if found and found["n"] > 1 else None

    registry = copy.registry(newer=["constraint type"], constraint_type=Fewer())
    found = computed(copy.run(registry=registry, to="crab"))
    assert {"measured_constraints", "constraints", "crab"} <= set(found)


def test_the_base_model_counts_where_nothing_is_trained(copy: Any) -> None:
    other = copy.root / "other_model"
    other.mkdir()
    other.joinpath("config.json").write_text('{"other": true}')
    untrained = {"training.enabled": False}
    copy.run(untrained, to="responses")
    assert "responses" in computed(copy.run({**untrained, "training.model": str(other)}, to="responses"))


def test_a_lost_table_is_made_again(copy: Any, idle: Registry) -> None:
    outcomes = copy.run(registry=idle)
    (lost,) = outcomes["crab"].stored.paths()[:1]
    lost.unlink()
    assert computed(copy.run(registry=idle)) == ["crab"]
    assert lost.exists()


def test_a_lost_dataset_is_made_again(copy: Any, idle: Registry) -> None:
    tree = copy.run(registry=idle)["dataset"].stored.tree
    shutil.rmtree(tree)
    assert computed(copy.run(registry=idle)) == ["dataset"]
    assert tree.is_dir()


def test_a_half_written_record_counts_as_none(copy: Any, idle: Registry) -> None:
    (record,) = copy.root.joinpath("store/results/crab").iterdir()
    record.write_text(record.read_text("utf-8")[:100], "utf-8")
    assert computed(copy.run(registry=idle)) == ["crab"]


def test_a_damaged_table_is_named_with_the_remedy(copy: Any, idle: Registry) -> None:
    damaged = copy.run(registry=idle)["constraints"].stored.paths()[0]
    damaged.write_bytes(damaged.read_bytes()[:-200])
    with pytest.raises(StoreError) as error:
        copy.run({"composition.chat": 0.3}, to="crab")
    assert str(error.value).startswith(f"{damaged}, made by constraints, cannot be read (")
    assert str(error.value).endswith("Delete it: it is then computed again.")
    damaged.unlink()
    assert computed(copy.run({"composition.chat": 0.3}, idle, to="crab")) == ["constraints", "crab"]


def test_first_up_to_crab_then_the_rest(workshop: Any) -> None:
    first = workshop.run(to="crab")
    assert computed(first) == list(first) == WANTED[:6]
    assert computed(workshop.run(to="scores")) == ["sft_model", "responses", "scores"]


def test_a_stage_whose_input_is_missing_says_what_to_make_first(workshop: Any) -> None:
    with Run(workshop.settings(), workshop.registry(), STAGES) as run, pytest.raises(MissingInputError) as error:
        run.stage("measured_constraints")
    assert str(error.value) == (
        '"seeds" has no result for these settings, and what you asked for reads it. Make it first: '
        "crabtk run --to seeds, or materialize seeds (and what it reads) in Dagster."
    )


def test_a_run_leaves_no_scratch_behind(made: Any) -> None:
    store = made.root / "store"
    assert list(store.joinpath("scratch").iterdir()) == []
    assert list(store.glob("work/*/*")) == []
    assert list(store.rglob(".new-*")) == []


def test_a_failed_stage_leaves_no_scratch_behind(workshop: Any, toy: ModuleType) -> None:
    class Failing(toy.ToyTrainer):  # type: ignore[name-defined,misc]
        def train(self, job: Any, report: Any) -> Any:
            super().train(job, report)
            raise ValueError("out of memory")

    with pytest.raises(TrainingError, match="out of memory"):
        workshop.run(registry=workshop.registry(trainer=Failing), to="sft_model")
    assert list(workshop.root.joinpath("store/scratch").iterdir()) == []


def test_tables_of_a_store_are_readable_by_all_who_share_it(made: Any) -> None:
    tables = list(made.root.joinpath("store/objects").iterdir())
    assert tables
    own = made.model() / "config.json"
    assert {path.stat().st_mode for path in tables} == {own.stat().st_mode}


def test_costs_are_those_of_the_run_that_computed(copy: Any, idle: Registry) -> None:
    costs = {name: outcome.stored.costs for name, outcome in copy.run(registry=idle).items()}
    assert [costs[name]["requests"] for name in ("measured_constraints", "translated_constraints")] == [0, 3]
    assert all(cost["seconds"] >= 0 for cost in costs.values())
