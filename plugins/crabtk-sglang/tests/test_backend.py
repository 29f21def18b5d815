"""The backend on a real engine and a real model: its contract, its figures, its errors."""

import json
import math
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from typing import Any

import pytest

if find_spec("sglang") is None:
    pytest.skip("needs sglang", allow_module_level=True)

from crabtk.testing import check_backend
from crabtk.types import Completion, Message, Request, Sampling
from crabtk_sglang import SglangBackend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CONTEXT = 1024
WIDTH = 8
SMALL: dict[str, Any] = {"context_length": CONTEXT, "max_running_requests": WIDTH, "dtype": "float32"}
MEMORY = {"max_total_tokens": 8 * CONTEXT}


def _made(model: str, arguments: dict[str, Any]) -> SglangBackend:
    return SglangBackend(model, **SMALL, engine={**arguments, **MEMORY})


@pytest.fixture(scope="module")
def backend(model: str, arguments: dict[str, Any]) -> Iterator[SglangBackend]:
    with _made(model, arguments) as backend:
        yield backend


def _ask(text: str, **fields: Any) -> Request:
    fields.setdefault("sampling", Sampling(max_tokens=6))
    return Request((Message("user", text),), **fields)


def _one(backend: SglangBackend, request: Request) -> Completion:
    return backend.generate([request])[0]


def test_a_prompt_that_is_too_long_names_both_numbers(backend: SglangBackend) -> None:
    answer = _one(backend, _ask("word " * 2 * CONTEXT))
    assert answer.finish_reason == "error" and answer.error is not None
    assert f"context_length = {CONTEXT}" in answer.error and "the prompt has 20" in answer.error


def test_the_longest_prompt_is_answered(backend: SglangBackend) -> None:
    one = Sampling(max_tokens=1)
    counted = _one(backend, _ask("word " * 500, sampling=one)).prompt_tokens
    # SGLang keeps 7 tokens of the context for itself.
    most = 500 + (CONTEXT - 7) - counted
    fits, too_long = backend.generate([_ask("word " * words, sampling=one) for words in (most, most + 1)])
    assert fits.finish_reason in ("stop", "length") and fits.prompt_tokens == CONTEXT - 7
    assert too_long.finish_reason == "error" and str(CONTEXT - 6) in str(too_long.error)


def test_max_tokens_is_cut_to_the_room_left(backend: SglangBackend) -> None:
    sampling = Sampling(max_tokens=10 * CONTEXT, temperature=1.0, seed=1)
    answer = _one(backend, _ask("word " * 970, sampling=sampling, regex="(very )*long"))
    assert answer.finish_reason == "length" or answer.prompt_tokens + answer.generated_tokens < CONTEXT
    assert 970 < answer.prompt_tokens < answer.prompt_tokens + answer.generated_tokens <= CONTEXT


def test_what_sglang_does_not_take_gets_an_error_of_its_own(backend: SglangBackend) -> None:
    broken: list[dict[str, Any]] = [
        {"regex": "("},
        {"regex": r"(?=look)ahead"},
        {"regex": "nul \x00"},
        {"json_schema": {"type": "no such type"}},
        {"json_schema": {"$ref": "#/$defs/missing"}},
        {"json_schema": {"type": "string", "pattern": "("}},
        {"json_schema": {"type": "array", "uniqueItems": True}},
        {"sampling": Sampling(temperature=-1.0)},
        {"sampling": Sampling(max_tokens=0)},
    ]
    first, *refused, last = backend.generate([_ask("Hello"), *(_ask("Hello", **one) for one in broken), _ask("Hello")])
    for one, answer in zip(broken, refused, strict=True):
        assert answer.finish_reason == "error" and answer.error and not answer.text, (one, answer)
    assert first.finish_reason != "error" and first.text == last.text


def test_json_holds_no_free_whitespace(backend: SglangBackend) -> None:
    schema = {
        "type": "object",
        "properties": {"b": {"enum": ["x", "y"]}, "a": {"type": "integer", "maximum": 9, "minimum": 0}},
        "required": ["b", "a"],
        "additionalProperties": False,
    }
    for seed in range(3):
        sampling = Sampling(max_tokens=60, temperature=1.5, seed=seed)
        text = _one(backend, _ask("Some JSON, please.", json_schema=schema, sampling=sampling)).text
        assert text == json.dumps(json.loads(text)), "one blank after commas and colons, and none besides"
        assert list(json.loads(text)) == ["b", "a"]


def test_the_prefix_cache_serves_what_came_before(backend: SglangBackend) -> None:
    shared = "One sentence that several questions share, so that the engine need read it once. " * 10
    first = _one(backend, _ask(f"{shared}What?"))
    again = _one(backend, _ask(f"{shared}Why?"))
    scored = _one(backend, _ask(f"{shared}Is it so?", choices=("Yes", "No")))
    assert first.cached_tokens < 32
    for answer in (again, scored):
        assert 128 <= answer.cached_tokens < answer.prompt_tokens


