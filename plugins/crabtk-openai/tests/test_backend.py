"""What the backend asks, how it reads the answers, and what it makes of trouble."""

from __future__ import annotations

import itertools
import json
import logging
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openai_server import KEY, Answer, Asked, Server, ServerMaker, ask, ask_many, chat, refused

from crabtk.errors import BackendError
from crabtk.types import Completion, Message, Request, Sampling
from crabtk_openai import OpenAIBackend, register_backends

_SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crabtk_openai.backoff._FIRST_SECONDS", 0.01)
    monkeypatch.setattr("crabtk_openai.servers._PROBES_EVERY", (0.05,))
    monkeypatch.setattr("crabtk_openai.opening._ATTEMPTS_SECONDS", (0.0, 0.01))


def _echo(asked: Asked) -> Answer:
    return chat(asked.prompt)


def _one(server: Server, request: Request, **options: Any) -> Completion:
    with OpenAIBackend("m", base_url=server.url, **options) as backend:
        return backend.generate([request])[0]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_it_is_registered() -> None:
    registered: list[Any] = []
    register_backends(registered.append)
    assert registered == [OpenAIBackend]


def test_module_imports_nothing_heavy() -> None:
    code = "import sys, crabtk_openai; print({'httpx', 'jsonschema'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_missing_package_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(BackendError, match='needs the package httpx: pip install "crabtk-openai"'):
        OpenAIBackend("m", base_url="http://localhost:1/v1").__enter__()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "needs base_url, or base_urls"),
        ({"base_url": "http://a/v1", "base_urls": ["http://b/v1"]}, "needs base_url, or base_urls"),
        ({"base_url": "localhost:8000"}, "http:// or https://"),
        ({"base_url": "http://user:hunter2@host/v1"}, "must not hold a user name or password"),
        ({"base_url": "http://host/v1?key=hunter2"}, "must end with its path"),
        ({"base_url": "http://[hunter2/v1"}, "is not a URL"),
        ({"base_url": "http://h/v1", "timeout": 0.0}, "timeout must be at least"),
        ({"base_url": "http://h/v1", "max_concurrency": 0}, "max_concurrency must be at least 1"),
        ({"base_url": "http://h/v1", "max_retries": -1}, "max_retries must be at least 0"),
        ({"base_url": "http://h/v1", "extra_body": {"model": "x"}}, "extra_body must not hold model"),
        ({"base_url": "http://h/v1", "headers": {"X-Api-Key": "hunter2"}}, "headers must not hold X-Api-Key"),
    ],
)
def test_unfit_options_are_named_without_secrets(options: dict[str, Any], says: str) -> None:
    with pytest.raises(BackendError, match=says) as raised:
        OpenAIBackend("m", **options)
    assert "hunter2" not in str(raised.value)


def test_not_open() -> None:
    with pytest.raises(BackendError, match="is not open"):
        OpenAIBackend("m", base_url="http://h/v1").generate([])


def test_a_request_is_asked_as_it_stands(serve: ServerMaker) -> None:
    server = serve(_echo)
    messages = (Message("system", "Be brief."), Message("user", "Grüße 🦀 \ud800"))
    request = Request(messages, Sampling(max_tokens=7, temperature=0.5, top_p=0.9, seed=2**40 + 3))
    with OpenAIBackend("m", base_url=server.url, extra_body={"top_k": 5}, headers={"X-Team": "t"}) as backend:
        assert backend.generate([request])[0].text == "Grüße 🦀 \ud800"
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["x-team"] == "t"
    assert asked.body == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Grüße 🦀 \ud800"}],
        "max_tokens": 7,
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 3,
        "top_k": 5,
    }


def test_tokens_and_cost_are_read(serve: ServerMaker) -> None:
    answer = _one(serve(_echo), ask("x"), price_prompt=1.0, price_cached=0.5, price_generated=10.0)
    assert (answer.prompt_tokens, answer.cached_tokens, answer.generated_tokens) == (10, 4, 2)
    assert answer.cost == pytest.approx((6 * 1.0 + 4 * 0.5 + 2 * 10.0) / 1e6)
    assert _one(serve(_echo), ask("x")).cost is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"finish_reason": "length"}, ("x", "length")),
        ({"finish_reason": "content_filter"}, ("x", "refusal")),
        ({"message": {"content": None, "refusal": "I can't."}}, ("I can't.", "refusal")),
        ({"message": {"content": None}}, ("", "stop")),
    ],
)
def test_ends_are_told_apart(serve: ServerMaker, fields: dict[str, Any], expected: tuple[str, str]) -> None:
    answer = _one(serve(lambda asked: chat("x", **fields)), ask("x"))
    assert (answer.text, answer.finish_reason) == expected


def test_the_version_in_the_address_may_be_left_out(serve: ServerMaker) -> None:
    server = serve(_echo)
    with OpenAIBackend("m", base_url=server.url.removesuffix("/v1") + "/") as backend:
        assert backend.generate([ask("x")])[0].text == "x"


def test_newer_name_of_the_token_limit_is_learnt(serve: ServerMaker) -> None:
    def behave(asked: Asked) -> Answer:
        if "max_tokens" in asked.body:
            return refused(400, "Unsupported parameter: use 'max_completion_tokens' instead.")
        return chat(str(asked.body["max_completion_tokens"]))

    server = serve(behave)
    with OpenAIBackend("m", base_url=server.url, start_concurrency=1) as backend:
        answers = backend.generate([ask("x", sampling=Sampling(max_tokens=9)), ask("y")])
    assert [answer.text for answer in answers] == ["9", "256"]
    assert not any(answer.retries for answer in answers)


