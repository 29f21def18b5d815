"""What the backend asks, how it reads the answers, and what it makes of trouble."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from openai_server import KEY, Answer, Asked, ServerMaker, ask, chat, echo, one, refused

from crabtk.errors import BackendError
from crabtk.types import Message, Request, Sampling
from crabtk_openai import OpenAIBackend, register_backends

pytestmark = pytest.mark.usefixtures("quick")

_SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


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
    server = serve(echo)
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
    answer = one(serve(echo), ask("x"), price_prompt=1.0, price_cached=0.5, price_generated=10.0)
    assert (answer.prompt_tokens, answer.cached_tokens, answer.generated_tokens) == (10, 4, 2)
    assert answer.cost == pytest.approx((6 * 1.0 + 4 * 0.5 + 2 * 10.0) / 1e6)
    assert one(serve(echo), ask("x")).cost is None


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
    answer = one(serve(lambda asked: chat("x", **fields)), ask("x"))
    assert (answer.text, answer.finish_reason) == expected


def test_the_version_in_the_address_may_be_left_out(serve: ServerMaker) -> None:
    server = serve(echo)
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
    server = serve(echo)
    answer = one(server, ask("x", **fields))
    assert answer.finish_reason == "error" and says in (answer.error or "")
    assert not server.asked


def test_catastrophic_expressions_end(serve: ServerMaker) -> None:
    server = serve(lambda asked: chat("a" * 40 + "!"))
    began = time.monotonic()
    answer = one(server, ask("x", regex=r"(a|a|aa)*$b"), dialect="vllm")
    schema = {"type": "string", "pattern": r"^(a|a|aa)*$"}
    assert answer.finish_reason == "error"
    quoted = serve(lambda asked: chat(json.dumps("a" * 40 + "!")))
    assert one(quoted, ask("x", json_schema=schema)).finish_reason == "error"
    assert time.monotonic() - began < 10


def test_schemas_fetch_nothing(serve: ServerMaker) -> None:
    server = serve(lambda asked: chat("1"))
    answer = one(server, ask("x", json_schema={"$ref": server.url + "/models"}))
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
    answer = one(serve(_listed(*steps)), ask("x", choices=choices))
    assert answer.choice_logprobs is not None
    found = {choice: math.exp(value) for choice, value in answer.choice_logprobs.items()}
    assert found == pytest.approx(expected)
    assert answer.text == max(expected, key=lambda choice: expected[choice])
    assert sum(found.values()) <= 1 + 1e-9


def test_choices_need_log_probabilities(serve: ServerMaker) -> None:
    answer = one(serve(echo), ask("x", choices=("a", "b")))
    assert answer.finish_reason == "error" and "shows no log-probabilities" in (answer.error or "")
