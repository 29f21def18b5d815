"""Conformance against a real server: CRABTK_OPENAI_URL names it, CRABTK_OPENAI_MODEL the model that it serves."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from openai_server import ask

from crabtk.testing.backends import check_backend
from crabtk.types import Sampling
from crabtk_openai import OpenAIBackend

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("CRABTK_OPENAI_URL" not in os.environ, reason="CRABTK_OPENAI_URL names no server"),
]


def _backend(**options: Any) -> OpenAIBackend:
    model = os.environ.get("CRABTK_OPENAI_MODEL", "SmolLM2-135M-Instruct")
    return OpenAIBackend(model, base_url=os.environ["CRABTK_OPENAI_URL"], **options)


def test_conformance() -> None:
    check_backend(_backend)


def test_all_kinds_of_requests_at_once() -> None:
    schema = {
        "type": "object",
        "properties": {"number": {"type": "integer"}},
        "required": ["number"],
        "additionalProperties": False,
    }
    requests = []
    for number in range(12):
        short = Sampling(max_tokens=40, temperature=0.7, seed=number)
        requests += [
            ask(f"Say {number}.", sampling=short),
            ask(f"Is {number} even?", choices=("Yes", "No")),
            ask(f"Which year, {number}?", regex=r"\d{4}-[0-9]{2}", sampling=short),
            ask(f"{number} as JSON", json_schema=schema, sampling=short),
        ]
    with _backend(price_prompt=1.0, price_generated=2.0) as backend:
        answers = backend.generate(requests)
    free, choices, expressions, objects = (answers[kind::4] for kind in range(4))
    assert all(answer.finish_reason in ("stop", "length") and answer.text for answer in free)
    assert all(answer.choice_logprobs is not None for answer in choices)
    assert all(answer.finish_reason == "stop" and len(answer.text) == 7 for answer in expressions)
    assert all(
        isinstance(json.loads(answer.text)["number"], int) for answer in objects if answer.finish_reason == "stop"
    )
    for answer in answers:
        assert answer.prompt_tokens > 0 and answer.generated_tokens > 0 and answer.cost
        assert answer.retries == 0


def test_an_answer_is_cut_where_the_context_ends() -> None:
    with _backend() as backend:
        answer = backend.generate([ask("one two " * 900, sampling=Sampling(max_tokens=100_000))])[0]
    assert answer.finish_reason in ("stop", "length"), answer


def test_choices_are_likelier_where_the_prompt_says_so() -> None:
    colours = ("red", "dark blue", "dark green")
    with _backend() as backend:
        answers = backend.generate([ask(f"Repeat: {colour}", choices=colours) for colour in colours])
    for colour, answer in zip(colours, answers, strict=True):
        assert answer.choice_logprobs is not None
        others = [other.choice_logprobs[colour] for other in answers if other is not answer and other.choice_logprobs]
        assert answer.choice_logprobs[colour] > max(others)
