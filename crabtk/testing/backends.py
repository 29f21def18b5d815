"""The conformance suite of backends: ``check_backend(lambda: MyBackend(model="…"))``."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

from crabtk.protocols import Backend, StreamingBackend
from crabtk.types import Completion, Message, Request, Sampling

_REASONS = ("stop", "length", "refusal", "error")
_SHORT = Sampling(max_tokens=12)
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "word": {"type": "string", "maxLength": 8},
        "kind": {"enum": ["noun", "verb"]},
        "common": {"type": "boolean"},
    },
    "required": ["word", "kind", "common"],
    "additionalProperties": False,
}


def check_backend(open_backend: Callable[[], Backend], *, too_many_words: int = 100_000) -> None:
    """Check that a backend keeps its contract; an ``AssertionError`` says what it should have done.

    Takes about twenty short generations; use the smallest model that the engine runs.

    Args:
        open_backend: Makes the backend, unopened; called several times.
        too_many_words: A prompt of so many words must exceed what the model under test has room for.
    """
    made = open_backend()
    assert isinstance(made, Backend), f"{type(made).__name__} must have name, __enter__, __exit__ and generate"
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", made.name), (
        f"name {made.name!r} must be lower-case letters, digits, - or _"
    )
    with open_backend() as backend:
        _check_batches(backend)
        _check_prompts(backend, too_many_words)
        _check_limits(backend)
        _check_repetition(backend)
        _check_choices(backend)
        _check_structure(backend)
        if isinstance(backend, StreamingBackend):
            _check_stream(backend)
            _check_closing_a_stream(backend)
    _check_reopening(open_backend)


def _check_batches(backend: Backend) -> None:
    assert _generate(backend, []) == [], "generate([]) must return an empty list"
    regex = [Request(_user("Say it."), Sampling(max_tokens=16), regex=f"answer {number}") for number in range(3)]
    answers = _generate(backend, [_free("Hello"), *regex, _free("Bye")])
    for number, answer in enumerate(answers[1:4]):
        if answer.finish_reason == "stop":
            assert answer.text == f"answer {number}", (
                f"request {number + 1} must match its regular expression 'answer {number}', not give {answer.text!r}: "
                "completions must come in the order of requests, and a regex may be refused with finish reason error "
                "but not ignored"
            )


def _check_prompts(backend: Backend, too_many_words: int) -> None:
    system = (Message("system", "Be brief."), *_user("Hello"))
    turns = (*_user("Hi"), Message("assistant", "Hello!"), *_user("Bye"))
    requests = [_free("Grüße, 世界 🦀 \u202e שלום"), Request(system, _SHORT), Request(turns, _SHORT)]
    kinds = ("unicode", "a system message", "several turns")
    for kind, answer in zip(kinds, _generate(backend, requests), strict=True):
        assert answer.finish_reason != "error", f"a prompt with {kind} must be answered, not: {answer.error}"
    _generate(backend, [_free("")])
    before, long, after = _generate(backend, [_free("Hello"), _free("word " * too_many_words), _free("Hello")])
    assert long.finish_reason == "error", (
        f"a prompt of {too_many_words} words must get finish reason error, not {long.finish_reason!r} "
        "(if the model has room for it, raise too_many_words)"
    )
    assert before.finish_reason != "error" and after.finish_reason != "error", (
        "the other requests of a batch must be answered although one prompt is too long"
    )


def _check_limits(backend: Backend) -> None:
    limits = (1, 5, 9)
    requests = [Request(_user("Count to one hundred."), Sampling(max_tokens=limit)) for limit in limits]
    for limit, answer in zip(limits, _generate(backend, requests), strict=True):
        assert answer.generated_tokens <= limit, (
            f"max_tokens = {limit} must hold for its own request, not give {answer.generated_tokens} tokens"
        )


def _check_repetition(backend: Backend) -> None:
    greedy = [_free("Name a colour."), _free("Name an animal and a plant.")]
    first, again = _texts(backend, greedy), _texts(backend, greedy)
    assert first == again, f"the same batch at temperature 0 must give the same texts: {first}, then {again}"
    sampled = [
        Request(_user("Name a colour."), Sampling(max_tokens=12, temperature=1.0, top_p=0.9, seed=seed))
        for seed in (1, 2)
    ]
    first, again = _texts(backend, sampled), _texts(backend, sampled)
    assert first == again, f"the same batch with the same seeds must give the same texts: {first}, then {again}"


def _check_choices(backend: Backend) -> None:
    asked = [("yes", "no"), ("yes", "yes, mostly", "no"), ("red", "light blue", "大"), ("only",)]
    requests = [Request(_user("Which one?"), choices=choices) for choices in asked]
    for choices, answer in zip(asked, _generate(backend, requests), strict=True):
        assert answer.finish_reason == "stop", f"choices {choices} must be answered, not {answer}"
        assert answer.text in choices, f"the text must be one of {choices}, not {answer.text!r}"
        logprobs = answer.choice_logprobs
        assert logprobs is not None and set(logprobs) == set(choices), (
            f"choice_logprobs must hold each of {choices}, not {logprobs}"
        )
        total = sum(math.exp(value) for value in logprobs.values())
        assert total <= 1 + 1e-3, f"probabilities of {choices} must sum to at most 1, not {total}: {dict(logprobs)}"
        assert logprobs[answer.text] == max(logprobs.values()), f"the text must be the likeliest of {dict(logprobs)}"


def _check_structure(backend: Backend) -> None:
    request = Request(_user("Describe a word as JSON."), Sampling(max_tokens=120), json_schema=_SCHEMA)
    warm = Request(request.messages, Sampling(max_tokens=120, temperature=1.5, seed=3), json_schema=_SCHEMA)
    for answer in _generate(backend, [request, _free("Hello"), warm])[::2]:
        assert answer.finish_reason == "stop", (
            f"a request with a JSON schema must be answered within {request.sampling.max_tokens} tokens, not {answer}"
        )
        value = json.loads(answer.text)
        assert isinstance(value, dict) and value.keys() == set(_SCHEMA["required"]), (
            f"the JSON must hold just the required keys: {answer.text}"
        )
        assert isinstance(value["word"], str) and len(value["word"]) <= 8, f"word must be at most 8 long: {answer.text}"
        assert value["kind"] in ("noun", "verb") and isinstance(value["common"], bool), f"wrong values: {answer.text}"


def _check_stream(backend: StreamingBackend) -> None:
    regexes = [f"answer {number}" for number in range(6)]
    requests = [Request(_user("Say it."), Sampling(max_tokens=16), regex=regex) for regex in regexes]
    broken = Request(_user("Hello"), Sampling(max_tokens=4), regex="(")
    answers = dict(backend.stream(iter([*requests, broken])))
    assert sorted(answers) == list(range(7)), f"stream must answer each of 7 requests once, not {sorted(answers)}"
    for number, regex in enumerate(regexes):
        if answers[number].finish_reason == "stop":
            assert answers[number].text == regex, (
                f"request {number} must match {regex!r}, not give {answers[number].text!r}: numbers count the requests "
                "as they come"
            )
    assert answers[6].finish_reason == "error", "an expression that cannot be compiled must get finish reason error"
    assert dict(backend.stream(iter([]))) == {}, "no requests must get no answers"


def _check_closing_a_stream(backend: StreamingBackend) -> None:
    taken: list[int] = []

    def endless() -> Iterator[Request]:
        for number in count():
            taken.append(number)
            yield _free(f"Say {number}.")

    answers = backend.stream(endless())
    next(answers)
    assert len(taken) < 10_000, f"stream must not take requests far ahead; it took {len(taken)} before its first answer"
    answers.close()
    after = dict(backend.stream(iter([_free("Hello")])))
    assert list(after) == [0] and after[0].finish_reason != "error", (
        f"after a stream was closed early, the next one must be answered as if there had been none, not {after}"
    )


def _check_reopening(open_backend: Callable[[], Backend]) -> None:
    backend = open_backend()
    with backend:
        first = _texts(backend, [_free("Name a colour.")])
    with backend:
        again = _texts(backend, [_free("Name a colour.")])
    assert first == again, "a backend must answer the same after it was closed and opened again"


def _generate(backend: Backend, requests: Sequence[Request]) -> list[Completion]:
    answers = list(backend.generate(requests))
    assert len(answers) == len(requests), f"{len(requests)} requests must get as many completions, not {len(answers)}"
    for answer in answers:
        assert isinstance(answer, Completion), f"generate must return Completion, not {type(answer).__name__}"
        assert answer.finish_reason in _REASONS, f"finish_reason must be one of {_REASONS}: {answer.finish_reason!r}"
        assert answer.finish_reason != "error" or (answer.error and not answer.text), (
            f"a completion with finish reason error must say why in error, and have no text: {answer}"
        )
    return answers


def _texts(backend: Backend, requests: Sequence[Request]) -> list[str]:
    return [answer.text for answer in _generate(backend, requests)]


def _free(prompt: str) -> Request:
    return Request(_user(prompt), _SHORT)


def _user(prompt: str) -> tuple[Message, ...]:
    return (Message("user", prompt),)
