"""What a reward is called with, read: constraints from JSON, the instruction, the reply without hidden reasoning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crabtk.errors import VerificationError
from crabtk.pipeline.intent import instruction_of
from crabtk.protocols import ConstraintType
from crabtk.reply import opened_by, reply_text, without_thinking
from crabtk.types import Constraint

_FORM = '[{"type": "family:name", "params": {…}, "text": "…"}, …]'


@dataclass(frozen=True, slots=True)
class RewardRow:
    """One response and what was asked of it.

    Attributes:
        instruction: The last user message without its constraints.
        response: Without hidden reasoning; empty where there is nothing else.
        constraints: At least one.
    """

    instruction: str
    response: str
    constraints: tuple[Constraint, ...]


def read_row(
    prompt: Any, completion: Any, constraints: Any, types: Mapping[str, ConstraintType], row: str, opening: str = ""
) -> RewardRow:
    """Read one row.

    Args:
        prompt: A text or a list of messages.
        completion: A text, a message or a list of messages, of which the assistant's last counts.
        constraints: JSON text of a list of ``{"type", "params", "text"}``, or that list.
        types: By name.
        row: How errors call the row.
        opening: What the chat template writes before the completion; of it a block that its end opens counts.

    Raises:
        VerificationError: The constraints cannot be read, there is none, or a type is unknown.
    """
    found = read_constraints(constraints, types, row)
    try:
        messages = _messages(prompt)
        instruction = instruction_of(messages, [constraint.text for constraint in found])
        # A block that the end of the prompt opened, and nothing closes, hides the whole completion.
        said = _opened(prompt, messages, opening) + _said(completion)
    except ValueError as error:
        raise VerificationError(f"{row}: {error}") from None
    return RewardRow(instruction, without_thinking(said), found)


def read_constraints(value: Any, types: Mapping[str, ConstraintType], row: str) -> tuple[Constraint, ...]:
    """Read constraints from JSON text or from what it stands for; ``params`` may be JSON text of their own.

    Raises:
        VerificationError: They cannot be read, there is none, or a type is unknown; says which and in which row.
    """
    listed = _decoded(value, f"{row}: the constraints")
    if not isinstance(listed, list | tuple) or not listed:
        raise VerificationError(f"{row}: the constraints must be a list that is not empty, such as {_FORM}.")
    return tuple(_constraint(item, types, f"{row}: constraint {n}") for n, item in enumerate(listed, start=1))


def _constraint(item: Any, types: Mapping[str, ConstraintType], where: str) -> Constraint:
    if not isinstance(item, Mapping) or not isinstance(item.get("type"), str):
        raise VerificationError(f"{where} names no type; a list of constraints reads {_FORM}.")
    if item["type"] not in types:
        raise VerificationError(
            f'{where} is of the type "{item["type"]}", which nothing registers. `crabtk types` lists what there is; '
            "install the package that brings it, or leave out constraints that only a model can judge."
        )
    params = _decoded(item.get("params") or {}, f"{where}: its params")
    if not isinstance(params, Mapping):
        raise VerificationError(f"{where}: its params must be an object with named values.")
    text = item.get("text")
    return Constraint(item["type"], params, text if isinstance(text, str) else "")


def _decoded(value: Any, what: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"{what} are no JSON ({error}); a list of constraints reads {_FORM}.") from None


def _messages(prompt: Any) -> Sequence[Mapping[str, str]]:
    if prompt is None or isinstance(prompt, str):
        return [{"role": "user", "content": prompt or ""}]
    return [{"role": str(_of(turn, "role")), "content": reply_text(_of(turn, "content"))} for turn in prompt]


def _said(completion: Any) -> str:
    if isinstance(completion, list | tuple):
        turns = [turn for turn in completion if _of(turn, "role") in ("assistant", None)]
        return reply_text(_of(turns[-1], "content")) if turns else ""
    return reply_text(completion)


def _of(turn: Any, name: str) -> Any:
    return turn.get(name) if isinstance(turn, Mapping) else getattr(turn, name, None)


def _opened(prompt: Any, messages: Sequence[Mapping[str, str]], opening: str) -> str:
    """Return the block that is open where the completion begins."""
    if messages and messages[-1]["role"] == "assistant":  # the completion goes on with it: the template writes nothing
        return opened_by(messages[-1]["content"])
    return (opened_by(prompt) if isinstance(prompt, str) else "") or opened_by(opening)
