"""What an answer cost."""

from __future__ import annotations

from dataclasses import dataclass

from crabtk.types import Completion


@dataclass(frozen=True, slots=True)
class Prices:
    """Per million tokens, in any one currency; None where not known.

    Attributes:
        prompt: Of prompt tokens.
        cached: Of those that the server's prefix cache served; as ``prompt`` where not given.
        generated: Of generated tokens.
    """

    prompt: float | None = None
    cached: float | None = None
    generated: float | None = None

    def cost(self, completion: Completion) -> float | None:
        """Return the price of a completion; None where no price is known at all."""
        if self.prompt is None and self.generated is None:
            return None
        prompt = self.prompt or 0.0
        cached = prompt if self.cached is None else self.cached
        read = completion.prompt_tokens - completion.cached_tokens
        total = (
            read * prompt + completion.cached_tokens * cached + completion.generated_tokens * (self.generated or 0.0)
        )
        return total / 1_000_000
