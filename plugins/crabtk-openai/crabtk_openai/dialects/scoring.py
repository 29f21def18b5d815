"""Exact log-probabilities of choices, on servers that show their tokens."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crabtk.inference.choices import Prefix, choice_logprobs, next_tokens, with_end_of_turn
from crabtk.types import Completion, Message, Request
from crabtk_openai.calls import Calls
from crabtk_openai.dialects.chat import ChatDialect, turns
from crabtk_openai.failures import Unanswerable

LOWEST = -9999.0
"""Stands for the logarithm of 0, which JSON has no word for."""
_REMEMBERED_TEXTS = 10_000


@dataclass(frozen=True)
class NextTokens:
    """Log-probabilities of tokens that may come next, and what asking for them took."""

    logprobs: Mapping[int, float]
    prompt_tokens: int
    cached_tokens: int
    generated_tokens: int


class TokenDialect(ChatDialect):
    """A server that turns text into tokens and takes tokens as a prompt."""

    def __init__(self, model: str, extra_body: Mapping[str, Any], context: int | None) -> None:
        super().__init__(model, extra_body, context)
        self._tokens: dict[str, list[int]] = {}
        self._end_of_turn: int | None = None

    @abstractmethod
    async def prompt_tokens(self, calls: Calls, messages: tuple[Message, ...]) -> list[int]:
        """Return the tokens of a conversation up to where the assistant's reply begins."""

    @abstractmethod
    async def text_tokens(self, calls: Calls, text: str) -> list[int]:
        """Return the tokens of a text without any that the tokenizer adds."""

    @abstractmethod
    async def next_tokens(self, calls: Calls, tokens: Sequence[int], wanted: Sequence[int]) -> NextTokens:
        """Return the log-probability of each wanted token after the given ones, before any mask and temperature."""

    async def score(self, calls: Calls, request: Request) -> Completion:
        """Return the likeliest choice, and the log-probability of each as the assistant's reply.

        All beginnings of choices are asked for at once; "Yes" and "No" take one call.
        """
        texts = list(dict.fromkeys(request.choices))
        prompt = await self.prompt_tokens(calls, request.messages)
        plain = [await self._remembered_tokens(calls, text) for text in texts]
        choices = with_end_of_turn(plain, 0)
        if choices != plain:
            choices = with_end_of_turn(plain, await self._read_end_of_turn(calls))
        longest = len(prompt) + max(map(len, choices))
        if self.context is not None and longest > self.context:
            raise too_long(len(prompt), self.context, f"{longest - len(prompt)} of a choice")
        asked = next_tokens(choices)
        readings = await _all(self.next_tokens(calls, [*prompt, *start], after) for start, after in asked.items())
        known: dict[Prefix, Mapping[int, float]] = {
            start: reading.logprobs for start, reading in zip(asked, readings, strict=True)
        }
        logprobs = dict(zip(texts, choice_logprobs(choices, known), strict=True))
        return Completion(
            text=max(texts, key=lambda text: logprobs[text]),
            prompt_tokens=sum(reading.prompt_tokens for reading in readings),
            cached_tokens=sum(reading.cached_tokens for reading in readings),
            generated_tokens=sum(reading.generated_tokens for reading in readings),
            choice_logprobs=logprobs,
        )

    async def _remembered_tokens(self, calls: Calls, text: str) -> list[int]:
        if text not in self._tokens:
            if len(self._tokens) >= _REMEMBERED_TEXTS:
                self._tokens.clear()
            self._tokens[text] = await self.text_tokens(calls, text)
        return self._tokens[text]

    async def _read_end_of_turn(self, calls: Calls) -> int:
        """Return the first of the tokens that follow whatever the assistant said."""
        if self._end_of_turn is None:
            said = ("orange", "7 + 5 = 12!")
            # A further turn follows, since some servers take a last turn of the assistant for one to be gone on with.
            hello = Message("user", "Hello")
            conversations = [(hello, Message("assistant", text), hello) for text in said]
            one, two = [await self.prompt_tokens(calls, conversation) for conversation in conversations]
            same = 0
            while same < min(len(one), len(two)) and one[-1 - same] == two[-1 - same]:
                same += 1
            if not same:
                raise Unanswerable(
                    "nothing ends a turn in the chat template of this model, so that choices of which one begins with "
                    "another cannot be told apart: word them differently"
                )
            self._end_of_turn = one[-same]
        return self._end_of_turn


class TokenizeDialect(TokenDialect):
    """A server whose ``/tokenize`` also takes messages, as vLLM's and SGLang's do."""

    async def prompt_tokens(self, calls: Calls, messages: tuple[Message, ...]) -> list[int]:
        """See ``TokenDialect``."""
        template = {name: value for name, value in self.extra_body.items() if name.startswith("chat_template")}
        body = {**template, "model": self.model, "messages": turns(messages)}
        return await calls.native("/tokenize", body, _read_tokens)

    async def text_tokens(self, calls: Calls, text: str) -> list[int]:
        """See ``TokenDialect``."""
        body = {"model": self.model, "prompt": text, "add_special_tokens": False}
        return await calls.native("/tokenize", body, _read_tokens)

    async def chat(self, calls: Calls, request: Request, body: Mapping[str, Any]) -> Completion:
        """Ask for a chat completion; where prompt and answer have no room together, for a shorter answer."""
        try:
            return await super().chat(calls, request, body)
        except Unanswerable as refused:
            if refused.status != 400 or self.context is None:
                raise
            tokens = len(await self.prompt_tokens(calls, request.messages))
            if tokens >= self.context:
                raise too_long(tokens, self.context, "the answer") from None
            room = self.context - tokens
            if room >= request.sampling.max_tokens:
                raise
            return await super().chat(calls, request, {**body, "max_tokens": room})


def too_long(tokens: int, context: int, what: str) -> Unanswerable:
    """Say that a prompt leaves no room."""
    return Unanswerable(f"the prompt has {tokens} tokens, which leaves no room for {what}: the server takes {context}")


def read_logprob(value: float | None) -> float:
    """Return a log-probability; None stands for that of 0."""
    return LOWEST if value is None else min(0.0, max(LOWEST, float(value)))


def _read_tokens(reply: Mapping[str, Any]) -> list[int]:
    return [int(token) for token in reply["tokens"]]


async def _all(asked: Any) -> list[NextTokens]:
    """Wait for all; the first failure cancels the others."""
    tasks = [asyncio.ensure_future(one) for one in asked]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
