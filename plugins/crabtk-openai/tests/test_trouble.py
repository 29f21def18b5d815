"""The backend in trouble: refusals, dying servers, pauses, closing and interruption."""

from __future__ import annotations

import itertools
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from openai_server import KEY, Answer, Asked, Server, ServerMaker, ask, ask_many, chat, echo, one, refused

from crabtk.errors import BackendError
from crabtk.testing.endings import check_endings
from crabtk.types import Request
from crabtk_openai import OpenAIBackend

pytestmark = pytest.mark.usefixtures("quick")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_refusals_are_errors_of_their_request(serve: ServerMaker) -> None:
    def behave(asked: Asked) -> Answer:
        return refused(400, f"bad {KEY} " + "word " * 1000) if asked.prompt == "request 1" else chat("fine")

    server = serve(behave)
    with OpenAIBackend("m", base_url=server.url) as backend:
        answers = backend.generate(ask_many(3))
    assert [answer.finish_reason for answer in answers] == ["stop", "error", "stop"]
    said = answers[1].error or ""
    assert said.startswith("HTTP 400: bad *** word") and len(said) < 600
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("status", "message", "says"),
    [
        (401, "Incorrect API key provided: sk-test********WXYZ", "OPENAI_API_KEY is not accepted"),
        (403, f"not for {KEY}", 'refused the first requests for model "m"'),
        (404, "no such model", "the server has: m, n"),
        (402, "pay", "nothing left to pay with"),
    ],
)
def test_what_only_the_user_can_mend_ends_the_run(serve: ServerMaker, status: int, message: str, says: str) -> None:
    server = serve(lambda asked: refused(status, message), models={"data": [{"id": "m"}, {"id": "n"}]})
    with OpenAIBackend("m", base_url=server.url) as backend, pytest.raises(BackendError, match=says) as raised:
        backend.generate(ask_many(20))
    shown = "".join(traceback.format_exception(raised.value))
    assert KEY not in shown and "WXYZ" not in shown
    assert len(server.asked) <= 8 + 1


