"""What answering requests took."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts of a client's work; subtract an earlier one to get those of a stage.

    Attributes:
        requests: Requests asked.
        cached: Of these, answered without the engine: from the cache or by an equal request of the same batch.
        calls: Calls of the engine; one that takes requests one by one has one call for each.
        prompt_tokens: Tokens of prompts that the engine read, those of ``cached_tokens`` included.
        cached_tokens: Prompt tokens that its prefix cache served.
        generated_tokens: Tokens that it wrote.
        refusals: Answers that decline, cached ones included; like the next two, the same after a resumption.
        truncated: Answers cut off at ``max_tokens``.
        errors: Requests without an answer.
        retries: Times that the engine had to be asked again.
        cost: Of what the engine answered, in the currency of the backend's prices; 0 where it knows none.
    """

    requests: int = 0
    cached: int = 0
    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    refusals: int = 0
    truncated: int = 0
    errors: int = 0
    retries: int = 0
    cost: float = 0.0

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __sub__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(self)))
