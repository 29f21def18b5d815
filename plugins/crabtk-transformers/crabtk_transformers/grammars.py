"""Structured output: which tokens a JSON schema or regular expression allows next, by xgrammar."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
import xgrammar
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from crabtk.types import Request


@dataclass(frozen=True)
class Guide:
    """What one structured answer may go on with.

    Attributes:
        matcher: Follows the answer.
        forbidden: Tokens that the answer may not hold whatever the matcher says.
    """

    matcher: xgrammar.GrammarMatcher
    forbidden: Tensor

    def accept(self, token: int) -> None:
        """Take the token that was written."""
        self.matcher.accept_token(token)

    def is_complete(self) -> bool:
        """Tell whether the answer is whole though no stop token was written."""
        return bool(self.matcher.is_completed())


class Grammars:
    """Compiles each distinct schema and expression once.

    Args:
        tokenizer: Of the model.
        vocabulary: Width of the logits, which may exceed the tokenizer's vocabulary.
        stop_tokens: What ends an answer.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, vocabulary: int, stop_tokens: Sequence[int]) -> None:
        info = xgrammar.TokenizerInfo.from_huggingface(
            tokenizer, vocab_size=vocabulary, stop_token_ids=list(stop_tokens)
        )
        vocabulary_bytes: list[bytes] = info.decoded_vocab
        control = [number for number, token in enumerate(vocabulary_bytes) if any(byte < 0x20 for byte in token)]
        self._nothing, self._control = torch.tensor([], dtype=torch.long), torch.tensor(control, dtype=torch.long)
        self._compiler = xgrammar.GrammarCompiler(info)
        self._compiled = lru_cache(maxsize=256)(self._compile)

    def guide(self, request: Request) -> Guide | None:
        """Return a fresh guide; None for free text.

        Raises:
            ValueError: The schema or expression cannot be compiled.
        """
        if request.json_schema is not None:
            grammar = self._compiled("schema", json.dumps(dict(request.json_schema)))
            # Where a string's length is bounded, xgrammar lets raw control characters through, which JSON forbids.
            return Guide(xgrammar.GrammarMatcher(grammar), self._control)
        if request.regex is not None:
            return Guide(xgrammar.GrammarMatcher(self._compiled("expression", request.regex)), self._nothing)
        return None

    def _compile(self, kind: str, text: str) -> xgrammar.CompiledGrammar:
        try:
            if kind == "expression":
                return self._compiler.compile_regex(text)
            # Free whitespace lets a small model write nothing else until its tokens are used up.
            return self._compiler.compile_json_schema(text, any_whitespace=False)
        except RuntimeError as error:
            raise ValueError(f"the {kind} cannot be compiled: {error}") from error


def mask_logits(logits: Tensor, guides: Sequence[Guide | None]) -> None:
    """Set to minus infinity, in place, what the guide of each row forbids; None forbids nothing."""
    live = {row: guide for row, guide in enumerate(guides) if guide and not guide.matcher.is_terminated()}
    if not live:
        return
    allowed = xgrammar.allocate_token_bitmask(len(guides), logits.shape[-1])
    for row, guide in live.items():
        guide.matcher.fill_next_token_bitmask(allowed, row)
        logits[row, guide.forbidden.to(logits.device)] = -torch.inf
    place = logits if logits.device.type in ("cpu", "cuda") else logits.to("cpu")
    xgrammar.apply_token_bitmask_inplace(place, allowed.to(place.device), indices=list(live))
    if place is not logits:
        logits.copy_(place)
