"""SGLang."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from crabtk.types import Request
from crabtk_openai.calls import Calls
from crabtk_openai.dialects.chat import schema_format
from crabtk_openai.dialects.scoring import NextTokens, TokenizeDialect, read_logprob


class SGLangDialect(TokenizeDialect):
    """A server of SGLang."""

    name: ClassVar[str] = "sglang"
    plain_sampling: ClassVar[Mapping[str, Any]] = {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}

    def structure(self, request: Request) -> dict[str, Any]:
        """Return the fields that ask for structure."""
        if request.json_schema is not None:
            return schema_format(request.json_schema)
        return {"regex": request.regex} if request.regex is not None else {}

    async def next_tokens(self, calls: Calls, tokens: Sequence[int], wanted: Sequence[int]) -> NextTokens:
        """See ``TokenDialect``."""
        body = {
            "input_ids": list(tokens),
            "sampling_params": {"max_new_tokens": 1, "temperature": 0.0},
            "return_logprob": True,
            "token_ids_logprob": list(wanted),
        }

        def read(reply: Mapping[str, Any]) -> NextTokens:
            about = reply["meta_info"]
            shown = {int(entry[1]): entry[0] for entry in about["output_token_ids_logprobs"][0]}
            return NextTokens(
                {token: read_logprob(shown[token]) for token in wanted},
                prompt_tokens=int(about.get("prompt_tokens") or 0),
                cached_tokens=int(about.get("cached_tokens") or 0),
                generated_tokens=int(about.get("completion_tokens") or 0),
            )

        return await calls.native("/generate", body, read)
