"""A deterministic backend without a model, for tests of plugins and pipelines."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, ClassVar, Self

from crabtk.types import Completion, Request

Script = Callable[[Request], str]
"""What to answer to a request."""

_CHOSEN = math.log(0.9)
_WORDS_IN_CONTEXT = 8192


def echo(request: Request) -> str:
    """Answer with the last message."""
    return request.messages[-1].content if request.messages else ""


class ScriptedBackend:
    """Answers what a function says; a word counts as a token.

    Whatever the function says, the contract of a backend holds: with choices, the answer is that choice if it is one,
    else the first; with a JSON schema, it is the answer if that is JSON of the right kind with the required keys, else
    the smallest value of the schema; with a regular expression that the answer does not match, an error.

    Args:
        script: Called once per request.
        model: Ignored.
    """

    name: ClassVar[str] = "fake"

    def __init__(self, script: Script = echo, model: str = "fake") -> None:
        self._script = script
        self.model = model
        self.calls: list[tuple[Request, ...]] = []
        """The batches that were asked, for tests to look at."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to give back."""

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer each request."""
        self.calls.append(tuple(requests))
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Completion:
        words = sum(len(message.content.split()) for message in request.messages)
        if words > _WORDS_IN_CONTEXT:
            return _error(f"the prompt has {words} words, more than {_WORDS_IN_CONTEXT}")
        text = self._script(request)
        if request.choices:
            return _choose(text, request.choices, words)
        if request.regex is not None and (refused := _refused(request.regex, text)):
            return _error(refused)
        if request.json_schema is not None:
            text = _fitting(text, request.json_schema)
        return _free(text, request.sampling.max_tokens, words)


class StreamingScriptedBackend(ScriptedBackend):
    """Answers one by one, each time the newest of the requests that it holds.

    Args:
        script: Called once per request.
        ahead: Requests that it holds at a time.
    """

    def __init__(self, script: Script = echo, model: str = "fake", ahead: int = 4) -> None:
        super().__init__(script, model)
        self._ahead = ahead
        self.taken: list[Request] = []
        """The requests that were taken, for tests to look at."""

    def stream(self, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
        """Answer each request."""
        held: list[tuple[int, Request]] = []
        numbered = enumerate(requests)
        while True:
            for number, request in islice(numbered, self._ahead - len(held)):
                held.append((number, request))
                self.taken.append(request)
            if not held:
                return
            number, request = held.pop()
            yield number, self._answer(request)


class EchoBackend(ScriptedBackend):
    """Answers with the last message; opens by name, as settings open backends."""

    def __init__(self, model: str = "fake") -> None:
        super().__init__(echo, model)


def _refused(expression: str, text: str) -> str | None:
    try:
        matches = re.fullmatch(expression, text) is not None
    except re.error as error:
        return f"the regular expression cannot be compiled: {error}"
    return None if matches else "the script's answer does not match the regular expression"


def smallest_value(schema: Mapping[str, Any]) -> Any:
    """Return a small value that a JSON schema allows: its constant or first alternative, only required properties.

    Knows ``const``, ``enum``, ``anyOf``, ``oneOf``, ``type``, ``properties``, ``required``, ``items``, ``minItems``,
    ``minLength`` and ``minimum``.
    """
    if "const" in schema:
        return schema["const"]
    for key in ("enum", "anyOf", "oneOf"):
        if key in schema:
            first = schema[key][0]
            return first if key == "enum" else smallest_value(first)
    kind = schema.get("type", "object" if "properties" in schema else "null")
    kind = kind if isinstance(kind, str) else kind[0]
    return _smallest_of_kind(kind, schema)


def _smallest_of_kind(kind: str, schema: Mapping[str, Any]) -> Any:
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: smallest_value(properties.get(name, {})) for name in schema.get("required", ())}
    if kind == "array":
        return [smallest_value(schema.get("items", {}))] * int(schema.get("minItems", 0))
    if kind == "string":
        return "x" * int(schema.get("minLength", 0))
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    return False if kind == "boolean" else None


def _choose(text: str, choices: Sequence[str], words: int) -> Completion:
    chosen = text if text in choices else choices[0]
    others = math.log(0.1 / max(len(choices) - 1, 1))
    logprobs = {choice: _CHOSEN if choice == chosen else others for choice in choices}
    return Completion(text=chosen, prompt_tokens=words, choice_logprobs=logprobs)


def _free(text: str, max_tokens: int, words: int) -> Completion:
    pieces = re.findall(r"\s*\S+", text)
    if len(pieces) > max_tokens:
        cut = "".join(pieces[:max_tokens])
        return Completion(text=cut, finish_reason="length", prompt_tokens=words, generated_tokens=max_tokens)
    return Completion(text=text, prompt_tokens=words, generated_tokens=len(pieces))


def _error(message: str) -> Completion:
    return Completion(text="", finish_reason="error", error=message)


def _fitting(text: str, schema: Mapping[str, Any]) -> str:
    smallest = smallest_value(schema)
    try:
        value = json.loads(text)
    except ValueError:
        return json.dumps(smallest)
    fits = type(value) is type(smallest) and not (isinstance(value, dict) and smallest.keys() - value.keys())
    return text if fits else json.dumps(smallest)
