"""What every format of preferences comes down to: a prompt, a better response and a worse one."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from crabtk.readers.base import kind
from crabtk.types import Message


class Ranking(NamedTuple):
    """What a row holds.

    Attributes:
        prompt: Ends with the user's turn that both responses answer.
        margin: The chosen response's score less the rejected one's, on the source's own scale; None without scores.
    """

    prompt: Sequence[Message]
    chosen: str
    rejected: str
    margin: float | None


@dataclass(frozen=True, slots=True)
class RankedPair:
    """A row that could be read, with its place."""

    ranking: Ranking
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class PreferenceFormat:
    """A format of preferences.

    Attributes:
        name: What settings call it.
        recognises: Tells whether a decoded row is of this format; never raises.
        read: Returns a row's ranking, drawing from the generator where the format leaves a choice. Raises ValueError
            where the row cannot be used, or whatever Python raises on missing keys and wrong types.
    """

    name: str
    recognises: Callable[[Any], bool]
    read: Callable[[Mapping[str, Any], random.Random], Ranking]


def checked(ranking: Ranking) -> Ranking:
    """Return a ranking that a trainer can learn from.

    Raises:
        ValueError: A text is missing, the prompt's turns do not alternate up to a user's, both responses are the
            same, or the chosen one does not score higher.
    """
    for number, message in enumerate(ranking.prompt, start=1):
        _require_text(f"the prompt's message {number}", message.content)
    _require_text("the chosen response", ranking.chosen)
    _require_text("the rejected response", ranking.rejected)
    roles = [message.role for message in ranking.prompt]
    spoken = roles[1:] if roles[:1] == ["system"] else roles
    if not spoken or any(role != ("user", "assistant")[place % 2] for place, role in enumerate(spoken)):
        raise ValueError("the prompt's turns are not user and assistant by turns after at most one system message")
    if len(spoken) % 2 == 0:
        raise ValueError("the prompt does not end with a user's turn")
    if ranking.chosen == ranking.rejected:
        raise ValueError("chosen and rejected response are the same text")
    if ranking.margin is not None and ranking.margin <= 0:
        says = "score the same" if ranking.margin == 0 else "are ranked against their scores"
        raise ValueError(f"chosen and rejected response {says}")
    return ranking


def _require_text(what: str, text: Any) -> None:
    if not isinstance(text, str):
        raise ValueError(f"{what} is {kind(text)}, not a text")
    if not text.strip():
        raise ValueError(f"{what} is empty")
