"""What servers make of OpenAI's protocol: one module for each kind."""

from __future__ import annotations

from typing import Literal

from crabtk_openai.dialects.chat import ChatDialect
from crabtk_openai.dialects.llamacpp import LlamaCppDialect
from crabtk_openai.dialects.openai import OpenAIDialect
from crabtk_openai.dialects.sglang import SGLangDialect
from crabtk_openai.dialects.vllm import VLLMDialect

DialectName = Literal["openai", "vllm", "sglang", "llamacpp"]

DIALECTS: dict[str, type[ChatDialect]] = {
    dialect.name: dialect for dialect in (OpenAIDialect, VLLMDialect, SGLangDialect, LlamaCppDialect)
}

__all__ = ["DIALECTS", "ChatDialect", "DialectName"]
