"""OpenAI and all servers that are not known to be of another kind."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from crabtk.types import Completion, Request
from crabtk_openai.calls import Calls
from crabtk_openai.dialects.chat import ChatDialect, read_chat, schema_format
from crabtk_openai.dialects.listed import Step, logprobs_from_lists
from crabtk_openai.failures import Unanswerable

_LISTED = 20
"""The most that the protocol shows."""
_SCORED_TOKENS = 16


class OpenAIDialect(ChatDialect):
    """The protocol and nothing else."""

    name: ClassVar[str] = "openai"

    def __init__(self, model: str, extra_body: Mapping[str, Any], context: int | None) -> None:
        super().__init__(model, extra_body, context)
        self._limit_name = "max_tokens"

    def structure(self, request: Request) -> dict[str, Any]:
        """Return the fields that ask for a schema.

        Raises:
            Unanswerable: An expression is asked for.
        """
        if request.regex is not None:
            raise Unanswerable(
                "this server has no regular expressions: use a JSON schema, or a vLLM, SGLang or llama.cpp server"
            )
        return schema_format(request.json_schema) if request.json_schema is not None else {}

    async def chat(self, calls: Calls, request: Request, body: Mapping[str, Any]) -> Completion:
        """Ask for a chat completion."""
        return (await self._ask(calls, body, lambda reply: (read_chat(reply), ())))[0]

    async def score(self, calls: Calls, request: Request) -> Completion:
        """Return the likeliest choice, with log-probabilities read from the listed ones: see ``logprobs_from_lists``.

        Raises:
            Unanswerable: The server shows no log-probabilities.
        """
        limit = min(_SCORED_TOKENS, max(len(choice.encode()) for choice in request.choices) + 1)
        body = {**self.body(request), "max_tokens": max(1, limit), "logprobs": True, "top_logprobs": _LISTED}
        completion, steps = await self._ask(calls, body, lambda reply: (read_chat(reply), _read_steps(reply)))
        if not steps:
            raise Unanswerable("this server shows no log-probabilities, which choices need (logprobs, top_logprobs)")
        logprobs = logprobs_from_lists(request.choices, steps)
        return Completion(
            text=max(logprobs, key=lambda text: logprobs[text]),
            prompt_tokens=completion.prompt_tokens,
            cached_tokens=completion.cached_tokens,
            generated_tokens=completion.generated_tokens,
            choice_logprobs=logprobs,
        )

    async def _ask(self, calls: Calls, body: Mapping[str, Any], read: Any) -> tuple[Completion, Sequence[Step]]:
        """Ask; where the model knows the limit of tokens by its newer name only, use that from then on."""
        limit = body["max_tokens"]
        rest = {name: value for name, value in body.items() if name != "max_tokens"}
        name = self._limit_name
        try:
            return await calls.api("/chat/completions", {**rest, name: limit}, read)
        except Unanswerable as refused:
            if name != "max_tokens" or refused.status != 400 or "max_completion_tokens" not in str(refused):
                raise
        self._limit_name = "max_completion_tokens"
        return await calls.api("/chat/completions", {**rest, self._limit_name: limit}, read)


def _read_steps(reply: Mapping[str, Any]) -> list[Step]:
    shown = (reply["choices"][0].get("logprobs") or {}).get("content") or []
    return [
        Step(
            taken=str(place["token"]),
            listed={
                str(entry["token"]): min(0.0, float(entry["logprob"]))
                for entry in [place, *(place.get("top_logprobs") or [])]
                if math.isfinite(entry["logprob"])
            },
        )
        for place in shown
    ]
