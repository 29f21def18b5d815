"""What the process of an engine and the one that opened it tell each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crabtk.types import Completion, Request


@dataclass(frozen=True, slots=True)
class Opening:
    """To the engine, first: what to open.

    Attributes:
        named: SGLang's server arguments that are options of their own; None is left to SGLang.
        others: The option ``engine``.
        template_options: Passed to the chat template.
    """

    named: Mapping[str, Any]
    others: Mapping[str, Any]
    template_options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """From the engine: it takes requests. ``width`` is how many it works on at a time."""

    width: int


@dataclass(frozen=True, slots=True)
class Failed:
    """From the engine: it cannot be opened."""

    message: str


@dataclass(frozen=True, slots=True)
class Asked:
    """To the engine: answer a request. ``number`` is never used again."""

    number: int
    request: Request


@dataclass(frozen=True, slots=True)
class Cancelled:
    """To the engine: these need no answer any more."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """To the engine, last: end."""


@dataclass(frozen=True, slots=True)
class Answered:
    """From the engine: the answer to a request."""

    number: int
    completion: Completion
