"""What all servers share: chat completions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, TypedDict

from crabtk.types import Completion, FinishReason, Message, Request
from crabtk_openai.calls import Calls


class Tokens(TypedDict):
    """What a server counted; fields of ``Completion``."""

    prompt_tokens: int
    cached_tokens: int
    generated_tokens: int


_FINISH: dict[str, FinishReason] = {"stop": "stop", "length": "length", "content_filter": "refusal"}
_SEEDS = 2**31
"""Seeds beyond are refused by some servers."""


class ChatDialect(ABC):
    """How one kind of server is asked.

    Args:
        model: Its name on the server.
        extra_body: Goes with each chat completion.
        context: Tokens that prompt and answer may have together; None where the server does not tell.
    """

    name: ClassVar[str]
    plain_sampling: ClassVar[Mapping[str, Any]] = {}
    """Turns off what the server, or the model's own defaults, would add to temperature and top-p."""

    def __init__(self, model: str, extra_body: Mapping[str, Any], context: int | None) -> None:
        self.model = model
        self.extra_body = dict(extra_body)
        self.context = context

    async def answer(self, calls: Calls, request: Request) -> Completion:
        """Answer one request.

        Raises:
            Failure, BackendError: See ``Calls.api``.
        """
        if request.choices:
            return await self.score(calls, request)
        return await self.chat(calls, request, {**self.body(request), **self.structure(request)})

    @abstractmethod
    def structure(self, request: Request) -> dict[str, Any]:
        """Return the fields that ask for a JSON schema or an expression; empty for free text.

        Raises:
            Unanswerable: The server knows no such thing.
        """

    @abstractmethod
    async def score(self, calls: Calls, request: Request) -> Completion:
        """Answer a request with choices."""

    async def chat(self, calls: Calls, request: Request, body: Mapping[str, Any]) -> Completion:
        """Ask for a chat completion."""
        return await calls.api("/chat/completions", body, read_chat)

    def body(self, request: Request) -> dict[str, Any]:
        """Return the fields of every chat completion."""
        sampling = request.sampling
        return {
            **self.plain_sampling,
            **self.extra_body,
            "model": self.model,
            "messages": turns(request.messages),
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed % _SEEDS,
        }


def turns(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    """Return messages as the protocol has them."""
    return [{"role": message.role, "content": message.content} for message in messages]


def schema_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the protocol's own way to ask for a JSON schema."""
    kind = {"name": "answer", "schema": dict(schema), "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": kind}}


def read_chat(reply: Mapping[str, Any]) -> Completion:
    """Read a chat completion.

    Raises:
        KeyError, IndexError, TypeError, ValueError: It is none.
    """
    choice = reply["choices"][0]
    message = choice["message"]
    refusal, text, reason = message.get("refusal"), message.get("content") or "", choice["finish_reason"]
    if not isinstance(text, str):
        raise TypeError("message.content is not text")
    if refusal:
        return Completion(text=str(refusal), finish_reason="refusal", **read_usage(reply))
    if reason not in _FINISH:
        raise ValueError(f"finish_reason is {str(reason)[:40]!r}")
    return Completion(text=text, finish_reason=_FINISH[reason], **read_usage(reply))


def read_usage(reply: Mapping[str, Any]) -> Tokens:
    """Return the tokens that a server counted; 0 where it counts none."""
    usage = reply.get("usage") or {}
    prompt, details = int(usage.get("prompt_tokens") or 0), usage.get("prompt_tokens_details") or {}
    return {
        "prompt_tokens": prompt,
        "cached_tokens": min(prompt, int(details.get("cached_tokens") or 0)),
        "generated_tokens": int(usage.get("completion_tokens") or 0),
    }
