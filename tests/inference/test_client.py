"""The client asks for what it must, once, and loses one batch at most."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import BackendError
from crabtk.inference.cache import ResponseCache, request_key
from crabtk.inference.client import Client
from crabtk.inference.usage import Usage
from crabtk.testing.fakes import ScriptedBackend, StreamingScriptedBackend
from crabtk.types import Completion, Message, Request


def _requests(count: int, start: int = 0) -> list[Request]:
    return [Request((Message("user", f"question {number}"),)) for number in range(start, start + count)]


def _never() -> ScriptedBackend:
    raise AssertionError("the backend was opened")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ResponseCache]:
    with ResponseCache(tmp_path / "responses.sqlite") as cache:
        yield cache


class Counting(ScriptedBackend):
    """Counts its openings and closings."""

    opened = 0
    closed = 0

    def __enter__(self) -> "Counting":
        self.opened += 1
        return self

    def __exit__(self, *_: Any) -> None:
        self.closed += 1


def test_answers_in_order_in_batches_cut_at_fixed_places(cache: ResponseCache) -> None:
    backend = Counting()
    seen: list[tuple[int, int]] = []
    with Client(lambda: backend, cache, "fake", 4) as client:
        answers = client.complete(_requests(10), lambda done, total: seen.append((done, total)))
    assert [answer.text for answer in answers] == [f"question {number}" for number in range(10)]
    assert [len(call) for call in backend.calls] == [4, 4, 2]
    assert seen == [(4, 10), (8, 10), (10, 10)]
    assert (backend.opened, backend.closed) == (1, 1)


def test_nothing_to_ask(cache: ResponseCache) -> None:
    with Client(_never, cache, "fake", 4) as client:
        assert client.complete([]) == []


def test_hits_open_no_backend(cache: ResponseCache) -> None:
    with Client(ScriptedBackend, cache, "fake", 4) as client:
        first = client.complete(_requests(6))
    with Client(_never, cache, "fake", 4) as client:
        assert client.complete(_requests(6)) == first
        assert client.usage == Usage(requests=6, cached=6)


def test_another_engine_is_asked_anew(cache: ResponseCache) -> None:
    with Client(ScriptedBackend, cache, "one", 4) as client:
        client.complete(_requests(1))
    with Client(ScriptedBackend, cache, "two", 4) as client:
        client.complete(_requests(1))
        assert client.usage.calls == 1


def test_only_misses_are_asked_and_equal_ones_once(cache: ResponseCache) -> None:
    backend = ScriptedBackend()
    with Client(lambda: backend, cache, "fake", 4) as client:
        client.complete(_requests(1))
        before = client.usage
        answers = client.complete([*_requests(2), *_requests(2), *_requests(1, 1)])
    assert [answer.text[-1] for answer in answers] == list("01011")
    assert [len(call) for call in backend.calls] == [1, 1]
    spent = client.usage - before
    assert (spent.requests, spent.cached, spent.calls) == (5, 4, 1)


def test_usage_counts_tokens_and_kinds(cache: ResponseCache) -> None:
    texts = {"question 0": "I'm sorry, but I can't help with that.", "question 1": "one two " * 200}
    script = lambda request: texts.get(request.messages[-1].content, "fine")  # noqa: E731
    over_long = Request((Message("user", "word " * 10_000),))
    for resumed in (False, True):
        with Client(lambda: ScriptedBackend(script), cache, "fake", 8) as client:
            answers = client.complete([*_requests(3), over_long])
        assert [answer.finish_reason for answer in answers] == ["refusal", "length", "stop", "error"]
        usage = client.usage
        assert (usage.refusals, usage.truncated, usage.errors) == (1, 1, 1)
        assert usage.cached == (3 if resumed else 0)
        assert (usage.generated_tokens > 0) is not resumed
    assert usage - usage == Usage()
    assert usage + Usage() == usage


def test_structured_answers_are_never_refusals(cache: ResponseCache) -> None:
    refusal = "I can't help with that."
    messages = (Message("user", "?"),)
    asked = [
        Request(messages, choices=(refusal, "b")),
        Request(messages, regex=".*"),
        Request(messages, json_schema={}),
    ]
    texts = [refusal, refusal, json.dumps(refusal)]
    script: Callable[[Request], str] = lambda request: texts[asked.index(request)]  # noqa: E731
    with Client(lambda: ScriptedBackend(script), cache, "fake", 8) as client:
        assert [answer.finish_reason for answer in client.complete(asked)] == ["stop"] * 3


def test_errors_are_asked_again(cache: ResponseCache) -> None:
    over_long = Request((Message("user", "word " * 10_000),))
    for _ in range(2):
        with Client(ScriptedBackend, cache, "fake", 2) as client:
            assert client.complete([over_long])[0].error
            assert client.usage.calls == 1


def test_corrupted_entry_is_recomputed(cache: ResponseCache) -> None:
    request = _requests(1)[0]
    with Client(ScriptedBackend, cache, "fake", 2) as client:
        client.complete([request])
        cache._database.execute("UPDATE completions SET text = '{}'")
        assert client.complete([request])[0].text == "question 0"
        assert client.usage.calls == 2
    assert cache.get_many([request_key("fake", request)])


def test_a_streaming_backend_is_asked_only_for_what_is_missing_and_answers_stand_in_order(cache: ResponseCache) -> None:
    with Client(ScriptedBackend, cache, "fake", 4) as client:
        client.complete(_requests(3, 5))
    backend = StreamingScriptedBackend()
    seen: list[tuple[int, int]] = []
    with Client(lambda: backend, cache, "fake", 4) as client:
        answers = client.complete([*_requests(10), *_requests(2)], lambda done, total: seen.append((done, total)))
        assert [answer.text for answer in answers] == [f"question {n}" for n in [*range(10), 0, 1]]
        assert backend.taken == [*_requests(5), *_requests(2, 8)]
        assert backend.calls == []
        assert client.usage == replace(client.usage, requests=12, cached=5, calls=7)
    assert seen[-1] == (12, 12)
    with Client(_never, cache, "fake", 4) as client:
        assert client.complete(_requests(10)) == answers[:10]


def test_a_stream_that_breaks_off_keeps_what_was_answered(cache: ResponseCache) -> None:
    class Dying(StreamingScriptedBackend):
        def _answer(self, request: Request) -> Completion:
            if len(self.taken) > 7:
                raise RuntimeError("the engine died")
            return super()._answer(request)

    with Client(Dying, cache, "fake", 4) as client, pytest.raises(BackendError, match="the engine died"):
        client.complete(_requests(20))
    backend = StreamingScriptedBackend()
    with Client(lambda: backend, cache, "fake", 4) as client:
        client.complete(_requests(20))
    assert len(backend.taken) == 20 - 4


def test_ctrl_c_in_a_stream_keeps_what_was_answered_and_closes_the_stream(cache: ResponseCache) -> None:
    closed = []

    class Watched(StreamingScriptedBackend):
        def stream(self, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
            try:
                yield from super().stream(requests)
            finally:
                closed.append(True)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with Client(Watched, cache, "fake", 4) as client, pytest.raises(KeyboardInterrupt):
        client.complete(_requests(20), interrupt)
    assert closed == [True]
    assert cache.stats().entries == 1


@pytest.mark.parametrize("numbers", [[0], [0, 0], [0, 1, 7]])
def test_a_stream_that_breaks_its_contract_is_named(cache: ResponseCache, numbers: list[int]) -> None:
    class Wrong(StreamingScriptedBackend):
        def stream(self, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
            list(requests)
            yield from ((number, Completion("?")) for number in numbers)

    with Client(Wrong, cache, "fake", 4) as client, pytest.raises(BackendError, match='Backend "fake"'):
        client.complete(_requests(2))


class Broken(ScriptedBackend):
    """Breaks its contract where it is told to."""

    def __init__(self, where: str, error: BaseException) -> None:
        super().__init__()
        self._where, self._error = where, error

    def __enter__(self) -> "Broken":
        self._fail("open")
        return self

    def __exit__(self, *_: Any) -> None:
        self._fail("close")

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        self._fail("generate")
        return super().generate(requests)[:-1] if self._where == "length" else super().generate(requests)

    def _fail(self, where: str) -> None:
        if where == self._where:
            raise self._error


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("open", "cannot be opened: ValueError: boom"),
        ("generate", "failed: ValueError: boom"),
        ("close", "cannot be closed: ValueError: boom"),
        ("length", "returned 1 completions for 2 requests"),
    ],
)
def test_errors_of_a_backend_name_it_and_the_model(cache: ResponseCache, where: str, message: str) -> None:
    backend = Broken(where, ValueError("boom"))
    with (
        pytest.raises(BackendError, match=message) as caught,
        Client(lambda: backend, cache, "id", 2, model="a/b") as client,
    ):
        client.complete(_requests(2))
    assert str(caught.value).startswith('Backend "fake" with model "a/b" ')
    assert where == "length" or isinstance(caught.value.__cause__, ValueError)


def test_backend_that_cannot_be_made(cache: ResponseCache) -> None:
    with pytest.raises(BackendError, match="cannot be made: AssertionError"), Client(_never, cache, "x", 2) as client:
        client.complete(_requests(1))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), BackendError("worded by the plugin")])
def test_what_is_worded_already_passes(cache: ResponseCache, error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, Client(lambda: Broken("generate", error), cache, "x", 2) as client:
        client.complete(_requests(1))
    assert caught.value is error


def test_first_error_wins_over_one_of_closing(cache: ResponseCache) -> None:
    client = Client(lambda: Broken("close", ValueError("second")), cache, "x", 2)
    with pytest.raises(RuntimeError, match="first") as caught, client:
        client.complete(_requests(1))
        raise RuntimeError("first")
    assert caught.value.__notes__ == ['Backend "fake" cannot be closed: ValueError: second']


def test_batch_size_must_be_positive(cache: ResponseCache) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Client(_never, cache, "x", 0)


RUN = """
import sys, time
from crabtk.testing.fakes import ScriptedBackend, StreamingScriptedBackend
from crabtk.inference.cache import ResponseCache
from crabtk.inference.client import Client
from crabtk.types import Message, Request

