"""The reward in the signature that a ``Rubric`` of Prime Intellect's verifiers (0.1) calls.

    import verifiers as vf
    from crabtk.rewards.verifiers import constraint_reward

    rubric = vf.Rubric(funcs=[constraint_reward])

The constraints of a row are JSON text in ``info["constraints"]``, or else its ``answer``. A rubric catches and logs
whatever a reward raises and gives 0, malformed constraints included, so look at its log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from crabtk.rewards.constraint_reward import ConstraintReward

RubricFunction = Callable[..., float]


def rubric_function(reward: ConstraintReward) -> RubricFunction:
    """Return a reward as a rubric's function, ``(prompt, completion, answer, state, **more) -> float``."""

    def constraint_reward(prompt: Any, completion: Any, answer: Any = "", state: Any = None, **more: Any) -> float:
        constraints = _constraints(more.get("info"), state, answer)
        return reward.explain(prompt, completion, constraints).reward

    return constraint_reward


def constraint_reward(prompt: Any, completion: Any, answer: Any = "", state: Any = None, **more: Any) -> float:
    """Reward one response by all installed types, with the default settings.

    Raises:
        VerificationError: The constraints cannot be read.
    """
    return _default()(prompt, completion, answer, state, **more)


@cache
def _default() -> RubricFunction:
    return rubric_function(ConstraintReward())


def _constraints(info: Any, state: Any, answer: Any) -> Any:
    """Find the constraints: in ``info``, in the state's ``info``, or else as the answer."""
    for place in (info, state.get("info") if isinstance(state, Mapping) else None):
        found = _object(place).get("constraints")
        if found is not None:
            return found
    return answer


def _object(info: Any) -> Mapping[str, Any]:
    """Read ``info``, which datasets may hold as JSON text."""
    if isinstance(info, str):
        try:
            info = json.loads(info)
        except (ValueError, RecursionError):
            return {}
    return info if isinstance(info, Mapping) else {}
