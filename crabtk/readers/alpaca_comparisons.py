"""The comparison file of the Alpaca-GPT4 release."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from crabtk.readers.base import RowReader, kind


class AlpacaComparisons(RowReader):
    """``{"user_input", "responses_and_scores": [{"response", "score"}, …]}``; the best-scored response is taken.

    Source:
        arXiv 2410.24175, section 4.1: the recipe reads Alpaca-GPT4 from this file. Ties go to the first.
    """

    name = "alpaca-comparisons"

    def recognises(self, value: Any) -> bool:
        """Tell a comparison by its keys."""
        return self.has(value, "user_input", "responses_and_scores")

    def pair(self, value: Mapping[str, Any]) -> tuple[Any, Any]:
        """Take the response with the highest score."""
        responses = value["responses_and_scores"]
        if not responses:
            raise ValueError("it has no responses")
        # max() returns the first of equals, so a tie goes by order.
        best = max(responses, key=lambda response: _score(response["score"]))
        return value["user_input"], best["response"]


def _score(score: Any) -> float:
    if isinstance(score, bool) or not isinstance(score, (int, float)) or math.isnan(score):
        raise ValueError(f"the score of a response is {kind(score)}, not a number")
    return score
