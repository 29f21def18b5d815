"""How questions about one response are put: what they share first, the question last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from crabtk.prompts import prompt
from crabtk.types import Completion, Message, Request, Sampling
from crabtk.wording import fill

SYSTEM = "You analyse how a response fulfils its instruction. You answer exactly in the form that is asked for."


class Complete(Protocol):
    """What answers requests: ``Client.complete`` of an engine."""

    def __call__(self, requests: Sequence[Request], /) -> Sequence[Completion]:
        """Answer each request: same length, same order."""
        ...


def question(
    template: str, instruction: str, response: str, *, system: str = SYSTEM, **values: str
) -> tuple[Message, ...]:
    """Return the messages of a question on a response.

    What most requests share stands first: the system message for all responses, then the response for all
    questions on it, and the question itself last.
    """
    shared = fill(prompt("response"), {"instruction": instruction, "response": response})
    return Message("system", system), Message("user", fill(prompt(template), {"response": shared, **values}))


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


def text_or_null(longest: int) -> Mapping[str, Any]:
    """Return the schema of a text of at most so many characters, or null."""
    return {"anyOf": [{"type": "string", "maxLength": longest}, {"type": "null"}]}


SENTENCE_OR_NULL = text_or_null(LONGEST_SENTENCE)
"""Schema of one constraint."""
