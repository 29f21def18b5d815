"""Through a real Ray: everything is answered once, by all actors, and dead ones are replaced."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray")

from crabtk.errors import BackendError
from crabtk.inference.cache import ResponseCache
from crabtk.inference.client import Client
from crabtk.types import Message, Request
from crabtk_ray import RayBackend
from crabtk_ray.cluster import connected

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

Open = Callable[..., RayBackend]


@pytest.fixture(scope="module")
def cluster(mortal: None) -> Iterator[None]:
    """A connection that all backends of this module find and leave open."""
    with connected(None):
        yield


@pytest.fixture
def opened(cluster: None, tmp_path: Path) -> Open:
    """Makes a backend, over two actors unless told, with options of the inner backend."""

    def make(backend: str, batch_size: int = 4, actors: int = 2, **options: Any) -> RayBackend:
        options["folder"] = str(tmp_path)
        return RayBackend("m", backend=backend, actors=actors, num_cpus=0.5, batch_size=batch_size, options=options)

    return make


def asked(*texts: str) -> list[Request]:
    return [Request((Message("user", text),)) for text in texts]


def numbered(count: int) -> list[str]:
    return [f"{number} is a number" for number in range(count)]


@pytest.mark.parametrize("backend", ["mortal", "mortal-stream"])
def test_both_actors_answer(opened: Open, backend: str, tmp_path: Path) -> None:
    with opened(backend, seconds=0.05) as ray:
        for _ in range(2):
            answers = ray.generate(asked(*numbered(120)))
            processes = [answer.text for answer in answers]
            assert len(set(processes)) == 2
            assert min(processes.count(process) for process in set(processes)) >= 10
        assert ray.generate(asked("one alone"))[0].finish_reason == "stop"
    assert len(list(tmp_path.glob("opened-*"))) == len(list(tmp_path.glob("closed-*"))) == 2


def test_batches_do_not_depend_on_who_answers(opened: Open, tmp_path: Path) -> None:
    with opened("mortal", seconds=0.01) as ray:
        ray.generate(asked(*numbered(30)))
    batches = sorted(
        (path.read_text().splitlines() for path in tmp_path.glob("batch-*")), key=lambda b: int(b[0].split()[0])
    )
    texts = numbered(30)
    assert batches == [texts[start : start + 4] for start in range(0, 30, 4)]


def test_requests_are_taken_as_they_are_needed(opened: Open) -> None:
    taken: list[str] = []

    def endless() -> Iterator[Request]:
        while True:
            taken.append("Say it.")
            yield asked(f"{len(taken)} times")[0]

    with opened("mortal", seconds=0.2) as ray:
        answers = ray.stream(endless())
        next(answers)
        # Each of two actors has a block in work and one waiting; one more is ready, and one request looked at.
        assert len(taken) <= 4 * (2 * 2 + 2) + 1
        answers.close()
        # The next call waits for the batches that were begun, not for those that waited.
        assert ray.generate(asked("next"))[0].finish_reason == "stop"


@pytest.mark.parametrize("backend", ["mortal", "mortal-stream"])
@pytest.mark.parametrize("end", ["die once", "fail once"])
def test_what_a_dead_actor_had_is_answered_by_another(opened: Open, backend: str, end: str) -> None:
    texts = [*numbered(20), end, *(f"{number} more" for number in range(20))]
    with opened(backend, seconds=0.1) as ray:
        answers = ray.generate(asked(*texts))
    assert {answer.finish_reason for answer in answers} == {"stop"}
    assert answers[20].retries == 1
    # What the other actor had was not asked again.
    assert sum(answer.retries for answer in answers) <= 16


def test_what_kills_every_actor_is_an_error_and_the_rest_is_answered(opened: Open) -> None:
    texts = [*numbered(6), "die", *(f"{number} more" for number in range(20))]
    with opened("mortal") as ray:
        answers = ray.generate(asked(*texts))
        assert "3 actors died that had this request" in (answers[6].error or "")
        assert {answer.finish_reason for answer in answers[4:8]} == {"error"}, "they were one batch"
        assert {answer.finish_reason for answer in [*answers[:4], *answers[8:]]} == {"stop"}
        assert ray.generate(asked("after"))[0].finish_reason == "stop"


def test_what_stands_beside_a_deadly_block_is_answered(opened: Open) -> None:
    texts = [*["die"] * 4, *numbered(8)]
    # Time enough for the block behind the deadly one to be handed over each time.
    with opened("mortal", seconds=1.0, actors=1) as ray:
        answers = ray.generate(asked(*texts))
    assert {answer.finish_reason for answer in answers[:4]} == {"error"}
    assert {answer.finish_reason for answer in answers[4:]} == {"stop"}
    assert [answer.retries for answer in answers[4:]] == [1] * 4 + [0] * 4


def test_when_nothing_survives_the_run_ends(opened: Open, tmp_path: Path) -> None:
    requests = asked(*numbered(8), *["die"] * 80)
    distinct = [Request(request.messages, regex=f"{place}?") for place, request in enumerate(requests)]
    with ResponseCache(tmp_path / "responses.sqlite") as cache:
        with (
            pytest.raises(BackendError, match=r"All 2 actors died.*What was answered is kept"),
            Client(lambda: opened("mortal"), cache, "mortal", 1) as client,
        ):
            client.complete(distinct)
        assert cache.stats().entries == 8


def test_a_killed_process_is_replaced_while_the_other_goes_on(opened: Open) -> None:
    texts = numbered(80)
    with opened("mortal-stream", seconds=0.1) as ray:
        answers = ray.stream(iter(asked(*texts)))
        _, first = next(answers)
        os.kill(int(first.text), signal.SIGKILL)
        rest = [completion for _, completion in answers]
    assert len(rest) == 79
    assert {answer.finish_reason for answer in rest} == {"stop"}
    assert len({answer.text for answer in rest}) >= 2
    assert any(answer.retries for answer in rest)


def test_a_backend_that_cannot_be_opened_is_named(opened: Open) -> None:
    with pytest.raises(BackendError, match='"mortal" cannot be opened by Ray: OSError: there is no accelerator'):
        opened("mortal", fail=True).__enter__()
