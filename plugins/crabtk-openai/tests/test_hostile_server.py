"""A server that fails in all the ways that servers fail: every request ends once, and none is paid twice."""

from __future__ import annotations

import random
import statistics
import threading
import time
from typing import Any

import pytest
from openai_server import Answer, Asked, Server, ServerMaker, ask_many, chat, refused

from crabtk_openai import OpenAIBackend

_TIMEOUT = 2.0
_FAULTS = ("busy", "busy_dated", "broken", "overloaded", "hang", "half", "not_json", "wrong_json", "cut_json", "closed")

_WEIGHTS = tuple(1 if kind == "hang" else 4 for kind in _FAULTS)
"""Each hang takes the whole time limit."""


def _fault(kind: str) -> Answer:
    if kind == "busy":
        return refused(429, "too many requests", Retry_After="0.05")
    if kind == "busy_dated":
        return refused(429, "too many requests", Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")
    if kind in ("broken", "overloaded"):
        return refused(500 if kind == "broken" else 503, "trouble")
    if kind == "hang":
        return Answer(seconds=60)
    if kind == "closed":
        return Answer(body=None)
    good = chat("answer")
    assert good.body is not None
    if kind == "half":
        return Answer(body=good.body, cut=len(good.body) // 2)
    bodies = {"not_json": b"<html>502</html>", "wrong_json": b'{"choices": []}', "cut_json": good.body[:-20]}
    return Answer(body=bodies[kind])


class _Hostile:
    """Fails a share of the requests, at random but the same in each run."""

    def __init__(self, share: float, seconds: float) -> None:
        self.share = share
        self.seconds = seconds
        self.faults = 0
        self._rng = random.Random(7)

    def __call__(self, asked: Asked) -> Answer:
        if self._rng.random() < self.share:
            self.faults += 1
            return _fault(self._rng.choices(_FAULTS, _WEIGHTS)[0])
        answer = chat(asked.prompt)
        answer.seconds = self.seconds
        return answer


def _run(server: Server, number: int, **options: Any) -> dict[int, Any]:
    how: dict[str, Any] = {
        "timeout": _TIMEOUT,
        "max_retries": 20,
        "max_concurrency": 32,
        "dialect": "openai",
        **options,
    }
    answers: dict[int, Any] = {}
    with OpenAIBackend("m", base_url=server.url, **how) as backend:
        for place, completion in backend.stream(iter(ask_many(number))):
            assert place not in answers
            answers[place] = completion
    return answers


def _check(server: Server, answers: dict[int, Any], number: int) -> None:
    assert sorted(answers) == list(range(number))
    for place, completion in answers.items():
        if completion.finish_reason == "stop":
            assert completion.text == f"request {place}"
        else:
            assert completion.finish_reason == "error" and completion.error
    assert max(server.succeeded.values()) == 1, "what was answered is not asked again"
    assert sum(server.succeeded.values()) == sum(one.finish_reason == "stop" for one in answers.values())
    assert sum(one.retries for one in answers.values()) == len(server.asked) - number


@pytest.mark.slow
@pytest.mark.usefixtures("threads_end")
def test_each_request_ends_once(serve: ServerMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crabtk_openai.backoff._FIRST_SECONDS", 0.01)
    server = serve(_Hostile(0.3, 0.002))
    answers = _run(server, 40)
    _check(server, answers, 40)
    assert all(one.finish_reason == "stop" for one in answers.values())


@pytest.mark.slow
@pytest.mark.usefixtures("threads_end")
def test_two_thousand_requests_end_once(serve: ServerMaker) -> None:
    hostile = _Hostile(0.3, 0.005)
    server = serve(hostile)
    answers = _run(server, 2000)
    _check(server, answers, 2000)
    assert hostile.faults > 600
    assert sum(one.finish_reason == "stop" for one in answers.values()) >= 1990


@pytest.mark.slow
def test_throughput_comes_back_after_a_bad_time(serve: ServerMaker) -> None:
    # Slow enough for the machine not to be what limits it.
    hostile = _Hostile(0.0, 0.3)
    server = serve(hostile)
    marks: list[float] = []

    def seasons() -> None:
        for share, successes in ((0.0, 600), (0.3, 700), (0.0, 2000)):
            hostile.share = share
            marks.append(time.monotonic())
            while len(server.success_times) < successes:
                time.sleep(0.01)

    season = threading.Thread(target=seasons)
    season.start()
    answers = _run(server, 2000, timeout=5.0, max_concurrency=16)
    season.join()
    _check(server, answers, 2000)
    # Without the last requests: some of them wait long before they are asked again, and no more come after them.
    end = server.success_times[-200]
    before, during = _rate(server, marks[1] - 2, marks[1]), _rate(server, marks[1], marks[2])
    # The best two seconds: a machine that stands still for a moment is no fault of the client.
    starts = [marks[2] + number / 4 for number in range(int((end - 2 - marks[2]) * 4) + 1)]
    after = max(_rate(server, start, start + 2) for start in starts)
    print(f"requests/s before {before:.0f}, during {during:.0f}, after {after:.0f}")
    assert during < before / 2
    assert after > 0.8 * before
    at_once = [number for at, number in server.most_in_flight if end - 2 < at < end]
    assert statistics.median(at_once) > 12, "the server again gets nearly max_concurrency calls at once"


def _rate(server: Server, start: float, end: float) -> float:
    return sum(start <= at < end for at in server.success_times) / (end - start)
