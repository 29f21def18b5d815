"""UltraFeedback as its authors publish it: several scored completions of one instruction."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from crabtk.readers.base import RowReader
from crabtk.readers.preferences.ranked import PreferenceFormat, Ranking
from crabtk.readers.preferences.scores import number
from crabtk.types import Message

_TOP = 10
_POOR, _GOOD = 2.0, 4.0


def _recognises(value: Any) -> bool:
    return RowReader.has(value, "instruction", "completions") and isinstance(value["completions"], list)


def _read(value: Mapping[str, Any], rng: random.Random) -> Ranking:
    """Take the best-scored completion and, at random, one that scores lower.

    Source:
        arXiv 2310.01377 for the format; arXiv 2310.16944 (Zephyr), section 3, for the choice, which the binarised
        release shares. Here a completion that ties with the best is never its rejected one; of completions that
        tie for the best the first is taken.
    """
    scored = _scored(value["completions"])
    if len(scored) < 2:
        raise ValueError("fewer than two of its completions have a score")
    best_score, best = max(scored, key=lambda pair: pair[0])
    lower = [pair for pair in scored if pair[0] < best_score]
    if not lower:
        raise ValueError("all of its completions score the same")
    score, rejected = rng.choice(lower)
    return Ranking([Message("user", value["instruction"])], best, rejected, best_score - score)


def _scored(completions: Sequence[Mapping[str, Any]]) -> list[tuple[float, Any]]:
    """Return score and response of each completion that has a score, all on one scale.

    That is the overall score where two completions have one, else the mean of the ratings by aspect.
    """
    for score in (_overall, _by_aspect):
        found = [(value, c["response"]) for c in completions if (value := score(c)) is not None]
        if len(found) > 1:
            return found
    return []


def _overall(completion: Mapping[str, Any]) -> float | None:
    """Return the overall score, from 1 to 10.

    In the first release many a 10 stands for a 1 that was misread. Where the ratings by aspect are poor, it is that 1;
    where they are middling nobody can tell, and the completion has no score.

    Source:
        The dataset card of openbmb/UltraFeedback, which corrected its later releases by the same bounds (and asked
        again about the middling ones).
    """
    score = number(completion.get("overall_score"))
    ratings = _by_aspect(completion)
    if score != _TOP or ratings is None or ratings > _GOOD:
        return score
    return 1.0 if ratings <= _POOR else None


def _by_aspect(completion: Mapping[str, Any]) -> float | None:
    """Return the mean of the ratings by aspect, from 1 to 5."""
    mean = number(completion.get("fine-grained_score"))
    if mean is not None:
        return mean
    annotations = completion.get("annotations") or {}
    aspects = annotations.values() if isinstance(annotations, Mapping) else ()
    ratings = [number(aspect.get("Rating")) for aspect in aspects if isinstance(aspect, Mapping)]
    known = [rating for rating in ratings if rating is not None]
    return fmean(known) if known else None


ULTRAFEEDBACK = PreferenceFormat("ultrafeedback", _recognises, _read)
"""``{"instruction", "completions": [{"response", "overall_score", "fine-grained_score", "annotations"}, …]}``."""
