"""Reading a judge's answers: what is unreadable never holds."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from crabtk import Completion
from crabtk_followbench.questions import MET, NO, YES, Judging

Score = float | None
"""P(yes), or 1.0 and 0.0 where the judge gives no probability; None where the answer is unreadable."""


def verdicts(answers: Sequence[Completion], steps: int, judging: Judging) -> list[Score]:
    """Return how well each added constraint is met, in the order of the steps.

    Args:
        answers: One per question; one that is missing is unreadable.
        steps: Level of the prompt.
        judging: As the questions were asked.
    """
    if judging == "path":
        return _path(answers[0], steps) if answers else [None] * steps
    found = [_p_yes(answer) for answer in answers[:steps]]
    return found + [None] * (steps - len(found))


def _path(answer: Completion, steps: int) -> list[Score]:
    """Read one object for all steps: a step that is missing or unclear is unreadable, and the others count."""
    said = None if answer.finish_reason in ("error", "refusal") else _object(answer.text)
    if said is None or set(said) - {f"step_{number}" for number in range(1, steps + 1)}:
        return [None] * steps
    return [_met(said.get(f"step_{number}")) for number in range(1, steps + 1)]


def _object(text: str) -> dict[str, Any] | None:
    """Return the JSON object in an answer, be it inside a fence or after some words; None without one."""
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _met(step: Any) -> Score:
    said = step.get("met") if isinstance(step, dict) else None
    word = said.strip().casefold() if isinstance(said, str) else None
    return float(word == "yes") if word in MET else None


def _p_yes(answer: Completion) -> Score:
    if answer.finish_reason in ("error", "refusal") or answer.text.strip() not in (YES, NO):
        return None
    logprobs = answer.choice_logprobs
    if logprobs is None:
        return float(answer.text.strip() == YES)
    difference = logprobs.get(NO, math.nan) - logprobs.get(YES, math.nan)
    if math.isnan(difference):
        return None
    # 1 / (1 + exp(no - yes)), without overflow where the difference is large.
    return round(1 / (1 + math.exp(difference)), 6) if difference < 700 else 0.0
