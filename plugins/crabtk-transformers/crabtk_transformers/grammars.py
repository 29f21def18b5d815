"""Structured output: which tokens a JSON schema or regular expression allows next, by xgrammar."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import xgrammar
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from crabtk.canonical import canonical_json
from crabtk.types import Request


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
        self._compiler = xgrammar.GrammarCompiler(info)
        self._compiled = lru_cache(maxsize=256)(self._compile)

    def matcher(self, request: Request) -> xgrammar.GrammarMatcher | None:
        """Return a fresh matcher; None for free text.

        Raises:
            ValueError: The schema or expression cannot be compiled.
        """
        if request.json_schema is not None:
            return xgrammar.GrammarMatcher(self._compiled("schema", canonical_json(dict(request.json_schema))))
        if request.regex is not None:
            return xgrammar.GrammarMatcher(self._compiled("expression", request.regex))
        return None

    def _compile(self, kind: str, text: str) -> xgrammar.CompiledGrammar:
        try:
            if kind == "expression":
                return self._compiler.compile_regex(text)
            # Free whitespace lets a small model write nothing else until its tokens are used up.
            return self._compiler.compile_json_schema(text, any_whitespace=False)
        except RuntimeError as error:
            raise ValueError(f"the {kind} cannot be compiled: {error}") from error


def mask_logits(logits: Tensor, matchers: Sequence[xgrammar.GrammarMatcher | None]) -> None:
    """Set to minus infinity, in place, what the matcher of each row forbids; None forbids nothing."""
    live = [row for row, matcher in enumerate(matchers) if matcher is not None and not matcher.is_terminated()]
    if not live:
        return
    allowed = xgrammar.allocate_token_bitmask(len(matchers), logits.shape[-1])
    for row in live:
        matcher = matchers[row]
        assert matcher is not None
        matcher.fill_next_token_bitmask(allowed, row)
    if logits.device.type in ("cpu", "cuda"):
        xgrammar.apply_token_bitmask_inplace(logits, allowed.to(logits.device), indices=live)
        return
    on_cpu = logits.to("cpu")
    xgrammar.apply_token_bitmask_inplace(on_cpu, allowed, indices=live)
    logits.copy_(on_cpu)


def is_complete(matcher: xgrammar.GrammarMatcher | None) -> bool:
    """Tell whether a structured answer is whole though no stop token was written."""
    return matcher is not None and bool(matcher.is_completed())