# Structured output


def test_no_server_is_trusted_with_structure(serve: ServerMaker) -> None:
    texts = iter(['{"a": 1}', '{"a": "1"}', '{"a": ', "[" * 100_000])
    server = serve(lambda asked: chat(next(texts)))
    with OpenAIBackend("m", base_url=server.url, start_concurrency=1, max_concurrency=1) as backend:
        good, *bad = backend.generate([ask(str(n), json_schema=_SCHEMA) for n in range(4)])
    assert good.text == '{"a": 1}' and good.finish_reason == "stop"
    for answer in bad:
        assert answer.finish_reason == "error" and not answer.text and answer.generated_tokens == 2
    assert server.asked[0].body["response_format"]["json_schema"]["schema"] == _SCHEMA


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"json_schema": {"type": "nonsense"}}, "cannot be compiled"),
        ({"regex": "("}, "cannot be compiled"),
        ({"regex": "a+"}, "no regular expressions"),
    ],
)
def test_what_no_server_can_answer_is_not_asked(serve: ServerMaker, fields: dict[str, Any], says: str) -> None:
    server = serve(_echo)
    answer = _one(server, ask("x", **fields))
    assert answer.finish_reason == "error" and says in (answer.error or "")
    assert not server.asked


def test_catastrophic_expressions_end(serve: ServerMaker) -> None:
    server = serve(lambda asked: chat("a" * 40 + "!"))
    began = time.monotonic()
    answer = _one(server, ask("x", regex=r"(a|a|aa)*$b"), dialect="vllm")
    schema = {"type": "string", "pattern": r"^(a|a|aa)*$"}
    assert answer.finish_reason == "error"
    quoted = serve(lambda asked: chat(json.dumps("a" * 40 + "!")))
    assert _one(quoted, ask("x", json_schema=schema)).finish_reason == "error"
    assert time.monotonic() - began < 10


def test_schemas_fetch_nothing(serve: ServerMaker) -> None:
    server = serve(lambda asked: chat("1"))
    answer = _one(server, ask("x", json_schema={"$ref": server.url + "/models"}))
    assert answer.finish_reason == "error" and "refers to" in (answer.error or "")


# Choices by listed log-probabilities


def _listed(*steps: dict[str, float]) -> Callable[[Asked], Answer]:
    """Answer with the first token of each step."""
    content = [
        {
            "token": next(iter(step)),
            "logprob": math.log(next(iter(step.values()))),
            "top_logprobs": [{"token": token, "logprob": math.log(value)} for token, value in step.items()],
        }
        for step in steps
    ]
    return lambda asked: chat("".join(next(iter(step)) for step in steps), logprobs={"content": content})


@pytest.mark.parametrize(
    ("choices", "steps", "expected"),
    [
        (("Yes", "No"), [{"No": 0.6, "Yes": 0.3, "Maybe": 0.05}], {"No": 0.6, "Yes": 0.3}),
        (("Yes", "No"), [{"Yes": 0.6, "Y": 0.1, "x": 0.05}], {"Yes": 0.7, "No": 0.05}),
        (("Yes", "No"), [{"Yes": 0.99, "x": 0.008}], {"Yes": 0.99, "No": 0.002}),
        (
            ("light red", "light blue", "dark"),
            [{"light": 0.8, "dark": 0.1}, {" red": 0.5, " blue": 0.25}],
            {"light red": 0.4, "light blue": 0.2, "dark": 0.1},
        ),
        (
            ("light red", "light blue", "dark"),
            [{"dark": 0.6, "light": 0.3}],
            {"light red": 0.15, "light blue": 0.15, "dark": 0.6},
        ),
        (("yes", "yes, mostly"), [{"yes": 0.9}, {",": 0.4, " ": 0.1}], {"yes": 0.54, "yes, mostly": 0.36}),
        (("yes", "yes, mostly"), [{"yes": 0.9}], {"yes": 0.9, "yes, mostly": 0.1}),
    ],
)
def test_choices_are_scored_from_lists(
    serve: ServerMaker, choices: tuple[str, ...], steps: list[dict[str, float]], expected: dict[str, float]
) -> None:
    answer = _one(serve(_listed(*steps)), ask("x", choices=choices))
    assert answer.choice_logprobs is not None
    found = {choice: math.exp(value) for choice, value in answer.choice_logprobs.items()}
    assert found == pytest.approx(expected)
    assert answer.text == max(expected, key=lambda choice: expected[choice])
    assert sum(found.values()) <= 1 + 1e-9


def test_choices_need_log_probabilities(serve: ServerMaker) -> None:
    answer = _one(serve(_echo), ask("x", choices=("a", "b")))
    assert answer.finish_reason == "error" and "shows no log-probabilities" in (answer.error or "")


# Trouble


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
        _one(server, ask("x"))
    with pytest.raises(BackendError, match=r"MY_KEY .* is not set"):
        _one(server, ask("x"), api_key_env="MY_KEY")


def test_a_server_of_one_s_own_must_have_the_model(serve: ServerMaker) -> None:
    server = serve(_echo, models={"data": [{"id": "other", "owned_by": "vllm"}]})
    with pytest.raises(BackendError, match='has no model "m"; it has: other'):
        _one(server, ask("x"))


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

    with OpenAIBackend("m", base_url=serve(_echo).url) as backend, pytest.raises(KeyError, match="mine"):
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
