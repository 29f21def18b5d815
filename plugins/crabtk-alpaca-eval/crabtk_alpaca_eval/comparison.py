"""One prompt's comparison of a model with the baseline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a judge said, and the lengths of the two answers.

    Attributes:
        index: Place of the prompt in AlpacaEval's list, from 0.
        preference: Probability that the model's answer is the better one; 0.5 is a draw, and None stands for a missing
            answer or a reply of the judge that cannot be read, which count as lost.
        baseline_length: Characters of the baseline's answer.
        length: Characters of the model's.
    """

    index: int
    preference: float | None
    baseline_length: int
    length: int