class Logged(ScriptedBackend):
    def generate(self, requests):
        time.sleep(float(sys.argv[3]))
        with open(sys.argv[2], "a") as log:
            log.write(" ".join(r.messages[0].content for r in requests) + "\\n")
        return super().generate(requests)

requests = [Request((Message("user", str(number)),)) for number in range(200)]
with ResponseCache(sys.argv[1]) as cache, Client(Logged, cache, "fake", 4) as client:
    client.complete(requests)
"""


def _start(folder: Path, pause: float) -> subprocess.Popen[bytes]:
    paths = [str(folder / "responses.sqlite"), str(folder / "log")]
    return subprocess.Popen([sys.executable, "-c", RUN, *paths, str(pause)])


def test_killed_run_loses_one_batch_at_most(tmp_path: Path) -> None:
    log = tmp_path / "log"
    deadline = time.monotonic() + 30
    for batches in (5, 12, 20):
        process = _start(tmp_path, 0.01)
        while time.monotonic() < deadline and (not log.exists() or log.read_text().count("\n") < batches):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert _start(tmp_path, 0).wait(timeout=30) == 0
    lines = log.read_text().splitlines()
    batches_asked = [" ".join(str(number) for number in range(start, start + 4)) for start in range(0, 200, 4)]
    assert set(lines) == set(batches_asked), "a resumed run forms the same batches"
    assert len(lines) <= len(batches_asked) + 3, "each kill costs one batch at most"
