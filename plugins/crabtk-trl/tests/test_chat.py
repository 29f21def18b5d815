"""Templates without a system role, and base models without a template."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import TrainingError
from crabtk_trl import TrlTrainer
from crabtk_trl.jobfile import JobFile
from crabtk_trl.template import CHATML

TURNS = "<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
ASK = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
RAISES = (
    "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    f"{TURNS}{{% endfor %}}{ASK}"
)
SILENT = f"{{% for m in messages %}}{{% if m['role'] != 'system' %}}{TURNS}{{% endif %}}{{% endfor %}}{ASK}"


def job(model: Path, rows: Path, template: str | None = None, **options: Any) -> JobFile:
    return JobFile(str(model), str(rows), "", "", 1, {"lora": False} | options, template=template)


@pytest.fixture
def system_rows(tmp_path: Path) -> Path:
    path = tmp_path / "system.jsonl"
    system, user = {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}
    answer = {"role": "assistant", "content": "Ho"}
    lines = [{"prompt": [system, user], "completion": [answer]}, {"prompt": [user], "completion": [answer]}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.mark.parametrize("template", [RAISES, SILENT], ids=["raises", "silent"])
def test_without_a_system_role_its_text_opens_the_first_users_message(
    template: str, model_with: Callable[[str], Path], system_rows: Path
) -> None:
    from transformers import AutoTokenizer

    from crabtk_trl.checkdata import check, ending_tokens
    from crabtk_trl.tokenise import tokenise

    tokenizer = AutoTokenizer.from_pretrained(model_with(template))
    found = tokenise(system_rows, tokenizer, 200)
    text = tokenizer.decode(list(found[0].ids))
    assert "<|im_start|>user\nBe brief.\n\nHi<|im_end|>" in text and "system" not in text
    assert check(found, tokenizer, ending_tokens(tokenizer, None), 200).system_merged == 1


def test_with_a_system_role_nothing_is_merged(tiny: Path, system_rows: Path) -> None:
    from transformers import AutoTokenizer

    from crabtk_trl.tokenise import tokenise

    found = tokenise(system_rows, AutoTokenizer.from_pretrained(tiny), 200)
    assert not any(example.system_merged for example in found)


@pytest.fixture
def base(tiny: Path, tmp_path: Path) -> Path:
    """A base model: no chat template, no tokens of turns, and an end of text of its own."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    raw = Tokenizer(
        models.BPE(vocab={c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}, merges=[])
    )
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    raw.decoder = decoders.ByteLevel()
    raw.add_special_tokens(["<|end|>"])
    PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|end|>").save_pretrained(tmp_path / "base")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=257, hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        eos_token_id=256, bos_token_id=None, tie_word_embeddings=False,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(tmp_path / "base")
    return tmp_path / "base"


def test_chatml_gives_a_base_model_turns_and_an_end(base: Path, rows: Path) -> None:
    from crabtk_trl.chat import load_tokenizer
    from crabtk_trl.model import load_model

    tokenizer = load_tokenizer(base, job(base, rows, CHATML), "training")
    assert (len(tokenizer), tokenizer.eos_token) == (259, "<|im_end|>")
    messages = [{"role": "user", "content": "Hi"}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert text == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    model = load_model(base, TrlTrainer(device="cpu"), tokenizer)
    assert model.get_input_embeddings().weight.shape[0] == model.get_output_embeddings().weight.shape[0] == 259
    assert model.config.vocab_size == 259
    assert model.generation_config.eos_token_id == [258, 256]


def test_a_model_that_has_the_tokens_keeps_its_size(tiny: Path, rows: Path) -> None:
    from crabtk_trl.chat import load_tokenizer
    from crabtk_trl.model import load_model

    tokenizer = load_tokenizer(tiny, job(tiny, rows, CHATML, lora=True), "training")
    assert len(tokenizer) == load_model(tiny, TrlTrainer(device="cpu"), tokenizer).config.vocab_size == 259


def test_adapters_cannot_learn_new_tokens(base: Path, rows: Path) -> None:
    from crabtk_trl.chat import load_tokenizer

    for section in ("training", "dpo", "rl"):
        with pytest.raises(TrainingError, match=rf"im_start.*lora = false, or {section}\.options\.chat_template"):
            load_tokenizer(base, job(base, rows, CHATML, lora=True), section)


def test_without_any_template_the_remedy_is_named(base: Path, rows: Path) -> None:
    from crabtk_trl.chat import load_tokenizer
    from crabtk_trl.tokenise import tokenise

    with pytest.raises(TrainingError, match=r"no chat template.*chatml"):
        tokenise(rows, load_tokenizer(base, job(base, rows), "training"), 100)


@pytest.mark.slow
def test_a_base_model_is_trained_through_a_template_of_its_own(base: Path, rows: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from crabtk.types import TrainingJob

    template = tmp_path / "turns.jinja"
    template.write_text("{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}<|end|>\n{% endfor %}" + ASK)
    for number, option in enumerate(("chatml", str(template))):
        made = TrainingJob(str(base), rows, tmp_path / f"out{number}", tmp_path / f"work{number}", 5)
        options: dict[str, Any] = {"max_length": 128, "max_steps": 2, "device": "cpu", "chat_template": option}
        TrlTrainer(**options).train(made, lambda progress: None)
        tokenizer = AutoTokenizer.from_pretrained(made.output)
        model = AutoModelForCausalLM.from_pretrained(made.output)
        assert model.config.vocab_size == len(tokenizer) == (259 if option == "chatml" else 257)
        ends = model.generation_config.eos_token_id
        assert tokenizer.eos_token_id in (ends if isinstance(ends, list) else [ends])
        assert tokenizer.chat_template == (CHATML if option == "chatml" else template.read_text())
        assert str(tmp_path) not in (made.output / "README.md").read_text()
