"""The pointwise judge: one constraint, one question, one verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from crabtk.pipeline.ask import Complete, question
from crabtk.types import Completion, Request, Sampling

YES, NO = "Yes", "No"
REFINED = "situation:refined_instruction"


def judge(complete: Complete, cases: Sequence[tuple[Mapping[str, str], str, str]]) -> list[float | None]:
    """Ask whether responses meet constraints.

    Args:
        complete: Answers requests.
        cases: For each: the seed (``instruction``, ``response``), the constraint's type and its text. Cases of
            one seed that stand together share their prompt's prefix.

    Returns:
        P(yes) in [0, 1] for each case; None where the answer is unreadable, which is no "holds".
    """
    return [p_yes(completion) for completion in complete([_request(*case) for case in cases])]


def _request(seed: Mapping[str, str], type_: str, text: str) -> Request:
    template = "judge_request" if type_ == REFINED else "judge"
    asked = question(template, seed["instruction"], seed["response"], constraint=text)
    return Request(asked, Sampling(max_tokens=3), choices=(YES, NO))


def p_yes(completion: Completion) -> float | None:
    """Return P(yes) normalised over yes and no; None for an answer that is neither or has no such number."""
    if completion.finish_reason in ("error", "refusal") or completion.text.strip() not in (YES, NO):
        return None
    logprobs = completion.choice_logprobs
    if logprobs is None:
        return float(completion.text.strip() == YES)
    if not {YES, NO} <= set(logprobs):
        return None
    # 1 / (1 + exp(no - yes)), without overflow where the difference is large.
    difference = logprobs[NO] - logprobs[YES]
    if math.isnan(difference):
        return None
    return round(1 / (1 + math.exp(difference)) if difference < 700 else 0.0, 6)
