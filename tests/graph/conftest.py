"""A run in this process, on the toy plugin: its settings, its registry, and what came of each stage."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import crabtk
from crabtk import builtin
from crabtk.graph.publish import publish_outputs
from crabtk.graph.run import Outcome, Run
from crabtk.graph.stages import STAGES, upstream
from crabtk.plugins import KINDS, Plugin, Registry
from crabtk.settings import Settings

TOY = Path(__file__).parents[1] / "toy_plugin"
SETTINGS: Mapping[str, Any] = {
    "seeds": {
        "sources": [{"path": "crabtk:samples", "licence": "Apache-2.0", "limit": 40}],
        "response_words": [1, 700],
        "instruction_words": [1, 200],
        "held_out": 0.25,
    },
    "measuring": {"types": ["toy:*", "length:*", "keyword:include"], "reference_sample": 10},
    "translation": {"limit": 3},
    "judging": {"audit_cases": 8},
    "training": {"trainer": "toy", "options": {"steps": 3}},
    "scoring": {"benchmarks": ["held_out", "toy"], "limit": 3},
    "engines": {"default": {"backend": "toy", "batch_size": 4}},
}

Changes = Mapping[str, Any]
"""Values by dotted key."""


@pytest.fixture(scope="session")
def toy() -> ModuleType:
    """The toy plugin's module; processes of a run can import it, too."""
    if str(TOY) not in sys.path:
        sys.path.append(str(TOY))
    return importlib.import_module("crabtk_toy")


@dataclass(frozen=True)
class Workshop:
    """Makes runs whose store, output and model lie under one folder."""

    root: Path
    toy: ModuleType

    def settings(self, changes: Changes | None = None) -> Settings:
        """Return the settings of the toy's run with some values changed."""
        runtime = {"store": str(self.root / "store"), "output": str(self.root / "out")}
        default = {**SETTINGS["engines"]["default"], "model": str(self.model())}
        values = {**SETTINGS, "engines": {"default": default}, "runtime": runtime}
        for key, value in (changes or {}).items():
            values = _with(values, key.split("."), value)
        return Settings.model_validate(values)

    def model(self) -> Path:
        """Return the folder of the toy's model, which holds one file."""
        folder = self.root / "model"
        folder.mkdir(exist_ok=True)
        folder.joinpath("config.json").write_text("{}")
        return folder

    def registry(self, newer: Collection[str] = (), **replaced: Any) -> Registry:
        """Return built-ins and toy, as if the toy's plugins came from one distribution for each kind.

        Args:
            newer: Kinds whose distribution has a release that changed nothing but its number.
            replaced: Other values for plugins of the toy, by kind with ``_`` for a space.
        """
        plugins: list[Plugin] = []
        for kind, hook in KINDS.items():
            slug = kind.replace(" ", "_")
            version = "9.9.9" if kind in newer else "0.1.0"
            for value in registered(builtin, hook):
                plugins.append(Plugin(kind, value.name, value, "crabtk", crabtk.__version__, "crabtk.builtin"))
            for value in registered(self.toy, hook):
                own = replaced.get(slug, value)
                plugins.append(Plugin(kind, value.name, own, f"crabtk-toy-{slug}", version, "crabtk_toy"))
        return Registry({(plugin.kind, plugin.name): plugin for plugin in plugins})

    def run(
        self, changes: Changes | None = None, registry: Registry | None = None, to: str = "report"
    ) -> dict[str, Outcome]:
        """Make everything up to a stage and publish it; return the outcomes by stage."""
        outcomes: dict[str, Outcome] = {}
        with Run(self.settings(changes), registry or self.registry(), STAGES) as run:
            for name in upstream(to):
                outcomes[name] = run.stage(name)
                publish_outputs(run, name)
        return outcomes


@pytest.fixture
def workshop(tmp_path: Path, toy: ModuleType) -> Workshop:
    return Workshop(tmp_path, toy)


@pytest.fixture(scope="session")
def workshop_in(toy: ModuleType) -> Callable[[Path], Workshop]:
    """A workshop in a folder of the caller's choice."""
    return lambda folder: Workshop(folder, toy)


def registered(module: ModuleType, hook: str) -> list[Any]:
    """Return what a plugin's module registers by a hook; nothing if it has none."""
    found: list[Any] = []
    if implementation := getattr(module, hook, None):
        implementation(found.append)
    return found


def _with(values: Mapping[str, Any], key: list[str], value: Any) -> dict[str, Any]:
    """Return the values with one of them changed."""
    if len(key) == 1:
        return {**values, key[0]: value}
    return {**values, key[0]: _with(values.get(key[0], {}), key[1:], value)}


TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama of two layers with a byte-level tokenizer and room for long prompts."""
    pytest.importorskip("crabtk_transformers")
    pytest.importorskip("crabtk_trl")
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny") / "model"
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(alphabet)}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    raw.decoder = decoders.ByteLevel()
    raw.add_special_tokens(["<|im_start|>", "<|im_end|>", "<|pad|>"])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|pad|>")
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    tokens = {"vocab_size": len(tokenizer), "eos_token_id": tokenizer.eos_token_id, "pad_token_id": 258}
    config = LlamaConfig(**size, **tokens, max_position_embeddings=32768, tie_word_embeddings=True)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
