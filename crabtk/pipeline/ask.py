"""How questions about one response are put: what they share first, the question last."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from crabtk.constraints.translated import TRANSLATED
from crabtk.prompts import prompt, worked_examples
from crabtk.types import Completion, Message, Request, Sampling
from crabtk.wording import fill

ALL_KINDS = "all kinds"
"""How the task of writing names all translated types."""


class Complete(Protocol):
    """What answers requests: ``Client.complete`` of an engine."""

    def __call__(self, requests: Sequence[Request], /) -> Sequence[Completion]:
        """Answer each request: same length, same order."""
        ...


def question(template: str, instruction: str, response: str, **values: str) -> tuple[Message, ...]:
    """Return the messages of a question on a response.

    All questions, whatever they ask, are one text up to the end of the response, so that a prefix cache reads each
    response once: first what is the same for all responses, then the response, and the question itself last.
    """
    return (*_opening(), _turn(template, instruction, response, **values))


@cache
def _opening() -> tuple[Message, ...]:
    """Return what stands before any response: the tasks, and examples of both with their answers."""
    kinds = "\n".join(f"- {type_.key}: {type_.question}" for type_ in TRANSLATED)
    keys = ", ".join(type_.key for type_ in TRANSLATED)
    turns = [Message("system", fill(prompt("system"), {"kinds": kinds, "keys": keys}))]
    for example in worked_examples():
        answer = {type_.key: example["answer"].get(type_.key) for type_ in TRANSLATED}
        turns.append(_turn("translate", example["instruction"], example["response"].strip(), kinds=ALL_KINDS))
        turns.append(Message("assistant", json.dumps(answer, ensure_ascii=False)))
        for verdict in example.get("verdicts", ()):
            asked = fill(prompt("judge"), {"response": "", "constraint": verdict["requirement"]})
            turns += [Message("user", asked.strip()), Message("assistant", verdict["answer"])]
    return tuple(turns)


def _turn(template: str, instruction: str, response: str, **values: str) -> Message:
    shared = fill(prompt("response"), {"instruction": instruction, "response": response})
    return Message("user", fill(prompt(template), {"response": shared, **values}))


def json_request(messages: tuple[Message, ...], properties: Mapping[str, Any], sampling: Sampling) -> Request:
    """Return a request whose answer is one JSON object with exactly these properties."""
    schema = {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
    return Request(messages, sampling, json_schema=schema)


LONGEST_SENTENCE = 240
LONGEST_INSTRUCTION = 600
"""Characters that a model may write of one constraint, and of a refined instruction.

The bound keeps a looping model from filling the whole answer with one; a text that reaches it was cut off.
"""


def text_up_to(longest: int) -> Mapping[str, Any]:
    """Return the schema of a text of at most so many characters."""
    return {"type": "string", "maxLength": longest}


def text_or_null(longest: int) -> Mapping[str, Any]:
    """Return the schema of a text of at most so many characters, or null."""
    return {"anyOf": [text_up_to(longest), {"type": "null"}]}


SENTENCE_OR_NULL = text_or_null(LONGEST_SENTENCE)
"""Schema of one constraint."""
