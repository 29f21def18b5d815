"""Hindsight: what a failed response does satisfy is what a prompt could have asked for.

Source:
    Hindsight relabelling (arXiv 1707.01495) of goals, here of the constraints of a prompt.
"""

from __future__ import annotations

from collections.abc import Sequence

from crabtk.pipeline.pairs import RankedResponses, Response, best, ranked, satisfied
from crabtk.settings import Pairing


def hindsight(responses: Sequence[Response], settings: Pairing) -> tuple[list[RankedResponses], str | None]:
    """Make failed responses the chosen ones for what they satisfy.

    Args:
        responses: To one prompt, each with verdicts on all that it asks for.
        settings: As for other pairs.

    Returns:
        Pairs whose ``names`` are the constraints that their prompt may state: all that the chosen response satisfies,
        of which the rejected one fails some. Or none, and then the reason, unless no response failed.
    """
    failed = [response for response in responses if "fails" in response.verdicts.values()]
    if not failed:
        return [], None
    partly = [response for response in failed if response.answers and satisfied(response)]
    if not partly:
        return [], "hindsight: no failed response answers the instruction and satisfies any of the constraints"
    candidates = [ranked(one, other, satisfied(one)) for one in partly for other in responses if other is not one]
    pairs, too_long = best(candidates, settings)
    if pairs:
        return pairs, None
    if too_long:
        return [], "hindsight: the responses differ in length by more than preferences.max_length_ratio"
    return [], "hindsight: no other response fails enough of what a failed one satisfies (preferences.min_margin)"
