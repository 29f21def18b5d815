"""vLLM's outputs become completions; no engine is needed."""

from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from crabtk.inference.chat import ChatTemplate
from crabtk.types import Message, Request

pytest.importorskip("vllm")

from crabtk_vllm.answers import Questions


class Thinking:
    """A tokenizer with a token for each letter, whose template opens a block of reasoning."""

    chat_template = "always the same"
    eos_token_id = 0
    all_special_ids: tuple[int, ...] = (0,)
    added_tokens_decoder = MappingProxyType[int, Any]({})

    def apply_chat_template(self, turns: list[dict[str, str]], *, tokenize: bool, **_: Any) -> Any:
        return self.encode("<think>") if tokenize else "<think>"

    def encode(self, text: str, **_: Any) -> list[int]:
        return [ord(letter) for letter in text]

    def decode(self, tokens: list[int], **_: Any) -> str:
        return "".join(map(chr, tokens))


def output(text: str, finish_reason: str) -> Any:
    written = SimpleNamespace(text=text, finish_reason=finish_reason, token_ids=[1])
    return SimpleNamespace(outputs=[written], prompt_token_ids=[1, 2], num_cached_tokens=0)


def test_a_reply_shows_the_reasoning_that_the_template_opened() -> None:
    questions = Questions(ChatTemplate(Thinking(), "letters", {}), Thinking(), 20)
    free = Request((Message("user", "Hi"),))
    assert questions.question(free).complete([output("so", "length")]).text == "<think>so"
    assert questions.question(Request(free.messages, regex="so")).complete([output("so", "stop")]).text == "so"
    failed = questions.question(free).complete([output("", "abort")])
    assert (failed.text, failed.finish_reason) == ("", "error")
