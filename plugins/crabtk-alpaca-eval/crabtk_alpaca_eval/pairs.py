"""What a judge is asked about a pair of answers, and what its reply says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib import resources

from crabtk import Completion, Message, Request, Sampling
from crabtk.randomness import generator

FIRST, SECOND = "m", "M"
"""Names of the answers, in the order in which they are shown."""


def model_stands_first(item_id: str, seed: int) -> bool:
    """Tell, by a draw of its own for each prompt, whether the model's answer is shown before the baseline's."""
    return generator(seed, "alpaca-eval", "order", item_id).random() < 0.5


def question(instruction: str, first: str, second: str) -> Request:
    """Return the question which of two answers is better."""
    shown = [
        _enclosed("instruction", instruction),
        _enclosed(f"answer {FIRST}", first),
        _enclosed(f"answer {SECOND}", second),
        _text("question"),
    ]
    messages = Message("system", _text("system")), Message("user", "\n\n".join(shown))
    return Request(messages, Sampling(max_tokens=3), choices=(FIRST, SECOND))


def _enclosed(name: str, text: str) -> str:
    """Return a text between marks that do not stand in it, so that nothing in it can pass for another part."""
    mark = "="
    while f"{mark * 8}" in text:
        mark += "="
    line = mark * 8
    return f"{line} {name} {line}\n{text}\n{line} end of {name} {line}"


def p_first(completion: Completion) -> float | None:
    """Return the probability that the answer shown first is the better one; None where the reply cannot be read."""
    if completion.finish_reason in ("error", "refusal") or completion.text.strip() not in (FIRST, SECOND):
        return None
    logprobs = completion.choice_logprobs
    if logprobs is None:
        return float(completion.text.strip() == FIRST)
    difference = logprobs.get(SECOND, math.nan) - logprobs.get(FIRST, math.nan)
    if math.isnan(difference):
        return None
    # 1 / (1 + exp(second - first)), without overflow where the difference is large.
    return 1 / (1 + math.exp(difference)) if difference < 700 else 0.0


def p_model(completions: Sequence[Completion], *, first: bool) -> float | None:
    """Return the probability that the model's answer is the better one; the mean over the orders that were asked.

    Args:
        completions: One, or two of which the second was asked in the other order.
        first: Whether the model's answer stood first in the first question.
    """
    found = []
    for place, completion in enumerate(completions):
        p = p_first(completion)
        if p is None:
            return None
        found.append(p if first is (place == 0) else 1 - p)
    return round(sum(found) / len(found), 6) if found else None


@cache
def _text(name: str) -> str:
    return (resources.files("crabtk_alpaca_eval") / "prompts" / f"{name}.md").read_text("utf-8").strip()
