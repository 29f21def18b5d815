"""vLLM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from crabtk.types import Request
from crabtk_openai.calls import Calls
from crabtk_openai.dialects.chat import read_usage, schema_format
from crabtk_openai.dialects.scoring import NextTokens, TokenizeDialect, read_logprob


class VLLMDialect(TokenizeDialect):
    """A server of vLLM that knows ``structured_outputs`` and ``logprob_token_ids``; tried with 0.32."""

    name: ClassVar[str] = "vllm"
    plain_sampling: ClassVar[Mapping[str, Any]] = {"top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0}

    def structure(self, request: Request) -> dict[str, Any]:
        """Return the fields that ask for structure; a bare ``regex`` is ignored by this server."""
        if request.json_schema is not None:
            return schema_format(request.json_schema)
        if request.regex is not None:
            return {"structured_outputs": {"regex": request.regex}}
        return {}

    async def next_tokens(self, calls: Calls, tokens: Sequence[int], wanted: Sequence[int]) -> NextTokens:
        """See ``TokenDialect``. The prefix cache stays in use."""
        body = {
            "model": self.model,
            "prompt": list(tokens),
            "max_tokens": 1,
            "temperature": 0.0,
            "logprobs": 1,
            "logprob_token_ids": list(wanted),
            "return_tokens_as_token_ids": True,
        }

        def read(reply: Mapping[str, Any]) -> NextTokens:
            shown = reply["choices"][0]["logprobs"]["top_logprobs"][0]
            return NextTokens(
                {token: read_logprob(shown[f"token_id:{token}"]) for token in wanted}, **read_usage(reply)
            )

        return await calls.api("/completions", body, read)
