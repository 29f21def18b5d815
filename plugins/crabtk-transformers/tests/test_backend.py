"""The backend keeps the contract, and its fast ways give what the plain way gives."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import AddedToken
from transformers import AutoModelForCausalLM, AutoTokenizer

from crabtk.errors import BackendError
from crabtk.inference.chat import ChatTemplate
from crabtk.reply import without_thinking
from crabtk.testing import check_backend
from crabtk.testing.endings import check_endings
from crabtk.types import Message, Request, Sampling
from crabtk_transformers import TransformersBackend, loading
from crabtk_transformers.prefill import read_prompts


def _ask(text: str, system: str | None = None, **fields: Any) -> Request:
    messages = (Message("user", text),)
    fields.setdefault("sampling", Sampling(max_tokens=16))
    return Request(messages if system is None else (Message("system", system), *messages), **fields)


@pytest.fixture(scope="module")
def backend(llama: Path) -> Iterator[TransformersBackend]:
    with TransformersBackend(str(llama), dtype="float32") as backend:
        yield backend


@pytest.mark.slow
def test_contract(llama: Path) -> None:
    check_backend(lambda: TransformersBackend(str(llama)), too_many_words=1000)


@pytest.mark.slow
def test_endings(llama: Path) -> None:
    check_endings(TransformersBackend, {"model": str(llama), "device": "cpu"})


class Plain:
    """The plain way: one sequence at a time, no cache of ours, no batch."""

    def __init__(self, folder: Path) -> None:
        self.model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)

    def prompt(self, request: Request) -> list[int]:
        turns = [{"role": message.role, "content": message.content} for message in request.messages]
        return list(self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False))

    def greedy(self, request: Request) -> str:
        prompt = torch.tensor([self.prompt(request)])
        allowed = list(range(261, 320))
        output = self.model.generate(
            prompt, max_new_tokens=request.sampling.max_tokens, do_sample=False, suppress_tokens=allowed
        )
        return str(self.tokenizer.decode(output[0, prompt.shape[1] :], skip_special_tokens=True))

    def logprob(self, request: Request, choice: str, end: bool = False) -> float:
        prompt, reply = self.prompt(request), self.tokenizer.encode(choice) + ([256] if end else [])
        with torch.no_grad():
            logits = self.model(torch.tensor([prompt + reply])).logits[0, :, :261]
        logprobs = logits.log_softmax(-1)[len(prompt) - 1 : -1]
        return float(logprobs.gather(1, torch.tensor(reply).unsqueeze(1)).sum())


SYSTEM = "A long system prompt that several requests of the batch share, "
PROMPTS = [
    _ask("Hi", sampling=Sampling(max_tokens=20)),
    _ask("Hi", SYSTEM * 2, sampling=Sampling(max_tokens=9)),
    _ask("Ho!", SYSTEM * 2, sampling=Sampling(max_tokens=30)),
    _ask("A question about nothing at all. " * 5, SYSTEM),
    _ask("Hi", sampling=Sampling(max_tokens=1)),
    _ask("", sampling=Sampling(max_tokens=12)),
]


@pytest.mark.parametrize("model", ["llama", "sliding"])
def test_batched_greedy_text_equals_plain_generation(model: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(model)
    plain = Plain(folder)
    with TransformersBackend(str(folder), dtype="float32") as backend:
        answers = backend.generate(PROMPTS)
    assert [answer.text for answer in answers] == [plain.greedy(one) for one in PROMPTS]
    assert sum(answer.cached_tokens for answer in answers) > 100
    assert [answer.prompt_tokens for answer in answers] == [len(plain.prompt(one)) for one in PROMPTS]


@pytest.mark.parametrize("model", ["llama", "sliding"])
def test_shared_scoring_equals_plain_scoring(model: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(model)
    plain = Plain(folder)
    response = "The response under judgement, long enough to be worth reading once only. "
    choices = [("Y", "N"), ("yes", "no", "maybe, who knows"), ("Y", "no")]
    asked = [
        _ask(f"{response * (number % 3)} Question {'?' * number}", "Judge!", choices=choices[number % 3])
        for number in range(12)
    ]
    with TransformersBackend(str(folder), dtype="float32") as backend:
        answers = backend.generate(asked)
    for one, answer in zip(asked, answers, strict=True):
        expected = {choice: plain.logprob(one, choice) for choice in one.choices}
        assert answer.choice_logprobs == pytest.approx(expected, abs=1e-3)
        assert answer.text == max(expected, key=lambda choice: expected[choice])
    assert sum(answer.cached_tokens for answer in answers) > 300


def test_choice_that_begins_another_is_scored_with_the_end_of_the_turn(
    backend: TransformersBackend, llama: Path
) -> None:
    asked = _ask("Well?", choices=("yes", "yes, but", "no"))
    expected = {choice: Plain(llama).logprob(asked, choice, end=True) for choice in asked.choices}
    assert backend.generate([asked])[0].choice_logprobs == pytest.approx(expected, abs=1e-3)


def test_scores_are_finer_than_the_model_s_precision(llama: Path) -> None:
    model: Any = AutoModelForCausalLM.from_pretrained(llama, dtype=torch.bfloat16)
    token = torch.tensor([[7]])
    with torch.inference_mode():
        coarse, fine = (read_prompts(model, [[1, 2, 3]])[0] for _ in range(2))
        assert _is_bfloat16(coarse.read(token))
        assert not _is_bfloat16(fine.read_exactly(token))
        assert _is_bfloat16(fine.read(token)), "the way back to the model's precision is open"


def _is_bfloat16(logits: torch.Tensor) -> bool:
    return torch.equal(logits, logits.bfloat16().float())


def test_sampling_is_each_request_s_own(backend: TransformersBackend) -> None:
    def sampled(seed: int, **how: Any) -> Request:
        return _ask("Go", sampling=Sampling(**{"max_tokens": 16, "temperature": 1.0, "seed": seed, **how}))

    one, two = sampled(1), sampled(2)
    texts = [answer.text for answer in backend.generate([one, two, _ask("Go"), one, sampled(1, top_p=0.01)])]
    greedy = backend.generate([_ask("Go", sampling=Sampling(max_tokens=16))])[0].text
    assert texts[0] == texts[3] == backend.generate([one])[0].text
    assert texts[0] != texts[1]
    assert texts[4] == greedy, "the smallest nucleus holds the likeliest token alone"
    assert texts[2].startswith(greedy)


def test_sampling_follows_the_distribution(backend: TransformersBackend) -> None:
    choices = tuple("abcdefghijklmnopqrstuvwxyz")
    logprobs = backend.generate([_ask("Go", choices=choices)])[0].choice_logprobs
    assert logprobs is not None
    likeliest = max(logprobs, key=lambda choice: logprobs[choice])
    draws = [_ask("Go", sampling=Sampling(max_tokens=1, temperature=1.0, seed=seed)) for seed in range(1500)]
    texts = [answer.text for answer in backend.generate(draws)]
    expected = torch.tensor(logprobs[likeliest]).exp()
    assert texts.count(likeliest) / len(texts) == pytest.approx(float(expected), abs=0.05)


def test_structured_output_is_valid_and_keeps_the_order_of_properties(backend: TransformersBackend) -> None:
    word = {"type": "string", "maxLength": 5}
    schema: dict[str, Any] = {"type": "object", "properties": {"z": word, "a": word}, "required": ["z", "a"]}
    number = r"[0-9]{3}(-[0-9]{2})?"
    hot = [Sampling(max_tokens=150, temperature=3.0, seed=seed) for seed in range(12)]
    asked = [_ask("JSON!", json_schema={**schema, "additionalProperties": False}, sampling=how) for how in hot]
    asked += [_ask("free"), *(_ask("Number!", regex=number, sampling=how) for how in hot)]
    answers = backend.generate(asked)
    assert all(answer.finish_reason == "stop" for answer in [*answers[:12], *answers[13:]])
    assert [list(json.loads(answer.text)) for answer in answers[:12]] == [["z", "a"]] * 12
    assert all(re.fullmatch(number, answer.text) for answer in answers[13:])


def test_answer_that_fills_its_tokens_exactly_is_whole(backend: TransformersBackend) -> None:
    cut, whole = backend.generate([_ask("!", regex="abcd", sampling=Sampling(max_tokens=n)) for n in (3, 4)])
    assert (cut.text, cut.finish_reason) == ("abc", "length")
    assert (whole.text, whole.finish_reason) == ("abcd", "stop")


@pytest.mark.parametrize("fields", [{"regex": "(["}, {"json_schema": {"type": "nonsense"}}])
def test_what_cannot_be_compiled_is_an_error_of_its_request(
    backend: TransformersBackend, fields: dict[str, Any]
) -> None:
    bad, good = backend.generate([_ask("a", **fields), _ask("b")])
    assert "cannot be compiled" in (bad.error or "")
    assert good.finish_reason != "error"


def test_limits_are_named(llama: Path, backend: TransformersBackend) -> None:
    assert "1024 positions" in (backend.generate([_ask("x" * 1100)])[0].error or "")
    with TransformersBackend(str(llama), max_prompt_tokens=50) as limited:
        assert "max_prompt_tokens = 50" in (limited.generate([_ask("x" * 60)])[0].error or "")


def test_answer_ends_where_the_positions_do(backend: TransformersBackend) -> None:
    answer = backend.generate([_ask("x" * 1015, sampling=Sampling(max_tokens=500))])[0]
    assert answer.prompt_tokens + answer.generated_tokens <= 1024


def test_system_turn_opens_the_user_s_where_the_template_refuses_it(llama: Path, tmp_path: Path) -> None:
    refusing = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    folder = _with_template(llama, tmp_path, refusing + (llama / "chat_template.jinja").read_text())
    with TransformersBackend(str(folder)) as backend:
        merged, plain = backend.generate([_ask("Hi", "Be brief."), _ask("Be brief.\n\nHi")])
    assert merged == plain


def test_missing_chat_template_is_named(llama: Path, tmp_path: Path) -> None:
    folder = _with_template(llama, tmp_path, None)
    with pytest.raises(BackendError, match="has no chat template"), TransformersBackend(str(folder)):
        pass


def test_conversation_that_the_template_refuses_is_an_error_of_its_request(llama: Path, tmp_path: Path) -> None:
    refusing = "{% if messages | length > 1 %}{{ raise_exception('one turn only') }}{% endif %}"
    folder = _with_template(llama, tmp_path, refusing + (llama / "chat_template.jinja").read_text())
    turns = (Message("user", "Hi"), Message("assistant", "Ho"), Message("user", "Hi"))
    with TransformersBackend(str(folder)) as backend:
        refused, answered = backend.generate([Request(turns), _ask("Hi")])
    assert "one turn only" in (refused.error or "")
    assert answered.finish_reason != "error"


def test_a_reply_shows_the_reasoning_that_the_template_opened(llama: Path, tmp_path: Path) -> None:
    template = (llama / "chat_template.jinja").read_text().replace("<|assistant|>{%", "<|assistant|><think>\n{%")
    sampling = Sampling(max_tokens=8)
    requests = [_ask("Hi", sampling=sampling), _ask("Hi", regex="yes|no"), _ask("Hi", choices=("yes", "no"))]
    with TransformersBackend(str(_with_template(llama, tmp_path, template))) as backend:
        cut_off, formed, chosen = backend.generate(requests)
    assert cut_off.text.startswith("<think>\n") and cut_off.generated_tokens == 8
    assert without_thinking(cut_off.text) == ""
    assert {formed.text, chosen.text} <= {"yes", "no"}


@pytest.mark.parametrize("special", [True, False])
def test_a_tag_that_engines_drop_at_its_end_is_not_shown_at_its_beginning(special: bool, llama: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(llama)
    tokenizer.chat_template = tokenizer.chat_template.replace("<|assistant|>{%", "<|assistant|><think>{%")
    tokenizer.add_tokens([AddedToken("</think>", special=special)], special_tokens=special)
    said = ChatTemplate(tokenizer, "tiny", {}).reply(_ask("Hi"), "Hm.")
    assert said == ("Hm." if special else "<think>Hm.")


def _with_template(llama: Path, folder: Path, template: str | None) -> Path:
    copy = shutil.copytree(llama, folder / "model")
    (copy / "chat_template.jinja").unlink()
    if template is not None:
        (copy / "chat_template.jinja").write_text(template)
    return copy


def test_not_open(llama: Path) -> None:
    with pytest.raises(BackendError, match="is not open"):
        TransformersBackend(str(llama)).generate([])


def test_missing_package_is_named_with_the_command(llama: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xgrammar", None)
    with pytest.raises(BackendError, match='needs the package xgrammar: pip install "crabtk-transformers"'):
        TransformersBackend(str(llama)).__enter__()


def test_threads_are_given_back(llama: Path) -> None:
    before = torch.get_num_threads()
    with TransformersBackend(str(llama), threads=1):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_dtype_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    assert loading.choose_dtype("auto", cpu) == torch.bfloat16
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert loading.choose_dtype("auto", cpu) == torch.float32
    assert loading.choose_dtype("auto", cuda) == "auto"
    assert loading.choose_dtype("float16", cpu) == torch.float16


def test_module_imports_nothing_heavy() -> None:
    code = "import sys, crabtk_transformers; print({'torch', 'transformers', 'xgrammar'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.slow
@pytest.mark.skipif("CRABTK_SMOLLM2" not in os.environ, reason="CRABTK_SMOLLM2 names no folder")
def test_real_model() -> None:
    folder = os.environ["CRABTK_SMOLLM2"]
    check_backend(lambda: TransformersBackend(folder))
    yes_no = [_ask(f"Is {what} a colour? Answer yes or no.", choices=("Yes", "No")) for what in ("red", "blue")]
    with TransformersBackend(folder) as backend:
        paris, *_ = backend.generate([_ask("What is the capital of France?"), *yes_no])
    assert "Paris" in paris.text
    assert paris.finish_reason == "stop"
