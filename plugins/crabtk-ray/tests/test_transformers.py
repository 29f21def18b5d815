"""A real engine through Ray: the contract holds, and a run's tables are those that the engine alone makes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

pytest.importorskip("ray")

from crabtk import plugins
from crabtk.graph.run import Run
from crabtk.graph.stages import STAGES, upstream
from crabtk.inference.cache import ResponseCache
from crabtk.inference.client import Client
from crabtk.settings import Settings
from crabtk.store import Stored
from crabtk.testing import check_backend
from crabtk.types import Completion, Message, Request, Sampling
from crabtk_ray import RayBackend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MODEL_STAGES = ("translated_constraints", "judge_audit", "constraints", "responses")


def backend(llama: Path, actors: int = 2, batch_size: int = 4) -> RayBackend:
    inner = {"dtype": "float32"}
    return RayBackend(str(llama), backend="transformers", actors=actors, batch_size=batch_size, options=inner)


def test_contract(llama: Path) -> None:
    check_backend(lambda: backend(llama), too_many_words=5000)


def run(folder: Path, engine: Mapping[str, Any]) -> dict[str, Stored]:
    """Return the results of the model stages."""
    settings = Settings.model_validate(
        {
            "seeds": {
                "sources": [{"path": "crabtk:samples", "limit": 40}],
                "response_words": [1, 700],
                "instruction_words": [1, 200],
                "held_out": 0.25,
            },
            "measuring": {"types": ["length:*", "keyword:include"], "reference_sample": 10},
            "translation": {"limit": 3, "max_tokens": 1500, "types": ["style:*"]},
            "judging": {"audit_cases": 12},
            "training": {"enabled": False},
            "scoring": {"limit": 4, "max_tokens": 32},
            "engines": {"default": engine},
            "runtime": {"store": str(folder / "store"), "output": str(folder / "out")},
        }
    )
    with Run(settings, plugins.load(), STAGES) as run:
        needed = {stage for name in MODEL_STAGES for stage in upstream(name)}
        outcomes = {outcome.stage.name: outcome.stored for outcome in run.materialize(list(needed))}
        usage = run.engines.client("default").usage
        assert usage.errors == 0 and usage.requests >= 15, usage
    return {name: outcomes[name] for name in MODEL_STAGES}


def test_a_runs_tables_are_the_same(llama: Path, tmp_path: Path) -> None:
    """One request at a time on both sides: what stands beside a request in a batch may change the last digits."""
    plain = {"backend": "transformers", "model": str(llama), "batch_size": 1, "options": {"dtype": "float32"}}
    options = {"backend": "transformers", "actors": 2, "batch_size": 1, "options": {"dtype": "float32"}}
    alone = run(tmp_path / "alone", plain)
    through = run(tmp_path / "ray", {"backend": "ray", "model": str(llama), "options": options})
    for name, stored in alone.items():
        assert stored.table().equals(through[name].table()), name
        # Hashes over all that a stage made: tables, facts such as the judge's threshold, rows that it refused.
        assert stored.data_version == through[name].data_version, name
        assert stored.ledger_version == through[name].ledger_version, name
    assert (
        alone["translated_constraints"].rows["rejected"] > 0 or not alone["translated_constraints"].table().is_empty()
    )
    assert not alone["judge_audit"].table().is_empty() and not alone["responses"].table().is_empty()


SHARED = "A response that is judged four times, long enough to be read once only. " * 4
REQUESTS = [
    Request((Message("user", f"{number // 4}. {SHARED}Requirement {number}?"),), choices=("Yes", "No"))
    for number in range(24)
] + [Request((Message("user", f"Say {number}."),), Sampling(max_tokens=8, temperature=1.0)) for number in range(8)]


def test_the_number_of_actors_changes_no_answer(llama: Path) -> None:
    answers: list[list[Completion]] = []
    for actors in (1, 2):
        with backend(llama, actors) as ray:
            answers.append(ray.generate(REQUESTS))
    assert answers[0] == answers[1]
    judged = answers[0][:24]
    assert sum(answer.cached_tokens for answer in judged) > 0.5 * sum(answer.prompt_tokens for answer in judged)


def _name(process: psutil.Process) -> str:
    """Return the name of a process; nothing of one that ended since it was found."""
    try:
        return process.name()
    except psutil.Error:
        return ""


def test_a_killed_actor_costs_no_answer(llama: Path, tmp_path: Path) -> None:
    requests = [Request((Message("user", f"Count from {n}."),), Sampling(max_tokens=100)) for n in range(60)]
    killed: list[int] = []

    def kill(done: int, _: int) -> None:
        if done >= 8 and not killed:
            worker = next(child for child in psutil.Process().children(recursive=True) if "Worker" in _name(child))
            killed.append(worker.pid)
            worker.kill()

    with ResponseCache(tmp_path / "responses.sqlite") as cache:
        with Client(lambda: backend(llama), cache, "llama", 1) as client:
            answers = client.complete(requests, kill)
            assert client.usage.retries > 0
        assert cache.stats().entries == 60
    assert killed
    with backend(llama, actors=1) as ray:
        undisturbed = ray.generate(requests)
    assert [answer.text for answer in answers] == [answer.text for answer in undisturbed]
