"""A tiny model with random weights, and a plugin of backends that die as tests want; actors find it, too."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Equal on both sides of a comparison; an actor has as many threads as CPUs.
os.environ["OMP_NUM_THREADS"] = "1"

PLUGIN = Path(__file__).with_name("plugin")
METADATA = "Metadata-Version: 2.1\nName: crabtk-mortal\nVersion: 0.1.0\n"
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ["<|end|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>"]


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The backends of ``crabtk_mortal``, as if they were installed, also for a cluster that is started after this."""
    info = tmp_path_factory.mktemp("site") / "crabtk_mortal-0.1.0.dist-info"
    info.mkdir(parents=True)
    info.joinpath("METADATA").write_text(METADATA)
    info.joinpath("entry_points.txt").write_text("[crabtk]\nmortal = crabtk_mortal\n")
    folders = [str(PLUGIN), str(info.parent)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([*folders, os.environ.get("PYTHONPATH", "")]))
        for folder in folders:
            patch.syspath_prepend(folder)
        yield
    sys.modules.pop("crabtk_mortal", None)


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random Llama of two layers and a byte-level tokenizer."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("crabtk_transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.set_num_threads(1)
    torch.manual_seed(0)
    size: dict[str, Any] = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2}
    model = LlamaForCausalLM(
        LlamaConfig(**size, num_attention_heads=4, num_key_value_heads=2, vocab_size=320, max_position_embeddings=16384)
    )
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(4)  # so that it has preferences
    vocabulary = {token: number for number, token in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    fast: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|pad|>", chat_template=TEMPLATE
    )
    model.generation_config.eos_token_id = fast.eos_token_id
    folder = tmp_path_factory.mktemp("llama")
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder
