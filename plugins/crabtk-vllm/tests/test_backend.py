"""The backend on a real engine and a real model: its contract, its figures, its errors."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("vllm")

from crabtk.testing import check_backend
from crabtk.types import Completion, Message, Request, Sampling
from crabtk_vllm import VllmBackend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

POSITIONS = 1024
SMALL: dict[str, Any] = {
    "enforce_eager": True,
    "max_model_len": POSITIONS,
    "max_num_seqs": 16,
    "kv_cache_gib": 0.5,
    "dtype": "float32",
    "engine": {"block_size": 32},
}


# First: its engines come and go, and the one that the other tests share stays.
def test_contract(model: str) -> None:
    check_backend(lambda: VllmBackend(model, **{**SMALL, "dtype": None}), too_many_words=2 * POSITIONS)


@pytest.fixture(scope="module")
def backend(model: str) -> Iterator[VllmBackend]:
    with VllmBackend(model, **SMALL) as backend:
        yield backend


def _ask(text: str, **fields: Any) -> Request:
    fields.setdefault("sampling", Sampling(max_tokens=16))
    return Request((Message("user", text),), **fields)


def _one(backend: VllmBackend, request: Request) -> Completion:
    return backend.generate([request])[0]


def test_a_prompt_that_is_too_long_names_both_numbers(backend: VllmBackend) -> None:
    answer = _one(backend, _ask("word " * 2 * POSITIONS))
    assert answer.finish_reason == "error" and answer.error is not None
    assert f"max_model_len = {POSITIONS}" in answer.error and "the prompt has 20" in answer.error


def test_long_prompts_that_are_sampled_with_seeds_are_read_side_by_side(backend: VllmBackend) -> None:
    requests = [
        _ask(f"{number} " + "word " * 800, sampling=Sampling(max_tokens=2, temperature=1.0, seed=number))
        for number in range(10)
    ]
    # Read in pieces on a CPU, they end the engine.
    assert not [answer.error for answer in backend.generate(requests) if answer.finish_reason == "error"]


def test_max_tokens_is_cut_to_the_room_left(backend: VllmBackend) -> None:
    sampling = Sampling(max_tokens=10 * POSITIONS, temperature=1.0, seed=1)
    answer = _one(backend, _ask("word " * 950, sampling=sampling, regex="(very )*long"))
    assert answer.finish_reason == "length" or answer.prompt_tokens + answer.generated_tokens < POSITIONS
    assert answer.prompt_tokens + answer.generated_tokens <= POSITIONS
    assert answer.prompt_tokens > 950


@pytest.mark.parametrize(
    "broken",
    [
        {"regex": "("},
        {"regex": r"(?=look)ahead"},
        {"json_schema": {"type": "no such type"}},
        {"json_schema": {"$ref": "#/$defs/missing"}},
        {"json_schema": {"type": "string", "pattern": "("}},
        {"sampling": Sampling(temperature=99.0)},
        {"sampling": Sampling(max_tokens=0)},
    ],
    ids=str,
)
def test_what_vllm_does_not_take_gets_an_error_of_its_own(backend: VllmBackend, broken: dict[str, Any]) -> None:
    answers = backend.generate([_ask("Hello"), _ask("Hello", **broken), _ask("Hello")])
    assert [answer.finish_reason == "error" for answer in answers] == [False, True, False], answers[1]
    assert answers[1].error
    assert answers[0].text == answers[2].text


def test_json_holds_no_free_whitespace(backend: VllmBackend) -> None:
    schema = {
        "type": "object",
        "properties": {"b": {"enum": ["x", "y"]}, "a": {"type": "integer", "maximum": 9, "minimum": 0}},
        "required": ["b", "a"],
        "additionalProperties": False,
    }
    for seed in range(4):
        sampling = Sampling(max_tokens=60, temperature=1.5, seed=seed)
        text = _one(backend, _ask("Some JSON, please.", json_schema=schema, sampling=sampling)).text
        assert text == json.dumps(json.loads(text), separators=(",", ":")), "no blanks, properties in their order"
        assert list(json.loads(text)) == ["b", "a"]


def test_the_prefix_cache_serves_what_came_before(backend: VllmBackend) -> None:
    shared = "One sentence that several questions share, so that the engine need read it once. " * 10
    first = _one(backend, _ask(f"{shared}What?"))
    again = _one(backend, _ask(f"{shared}Why?"))
    scored = _one(backend, _ask(f"{shared}Is it so?", choices=("Yes", "No")))
    assert first.cached_tokens < 32
    for answer in (again, scored):
        assert answer.cached_tokens >= 128
        assert answer.cached_tokens % 32 == 0 and answer.cached_tokens < answer.prompt_tokens


def test_seeds_are_each_request_s_own(backend: VllmBackend) -> None:
    def asked(seed: int, **how: Any) -> Request:
        return _ask("Tell me of the sea.", sampling=Sampling(max_tokens=12, temperature=1.0, seed=seed, **how))

    batch = [asked(1), asked(2), asked(-1), asked(-1), asked(2**70 + 5), asked(1), asked(3, top_p=0.001)]
    texts = [answer.text for answer in backend.generate(batch)]
    assert texts[0] == texts[5] and texts[2] == texts[3]
    assert len({*texts[:3], texts[4]}) == 4, texts
    assert texts[6] == _one(backend, _ask("Tell me of the sea.", sampling=Sampling(max_tokens=12))).text
    assert texts == [answer.text for answer in backend.generate(batch)]


class Reference:
    """The plain way: one pass of transformers over prompt and choice."""

    def __init__(self, folder: str) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.torch = torch
        self.model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)

    def logprob(self, request: Request, choice: str, end: bool) -> float:
        turns = [{"role": message.role, "content": message.content} for message in request.messages]
        prompt = list(self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False))
        reply = self.tokenizer.encode(choice, add_special_tokens=False)
        reply += [self.tokenizer.convert_tokens_to_ids("<|im_end|>")] if end else []
        with self.torch.no_grad():
            logits = self.model(self.torch.tensor([prompt + reply])).logits[0].double()
        logprobs = logits.log_softmax(-1)[len(prompt) - 1 : -1]
        return float(logprobs.gather(1, self.torch.tensor(reply).unsqueeze(1)).sum())


@pytest.fixture(scope="module")
def reference(model: str) -> Reference:
    return Reference(model)


@pytest.mark.parametrize(
    ("choices", "end"),
    [
        (("Yes", "No"), False),
        (("yes", "yes, but", "no"), True),
        (("a light blue sky", "a light green leaf", "Größe 世界", "red"), False),
        (("A single one.",), False),
    ],
    ids=str,
)
def test_choices_are_scored_as_transformers_scores_them(
    backend: VllmBackend, reference: Reference, choices: tuple[str, ...], end: bool
) -> None:
    request = _ask("Which one do you take, and why not another?", choices=choices)
    answer = _one(backend, request)
    expected = {choice: reference.logprob(request, choice, end) for choice in choices}
    assert answer.choice_logprobs == pytest.approx(expected, abs=2e-3)
    assert answer.text == max(expected, key=lambda choice: expected[choice])
    assert answer.finish_reason == "stop"


def test_more_choices_than_vllm_scores_at_once(backend: VllmBackend, reference: Reference) -> None:
    choices = tuple(dict.fromkeys(reference.tokenizer.decode([token]) for token in range(1000, 1400)))
    choices = tuple(c for c in choices if len(reference.tokenizer.encode(c, add_special_tokens=False)) == 1)
    assert len(choices) > 256
    request = _ask("A piece of a word?", choices=choices)
    logprobs = _one(backend, request).choice_logprobs
    assert logprobs is not None
    some = choices[::60]
    firsts = [reference.tokenizer.encode(choice, add_special_tokens=False)[0] for choice in choices]
    assert len(set(firsts)) == len(choices)
    assert [logprobs[choice] for choice in some] == pytest.approx(
        [reference.logprob(request, choice, False) for choice in some], abs=2e-3
    )
    assert sum(math.exp(value) for value in logprobs.values()) < 1


def test_each_part_of_a_scored_request_is_counted(backend: VllmBackend) -> None:
    one = _one(backend, _ask("Count?", choices=("Yes", "No")))
    two = _one(backend, _ask("Count?", choices=("Yes, sir", "Yes, madam")))
    assert one.generated_tokens == 1
    assert two.generated_tokens > 1 and two.prompt_tokens > two.generated_tokens * one.prompt_tokens
