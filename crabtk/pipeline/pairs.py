"""Pairs of one prompt's responses, ranked by which constraints hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crabtk.pipeline.seed_rules import word_count
from crabtk.pipeline.verdicts import Verdicts
from crabtk.settings import Pairing

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Response:
    """A response with its verdicts.

    Attributes:
        answers: Whether it may be the chosen one: False where it shows that it does not answer the instruction.
    """

    text: str
    verdicts: Verdicts
    answers: bool = True

    @cached_property
    def words(self) -> int:
        """Words, at least one so that lengths can be divided."""
        return max(1, word_count(self.text))


@dataclass(frozen=True)
class RankedResponses:
    """Two responses of which one is better by its verdicts.

    Attributes:
        names: The constraints that the prompt asks for.
        margin: Share of constraints that hold in the chosen one less that of the rejected one, over those whose
            verdict is known in both; above 0.
    """

    chosen: Response
    rejected: Response
    names: Sequence[str]
    margin: float

    @property
    def length_ratio(self) -> float:
        """Words of the longer response over those of the other; at least 1."""
        return math.exp(abs(math.log(self.chosen.words / self.rejected.words)))


def ranked(chosen: Response, rejected: Response, names: Sequence[str]) -> RankedResponses | None:
    """Return the two as a pair if the first is better: it holds all that the second holds, and more.

    A response that gains one constraint and loses another is not better: a pair of them would teach that failing pays.
    One that does not answer the instruction is never better, whatever it holds. Constraints whose verdict is unknown
    in either are not compared.
    """
    if not chosen.answers or chosen.text == rejected.text:
        return None
    known = [name for name in names if "unknown" not in (chosen.verdicts[name], rejected.verdicts[name])]
    gained = sum(_holds(chosen, name) and not _holds(rejected, name) for name in known)
    lost = any(_holds(rejected, name) and not _holds(chosen, name) for name in known)
    if lost or not gained:
        return None
    return RankedResponses(chosen, rejected, names, gained / len(known))


def best(candidates: Iterable[RankedResponses | None], settings: Pairing) -> tuple[list[RankedResponses], int]:
    """Return the pairs with the widest margins; of equal margins, those whose responses are nearest in length.

    Args:
        candidates: None stands for two that do not compare.
        settings: Smallest margin, largest ratio of lengths, and how many pairs.

    Returns:
        At most ``pairs_per_prompt``, and how many of sufficient margin were left out for their lengths.
    """
    wide = [one for one in candidates if one is not None and one.margin >= settings.min_margin - _ROUNDING]
    near = [one for one in wide if one.length_ratio <= settings.max_length_ratio + _ROUNDING]
    # The sort is stable: what is equal in both stays in the order of sampling.
    near.sort(key=lambda one: (-round(one.margin, 9), round(one.length_ratio, 9)))
    return near[: settings.pairs_per_prompt], len(wide) - len(near)


def satisfied(response: Response) -> list[str]:
    """Return the constraints that a response is known to satisfy, in the prompt's order."""
    return [name for name in response.verdicts if _holds(response, name)]


def _holds(response: Response, name: str) -> Any:
    return response.verdicts[name] == "holds"
