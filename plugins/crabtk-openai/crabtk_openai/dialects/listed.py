"""Log-probabilities of choices from the few that a server lists for each token of its own answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LOWEST = -9999.0


@dataclass(frozen=True)
class Step:
    """One token of an answer.

    Attributes:
        taken: Its text.
        listed: Log-probabilities of the likeliest tokens there, the taken one included.
    """

    taken: str
    listed: Mapping[str, float]


def logprobs_from_lists(choices: Sequence[str], steps: Sequence[Step]) -> dict[str, float]:
    """Return a log-probability for each choice; their exponentials sum to at most 1.

    Along the answer, each listed token makes a beginning. What begins one choice only counts as that choice. What
    begins several is told apart by the next token if the answer went on so, else shared equally. Where the answer so
    far is itself a choice and others go on from it, what does not go on counts as the shorter one. A choice that no
    listed token begins gets an upper bound: an equal part of the smallest listed probability, or of what the list
    leaves if that is less.
    """
    open_choices = list(dict.fromkeys(choices))
    mass = dict.fromkeys(open_choices, 0.0)
    written, weight = "", 1.0
    for step in steps:
        onward = 0.0
        for token, logprob in step.listed.items():
            begun = [choice for choice in open_choices if token and choice.startswith(written + token)]
            share = weight * math.exp(logprob)
            if not begun:
                continue
            onward += share
            if len(begun) > 1 and token == step.taken:
                continue
            for choice in begun:
                mass[choice] += share / len(begun)
        if written in open_choices:
            mass[written] += max(0.0, weight - onward)
        going = [choice for choice in open_choices if step.taken and choice.startswith(written + step.taken)]
        if len(going) < 2:
            weight = 0.0
            break
        written, open_choices, weight = written + step.taken, going, weight * math.exp(step.listed[step.taken])
    if weight and written:
        # The answer ended among several choices.
        own = [written] if written in open_choices else open_choices
        for choice in own:
            mass[choice] += weight / len(own)
    return _with_bounds(mass, steps[0])


def _with_bounds(mass: Mapping[str, float], first: Step) -> dict[str, float]:
    unseen = [choice for choice, value in mass.items() if value <= 0.0]
    left = max(0.0, 1.0 - math.fsum(math.exp(value) for value in first.listed.values()))
    bound = min(left, math.exp(min(first.listed.values()))) / max(1, len(unseen))
    # Rounding of what the server shows may have brought the sum above 1.
    total = max(1.0, math.fsum(mass.values()) + bound * len(unseen))
    return {choice: _log((value if value > 0.0 else bound) / total) for choice, value in mass.items()}


def _log(value: float) -> float:
    return max(LOWEST, math.log(value)) if value > 0.0 else LOWEST
