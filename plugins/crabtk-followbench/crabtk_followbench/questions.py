"""What a judge is asked: the steps by which a prompt grew, the response, and the question last.

Responses to one prompt, and prompts of one group, share the beginning of the text, which a prefix cache serves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal

from crabtk import Message, Request, Sampling

Judging = Literal["path", "pointwise"]
YES, NO = "Yes", "No"
MET = ("yes", "no")
_LONGEST_REQUIREMENT = 300
_TOKENS_PER_STEP = 200


def questions(path: Sequence[str], response: str, judging: Judging) -> tuple[Request, ...]:
    """Return one question for all added constraints (``path``), or one for each (``pointwise``).

    Args:
        path: The prompts of levels 0 to that of the response; the first may be empty.
        response: As it is shown to the judge.
        judging: How.
    """
    steps = len(path) - 1
    shared = f"{_steps(path)}\n\n# Response to step {steps}\n\n{_enclosed(response)}\n\n# Question\n\n"
    if judging == "path":
        asked = shared + _text("path").replace("{steps}", str(steps))
        return (Request(_messages(asked), Sampling(max_tokens=_TOKENS_PER_STEP * steps), json_schema=_schema(steps)),)
    return tuple(_pointwise(shared, step) for step in range(1, steps + 1))


def _pointwise(shared: str, step: int) -> Request:
    question = _text("pointwise").replace("{step}", str(step)).replace("{before}", str(step - 1))
    return Request(_messages(shared + question), Sampling(max_tokens=3), choices=(YES, NO))


def _messages(asked: str) -> tuple[Message, ...]:
    return Message("system", _text("system")), Message("user", asked)


def _steps(path: Sequence[str]) -> str:
    """Return the prompts under their numbers; nothing in it tells which one is the last."""
    shown = [f"## Step {step}\n\n{text or '(nothing yet)'}" for step, text in enumerate(path)]
    return "\n\n".join(["# The task, as it grew", *shown])


def _enclosed(response: str) -> str:
    """Return the response between tags that do not stand in it, so that nothing in it can pass for the question."""
    tag = "response"
    while f"</{tag}>" in response:
        tag += "_"
    return f"<{tag}>\n{response}\n</{tag}>"


def _schema(steps: int) -> Mapping[str, Any]:
    step = {
        "type": "object",
        "properties": {
            "requirement": {"type": "string", "maxLength": _LONGEST_REQUIREMENT},
            "met": {"type": "string", "enum": list(MET)},
        },
        "required": ["requirement", "met"],
        "additionalProperties": False,
    }
    keys = [f"step_{number}" for number in range(1, steps + 1)]
    return {
        "type": "object",
        "properties": dict.fromkeys(keys, step),
        "required": keys,
        "additionalProperties": False,
    }


@cache
def _text(name: str) -> str:
    return (resources.files("crabtk_followbench") / "prompts" / f"{name}.md").read_text("utf-8").strip()
