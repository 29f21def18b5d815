"""Writing answers token by token, all rows of a batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from crabtk.types import FinishReason
from crabtk_transformers.grammars import Guide, mask_logits
from crabtk_transformers.rows import Rows
from crabtk_transformers.sampling import Sampler, choose


@dataclass
class Answer:
    """One row's answer, as it is written.

    Attributes:
        limit: Tokens that it may have, at least 1.
        tokens: Written so far, without the stop token.
        finish_reason: None while it is being written.
    """

    limit: int
    sampler: Sampler
    guide: Guide | None
    tokens: list[int] = field(default_factory=list)
    finish_reason: FinishReason | None = None

    def add(self, token: int, stop_tokens: frozenset[int]) -> None:
        """Take the next token."""
        if self.guide is not None:
            self.guide.accept(token)
        if token in stop_tokens:
            self.finish_reason = "stop"
            return
        self.tokens.append(token)
        if len(self.tokens) >= self.limit:
            whole = self.guide is not None and self.guide.is_complete()
            self.finish_reason = "stop" if whole else "length"


def write(
    rows: Rows, last_tokens: Sequence[int], answers: Sequence[Answer], stop_tokens: frozenset[int], known_tokens: int
) -> None:
    """Write all answers to their end.

    Args:
        rows: The prompts but for their last tokens.
        last_tokens: Those.
        answers: One per row, empty; filled here.
        stop_tokens: What ends an answer.
        known_tokens: Tokens that the tokenizer knows; logits may be wider.
    """
    live = list(answers)
    tokens = list(last_tokens)
    while live:
        logits = rows.read(torch.tensor(tokens, device=rows.device).unsqueeze(1))[:, -1]
        logits[:, known_tokens:] = -torch.inf
        mask_logits(logits, [answer.guide for answer in live])
        tokens = choose(logits, [answer.sampler for answer in live])
        for answer, token in zip(live, tokens, strict=True):
            if answer.finish_reason is None:
                answer.add(token, stop_tokens)
        going = [row for row, answer in enumerate(live) if answer.finish_reason is None]
        # Taking rows out copies the others' states, so it waits until a quarter is finished.
        if len(going) <= 0.75 * len(live):
            rows = rows.select(going) if going else rows
            live, tokens = [live[row] for row in going], [tokens[row] for row in going]