def test_seeds_are_each_request_s_own(backend: SglangBackend) -> None:
    def asked(seed: int, **how: Any) -> Request:
        return _ask("Tell me of the sea.", sampling=Sampling(max_tokens=10, temperature=1.0, seed=seed, **how))

    batch = [asked(1), asked(2), asked(-1), asked(-1), asked(2**70 + 5), asked(1), asked(3, top_p=0.001)]
    texts = [answer.text for answer in backend.generate(batch)]
    assert texts[0] == texts[5] and texts[2] == texts[3]
    assert len({*texts[:3], texts[4]}) == 4, texts
    assert texts[6] == _one(backend, _ask("Tell me of the sea.", sampling=Sampling(max_tokens=10))).text
    assert texts == [answer.text for answer in backend.generate(batch)]
    assert texts[1] == _one(backend, batch[1]).text, "whatever is in the batch with it"


@pytest.fixture(scope="module")
def reference(model: str) -> Any:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    class Reference:
        """The plain way: one pass of transformers over prompt and choice."""

        network: Any = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
        tokenizer: Any = AutoTokenizer.from_pretrained(model)

        def logprob(self, request: Request, choice: str, end: bool) -> float:
            turns = [{"role": message.role, "content": message.content} for message in request.messages]
            prompt = list(self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False))
            reply = self.tokenizer.encode(choice, add_special_tokens=False)
            reply += [self.tokenizer.convert_tokens_to_ids("<|im_end|>")] if end else []
            with torch.no_grad():
                logits = self.network(torch.tensor([prompt + reply])).logits[0].double()
            logprobs = logits.log_softmax(-1)[len(prompt) - 1 : -1]
            return float(logprobs.gather(1, torch.tensor(reply).unsqueeze(1)).sum())

    return Reference()


CHOICES = [
    (("Yes", "No"), False),
    (("yes", "yes, but", "no"), True),
    (("a light blue sky", "a light green leaf", "Größe 世界", "red"), False),
    (("A single one.",), False),
]


def test_choices_are_scored_as_transformers_scores_them(backend: SglangBackend, reference: Any) -> None:
    requests = [_ask("Which one do you take, and why not another?", choices=choices) for choices, _ in CHOICES]
    # What is sampled beside them, hot and masked, leaves their log-probabilities alone.
    hot = Sampling(max_tokens=12, temperature=3.0, top_p=0.5, seed=1)
    others = [_ask("Hello", sampling=hot), _ask("Hello", sampling=hot, regex="[a-z]{20}")]
    answers = backend.generate([others[0], *requests, others[1]])[1:-1]
    for (choices, end), request, answer in zip(CHOICES, requests, answers, strict=True):
        expected = {choice: reference.logprob(request, choice, end) for choice in choices}
        assert answer.choice_logprobs == pytest.approx(expected, abs=2e-3)
        assert answer.text == max(expected, key=lambda choice: expected[choice])
        assert answer.finish_reason == "stop"
    one = answers[0]
    assert one.generated_tokens == 1, "each part of a scored request is counted"
    assert answers[2].prompt_tokens > answers[2].generated_tokens * one.prompt_tokens


def test_many_choices(backend: SglangBackend, reference: Any) -> None:
    choices = tuple(dict.fromkeys(reference.tokenizer.decode([token]) for token in range(1000, 1400)))
    choices = tuple(c for c in choices if len(reference.tokenizer.encode(c, add_special_tokens=False)) == 1)
    assert len(choices) > 256
    request = _ask("A piece of a word?", choices=choices)
    logprobs = _one(backend, request).choice_logprobs
    assert logprobs is not None
    assert [logprobs[choice] for choice in choices[::60]] == pytest.approx(
        [reference.logprob(request, choice, False) for choice in choices[::60]], abs=2e-3
    )
    assert sum(math.exp(value) for value in logprobs.values()) < 1


def test_requests_are_taken_as_the_engine_needs_them(backend: SglangBackend) -> None:
    taken: list[int] = []

    def endless() -> Iterator[Request]:
        for number in count():
            taken.append(number)
            yield _ask(f"Say {number}.", sampling=Sampling(max_tokens=1 + number % 4))

    answers = backend.stream(endless())
    for done in range(1, 3 * WIDTH):
        next(answers)
        assert len(taken) <= 2 * WIDTH + done
    answers.close()


def test_a_closed_stream_leaves_an_idle_engine(backend: SglangBackend) -> None:
    # Numbers in words, for longer than the test may take: only a cancelled one ends.
    endless = _ask("Count.", sampling=Sampling(max_tokens=900), regex="(one |two |three )*end of the numbers")
    answers = backend.stream(iter([_ask("Hi", sampling=Sampling(max_tokens=1)), *[endless] * 4 * WIDTH]))
    assert next(answers)[0] == 0
    answers.close()
    # All places are taken until those are gone; without an end each writes 900 tokens.
    after = backend.generate([_ask(f"Hello {n}", sampling=Sampling(max_tokens=2)) for n in range(2)])
    assert [answer.finish_reason for answer in after] == ["length", "length"]


def test_contract(model: str, arguments: dict[str, Any]) -> None:
    check_backend(lambda: _made(model, arguments), too_many_words=2 * CONTEXT)
