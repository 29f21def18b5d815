"""Small made-up tables, and a model that says what a test wants it to say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from crabtk import schemas
from crabtk.types import Completion, Message, Request

Row = dict[str, Any]
REFINED = "situation:refined_instruction"


def seed(number: int, **more: Any) -> Row:
    """A row of schema Seeds; a conversation of one exchange unless ``messages`` says otherwise."""
    row: Row = {
        "seed_id": f"made-{number:08d}",
        "source": "made",
        "use": "seed",
        "system": None,
        "instruction": f"Tell me about topic {number}.",
        "response": f"Topic {number} is dear to many people. It has its own museum.",
        "language": "en",
        "split": "train",
        **more,
    }
    turns = [("user", row["instruction"]), ("assistant", row["response"])]
    return {"messages": [{"role": role, "content": text} for role, text in turns], **row}


def seeds(rows: Iterable[Row]) -> pl.DataFrame:
    table = pl.DataFrame(list(rows), schema=schemas.columns(schemas.Seeds))
    schemas.Seeds.validate(table)
    return table


def constraint(owner: Row, type_: str, text: str | None = None, **more: Any) -> Row:
    """A row of schema Constraints that code has found to hold."""
    return {
        "seed_id": owner["seed_id"],
        "constraint_id": f"{owner['seed_id']}/{type_}",
        "type": type_,
        "params": "{}",
        "text": text or f"Keep to {type_.replace(':', ' ')} here.",
        "origin": "measured",
        "verdict": "holds",
        "score": 1.0,
        "judged_by": "code",
        "informative": 0.5,
        "conflicts": [],
        **more,
    }


def translated(owner: Row, type_: str, text: str, **more: Any) -> Row:
    """A row of schema Constraints as a model wrote it, not yet judged."""
    unjudged = {"origin": "translated", "verdict": "unknown", "score": None, "judged_by": None, "informative": None}
    return constraint(owner, type_, text, **{**unjudged, **more})


def judged(owner: Row, type_: str, text: str, **more: Any) -> Row:
    """A row of schema Constraints that a model wrote and a model holds true."""
    return translated(owner, type_, text, **{"verdict": "holds", "score": 0.9, "judged_by": "model", **more})


def constraints(rows: Iterable[Row]) -> pl.DataFrame:
    table = pl.DataFrame(list(rows), schema=schemas.columns(schemas.Constraints))
    schemas.Constraints.validate(table)
    return table


class Model:
    """Answers each request by a function of it; a number is P(yes). Keeps what it was asked."""

    def __init__(self, answer: Callable[[Request], str | float | Completion]) -> None:
        self._answer = answer
        self.asked: list[Request] = []

    def __call__(self, requests: Sequence[Request], /) -> list[Completion]:
        self.asked += requests
        return [_completion(self._answer(request)) for request in requests]

    @property
    def questions(self) -> list[str]:
        return [question(request) for request in self.asked]


def question(request: Request) -> str:
    return request.messages[-1].content


def _completion(answer: str | float | Completion) -> Completion:
    if isinstance(answer, Completion):
        return answer
    return Completion(answer) if isinstance(answer, str) else sure(answer)


def sure(p_yes: float) -> Completion:
    """A judge's answer with this probability of yes."""
    logprobs = {"Yes": math.log(max(p_yes, 1e-300)), "No": math.log(max(1 - p_yes, 1e-300))}
    return Completion("Yes" if p_yes >= 0.5 else "No", choice_logprobs=logprobs)


def common_start(of: Sequence[str]) -> str:
    """The longest text that all of them begin with."""
    first, last = min(of), max(of)
    return first[: next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def texts(messages: Iterable[Message | Mapping[str, str]]) -> list[str]:
    return [m.content if isinstance(m, Message) else m["content"] for m in messages]
