"""The reward as a verifier function in open-instruct's manner: a ground-truth label in, a result with a score out.

open-instruct finds verifiers among the direct subclasses of its ``VerifierFunction``. In a module that it imports:

    from crabtk.rewards.open_instruct import ConstraintVerifier
    from open_instruct.ground_truth_utils import VerifierFunction

    class CrabtkVerifier(ConstraintVerifier, VerifierFunction):
        pass

and in the dataset ``ground_truth`` is the constraints' JSON text and ``dataset`` is ``crabtk``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from crabtk.rewards.constraint_reward import ConstraintReward


@dataclass
class VerificationResult:
    """What open-instruct reads of a result: the score in [0, 1], the cost, and a word on why."""

    score: float
    cost: float = 0.0
    reasoning: str | None = None


class ConstraintVerifier:
    """Scores a prediction by the constraints in its label.

    Attributes:
        name: What the dataset's ``dataset`` column holds.
        weight: Factor of the score, as open-instruct applies it.
    """

    def __init__(self, verifier_config: Any = None, *, reward: ConstraintReward | None = None) -> None:
        """Take a reward; all installed types and the default settings where none is given."""
        self.name = "crabtk"
        self.weight = 1.0
        self.verifier_config = verifier_config
        self._reward = reward or ConstraintReward()

    def __call__(
        self, tokenized_prediction: list[int], prediction: str, label: Any, query: str | None = None, **_: Any
    ) -> VerificationResult:
        """Score one prediction.

        Args:
            tokenized_prediction: Not read.
            prediction: What the model wrote.
            label: The constraints as JSON text or as a list, or a list that holds that text alone.
            query: The prompt; without it the gate sees no instruction, and looks at the form alone.

        Raises:
            VerificationError: The constraints cannot be read.
        """
        explained = self._reward.explain(query, prediction, _unwrapped(label))
        gate = {True: "on topic", False: "does not answer the instruction", None: "not gated"}[explained.on_topic]
        scores = ", ".join(f"{score:.3g}" for score in explained.satisfied)
        return VerificationResult(explained.reward, reasoning=f"{gate}; constraints: {scores}")

    async def async_call(
        self, tokenized_prediction: list[int], prediction: str, label: Any, query: str | None = None, **more: Any
    ) -> VerificationResult:
        """Do the same in a thread."""
        return await asyncio.to_thread(self, tokenized_prediction, prediction, label, query, **more)


def _unwrapped(label: Any) -> Any:
    return label[0] if isinstance(label, list) and len(label) == 1 and isinstance(label[0], str) else label