def test_missing_key_is_named(serve: ServerMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(lambda asked: refused(401, "who are you?"))
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(BackendError, match="OPENAI_API_KEY is not set"):
        one(server, ask("x"))
    with pytest.raises(BackendError, match=r"MY_KEY .* is not set"):
        one(server, ask("x"), api_key_env="MY_KEY")


def test_a_server_of_one_s_own_must_have_the_model(serve: ServerMaker) -> None:
    server = serve(echo, models={"data": [{"id": "other", "owned_by": "vllm"}]})
    with pytest.raises(BackendError, match='has no model "m"; it has: other'):
        one(server, ask("x"))


def test_giving_up_names_attempts_and_cause(serve: ServerMaker) -> None:
    server = serve(lambda asked: chat("fine") if asked.prompt == "good" else refused(500, "out of luck"))
    with OpenAIBackend("m", base_url=server.url, max_retries=2) as backend:
        good, bad = backend.generate([ask("good"), ask("bad")])
    assert good.text == "fine" and good.retries == 0
    assert bad.finish_reason == "error" and bad.retries == 2
    assert "3 attempts" in (bad.error or "") and "HTTP 500: out of luck" in (bad.error or "")


def test_a_pause_that_the_server_asks_for_is_kept_by_all(serve: ServerMaker) -> None:
    times: list[float] = []

    def behave(asked: Asked) -> Answer:
        times.append(time.monotonic())
        return refused(429, "wait", Retry_After="1") if len(times) == 1 else chat("fine")

    server = serve(behave)
    with OpenAIBackend("m", base_url=server.url, start_concurrency=1) as backend:
        answers = backend.generate(ask_many(5))
    assert all(answer.text == "fine" for answer in answers)
    assert sum(answer.retries for answer in answers) == 1
    assert times[1] - times[0] > 0.98


def test_nothing_succeeds_for_long(serve: ServerMaker) -> None:
    server = serve(lambda asked: refused(503, "full"))
    with (
        OpenAIBackend("m", base_url=server.url, give_up_after=0.3, max_retries=1000) as backend,
        pytest.raises(BackendError, match=r"is not answering: no success in .* Last: HTTP 503: full"),
    ):
        backend.generate(ask_many(20))


def test_a_pause_beyond_patience_ends_the_run_at_once(serve: ServerMaker) -> None:
    server = serve(lambda asked: refused(429, "tomorrow", Retry_After="86400"))
    began = time.monotonic()
    with OpenAIBackend("m", base_url=server.url) as backend, pytest.raises(BackendError, match="is not answering"):
        backend.generate(ask_many(3))
    assert time.monotonic() - began < 5


def test_no_server_at_all() -> None:
    with pytest.raises(BackendError, match="No server answers"):
        OpenAIBackend("m", base_url=f"http://127.0.0.1:{_free_port()}/v1").__enter__()


def test_several_servers_share_the_work_and_one_may_be_down(serve: ServerMaker) -> None:
    def slow(asked: Asked) -> Answer:
        answer = chat(asked.prompt)
        answer.seconds = 0.02
        return answer

    one, two = serve(slow), serve(slow)
    port = _free_port()
    urls = [one.url, two.url, f"http://127.0.0.1:{port}/v1"]
    with OpenAIBackend("m", base_urls=urls, max_concurrency=4) as backend:
        answers = backend.stream(iter(ask_many(300)))
        first = [next(answers) for _ in range(60)]
        late = serve(slow, port=port)
        rest = list(answers)
    assert sorted(number for number, _ in first + rest) == list(range(300))
    assert not any(answer.retries for _, answer in first + rest)
    assert min(len(server.asked) for server in (one, two, late)) > 20


def test_a_server_that_dies_loses_nothing(serve: ServerMaker) -> None:
    def slow(asked: Asked) -> Answer:
        answer = chat(asked.prompt)
        answer.seconds = 0.02
        return answer

    one = serve(slow)
    dying = Server(slow)
    dying.__enter__()
    with OpenAIBackend("m", base_urls=[one.url, dying.url], max_concurrency=4) as backend:
        answers = backend.stream(iter(ask_many(200)))
        first = [next(answers) for _ in range(40)]
        dying.__exit__()
        rest = list(answers)
    everything = dict(first + rest)
    assert sorted(everything) == list(range(200))
    assert all(answer.finish_reason == "stop" for answer in everything.values())


def test_the_key_is_nowhere(serve: ServerMaker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def behave(asked: Asked) -> Answer:
        answers = [
            chat(f"you sent {KEY}"),
            refused(400, f"you sent {KEY}"),
            refused(500, KEY),
            Answer(302, KEY.encode()),
        ]
        return answers[int(asked.prompt)]

    server = serve(behave)
    # One after the other: a redirection before any success would end the run, as a wrong address does.
    with OpenAIBackend("m", base_url=server.url, max_retries=1, start_concurrency=1, max_concurrency=1) as backend:
        answers = backend.generate([ask(str(number)) for number in range(4)])
        shown = f"{answers!r} {vars(backend)!r} {backend._key!r}"
    assert answers[0].text == "you sent ***"
    assert KEY not in shown + caplog.text
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


# The stream


@pytest.mark.usefixtures("threads_end")
def test_closing_cancels_and_leaves_nothing(serve: ServerMaker) -> None:
    def behave(asked: Asked) -> Answer:
        answer = chat(asked.prompt)
        answer.seconds = 0.0 if asked.prompt == "request 0" else 60.0
        return answer

    server = serve(behave)
    consumers: set[threading.Thread] = set()

    def requests() -> Iterator[Request]:
        for number in itertools.count():
            consumers.add(threading.current_thread())
            yield ask(f"request {number}")

    with OpenAIBackend("m", base_url=server.url) as backend:
        answers = backend.stream(requests())
        assert next(answers)[0] == 0
        began = time.monotonic()
        answers.close()
        assert time.monotonic() - began < 5
    assert consumers == {threading.current_thread()}
    assert len(server.asked) < 40
    until = time.monotonic() + 5
    while (server.in_flight or server.connections) and time.monotonic() < until:
        time.sleep(0.02)
    assert (server.in_flight, server.connections) == (0, 0)


@pytest.mark.usefixtures("threads_end")
def test_an_error_of_the_requests_ends_the_stream(serve: ServerMaker) -> None:
    def requests() -> Iterator[Request]:
        yield ask("x")
        raise KeyError("mine")

    with OpenAIBackend("m", base_url=serve(echo).url) as backend, pytest.raises(KeyError, match="mine"):
        list(backend.stream(requests()))


_INTERRUPTED = """
import sys
from crabtk.types import Message, Request
from crabtk_openai import OpenAIBackend
with OpenAIBackend("m", base_url=sys.argv[1]) as backend:
    try:
        for answer in backend.stream(Request((Message("user", str(n)),)) for n in range(100)):
            pass
    except KeyboardInterrupt:
        import threading
        print("interrupted", [thread.name for thread in threading.enumerate()])
"""


def test_interruption_ends_at_once(serve: ServerMaker, tmp_path: Path) -> None:
    server = serve(lambda asked: Answer(seconds=60))
    script = tmp_path / "run.py"
    script.write_text(_INTERRUPTED)
    process = subprocess.Popen([sys.executable, script, server.url], stdout=subprocess.PIPE, text=True, env=os.environ)
    while not server.asked:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert out.strip() == "interrupted ['MainThread']"
    assert process.returncode == 0


@pytest.mark.slow
def test_endings(serve: ServerMaker) -> None:
    def behave(asked: Asked) -> Answer:
        answer = chat(asked.prompt)
        answer.seconds = 0.1
        return answer

    # Eight at a time, so that the run does not end by itself first.
    check_endings(OpenAIBackend, {"model": "m", "base_url": serve(behave).url, "max_concurrency": 8})
