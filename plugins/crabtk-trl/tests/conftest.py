"""A model small enough to train in a second, and examples for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def write_tiny_model(folder: Path, template: str = TEMPLATE) -> Path:
    """Write a random Llama of two layers with a byte-level tokenizer (259 tokens) into a folder."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    specials = ["<|im_start|>", "<|im_end|>", "<|pad|>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(alphabet)}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    raw.decoder = decoders.ByteLevel()
    raw.add_special_tokens(specials)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token=specials[0], eos_token=specials[1], pad_token=specials[2]
    )
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=1024, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id, tie_word_embeddings=True,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def write_rows(path: Path, pairs: list[tuple[str, str]]) -> Path:
    """Write one example per (instruction, response)."""
    rows = (
        {"prompt": [{"role": "user", "content": ask}], "completion": [{"role": "assistant", "content": answer}]}
        for ask, answer in pairs
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def folder_digest(folder: Path) -> str:
    """Hash names and bytes of a folder's files."""
    hashed = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            hashed.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return hashed.hexdigest()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def template() -> str:
    return TEMPLATE


@pytest.fixture(scope="session")
def model_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    return lambda template: write_tiny_model(tmp_path_factory.mktemp("other"), template)


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 short examples with one pattern to learn."""
    words = ("crab", "shell", "tide", "sand", "reef", "kelp", "wave", "gull")
    pairs = [(f"Say {word} {n} times.", " ".join([word] * n) + ".") for word in words for n in range(1, 7)]
    return write_rows(tmp_path_factory.mktemp("rows") / "examples.jsonl", pairs)


@pytest.fixture(scope="session")
def digest() -> Callable[[Path], str]:
    return folder_digest


@pytest.fixture
def examples(tmp_path: Path) -> Callable[[list[tuple[str, str]]], Path]:
    return lambda pairs: write_rows(tmp_path / "examples.jsonl", pairs)
