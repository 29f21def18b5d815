"""llama.cpp."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import regex

from crabtk.types import Completion, Message, Request
from crabtk_openai.calls import Calls
from crabtk_openai.dialects.chat import schema_format, turns
from crabtk_openai.dialects.scoring import NextTokens, TokenDialect, read_logprob
from crabtk_openai.failures import Unanswerable

_SHOWN_TOKENS = 64
_FORCING_BIAS = 1e6
_MATCH_SECONDS = 1.0
_PARTS = re.compile(r"\\.|\(\?(?!:)[<a-zA-Z]?[=!]?|.", re.DOTALL)
_CLASSES = {r"\d": "0-9", r"\w": "a-zA-Z0-9_", r"\s": " \t"}
_UNKNOWN = frozenset(("(?=", "(?!", "(?<=", "(?<!", "(?<", "(?P", "(?i", "(?s", "(?m", "(?x", "(?a", "(?u", "(?"))


class LlamaCppDialect(TokenDialect):
    """A server of llama.cpp."""

    name: ClassVar[str] = "llamacpp"
    plain_sampling: ClassVar[Mapping[str, Any]] = {"top_k": 0, "min_p": 0.0, "repeat_penalty": 1.0}

    def structure(self, request: Request) -> dict[str, Any]:
        """Return the fields that ask for structure.

        The server compiles expressions only as the pattern of a JSON string.

        Raises:
            Unanswerable: It cannot compile this one.
        """
        if request.json_schema is not None:
            return schema_format(request.json_schema)
        if request.regex is not None:
            return schema_format({"type": "string", "pattern": f"^({_spelt_out(request.regex)})$"})
        return {}

    async def chat(self, calls: Calls, request: Request, body: Mapping[str, Any]) -> Completion:
        """Ask for a chat completion; take the quotes off one that follows an expression."""
        completion = await super().chat(calls, request, body)
        if request.regex is None or not completion.text:
            return completion
        if completion.finish_reason != "stop":
            return replace(completion, text=completion.text[1:])
        return replace(completion, text=_unquoted(completion.text, request.regex))

    async def prompt_tokens(self, calls: Calls, messages: tuple[Message, ...]) -> list[int]:
        """See ``TokenDialect``."""
        template = {name: value for name, value in self.extra_body.items() if name.startswith("chat_template")}
        body = {**template, "messages": turns(messages)}
        text = await calls.native("/apply-template", body, _read_prompt)
        # The template's special tokens must become what they name, and the one that opens every prompt comes first.
        how = {"content": text, "add_special": True, "parse_special": True}
        return await calls.native("/tokenize", how, _read_tokens)

    async def text_tokens(self, calls: Calls, text: str) -> list[int]:
        """See ``TokenDialect``."""
        return await calls.native(
            "/tokenize", {"content": text, "add_special": False, "parse_special": False}, _read_tokens
        )

    async def next_tokens(self, calls: Calls, tokens: Sequence[int], wanted: Sequence[int]) -> NextTokens:
        """See ``TokenDialect``.

        The server shows the likeliest tokens and the one that it takes. Its own probabilities are those before any
        bias, so a token that is not shown is forced.
        """
        reading = await self._ask(calls, tokens, None)
        for token in wanted:
            if token not in reading.logprobs:
                forced = await self._ask(calls, tokens, token)
                reading = NextTokens(
                    {token: forced.logprobs[token], **reading.logprobs},
                    reading.prompt_tokens + forced.prompt_tokens,
                    reading.cached_tokens + forced.cached_tokens,
                    reading.generated_tokens + forced.generated_tokens,
                )
        return reading

    async def _ask(self, calls: Calls, tokens: Sequence[int], forced: int | None) -> NextTokens:
        body = {
            "prompt": list(tokens),
            "n_predict": 1,
            "temperature": 0.0,
            "n_probs": _SHOWN_TOKENS if forced is None else 1,
            "post_sampling_probs": False,
            "cache_prompt": True,
            **({"logit_bias": [[forced, _FORCING_BIAS]]} if forced is not None else {}),
        }

        def read(reply: Mapping[str, Any]) -> NextTokens:
            step = reply["completion_probabilities"][0]
            shown = {int(entry["id"]): read_logprob(entry["logprob"]) for entry in [*step["top_logprobs"], step]}
            if forced is not None:
                shown = {forced: shown[forced]}
            read_now, cached = (int(reply.get("timings", {}).get(name) or 0) for name in ("prompt_n", "cache_n"))
            return NextTokens(shown, read_now + cached, cached, int(reply.get("tokens_predicted") or 0))

        return await calls.native("/completion", body, read)


def _spelt_out(expression: str) -> str:
    """Return an expression without the short names of classes, which the server takes for letters.

    Raises:
        Unanswerable: It holds what the server's grammars have no word for.
    """
    out: list[str] = []
    in_class = False
    for part in _PARTS.findall(expression):
        if part in _CLASSES:
            out.append(_CLASSES[part] if in_class else f"[{_CLASSES[part]}]")
            continue
        if part in _UNKNOWN or (part[0] == "\\" and part[1:].isalnum()):
            raise Unanswerable(f"llama.cpp's server has no {part} in expressions: spell it out, or use another server")
        in_class = part == "[" or (in_class and part != "]")
        out.append(part)
    return "".join(out)


def _unquoted(text: str, expression: str) -> str:
    """Return the text within the quotes: as JSON has it, or as the server wrote it where it escaped nothing."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    bare = text.strip()[1:-1]
    if not isinstance(value, str) or value == bare:
        return bare
    try:
        return value if regex.fullmatch(expression, value, timeout=_MATCH_SECONDS) else bare
    except TimeoutError:
        return bare


def _read_prompt(reply: Mapping[str, Any]) -> str:
    return str(reply["prompt"])


def _read_tokens(reply: Mapping[str, Any]) -> list[int]:
    return [int(token) for token in reply["tokens"]]
