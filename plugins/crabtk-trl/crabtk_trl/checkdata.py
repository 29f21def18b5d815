"""Checks before training: would the model learn something, and would it learn to stop?"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc  # type: ignore[import-untyped]
from datasets import Dataset
from transformers import GenerationConfig, PreTrainedTokenizerBase

from crabtk.errors import TrainingError
from crabtk_trl.rows import IGNORED
from crabtk_trl.tokenise import Tokenised

_log = logging.getLogger("crabtk_trl")
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over the examples; tokens are those of one pass, after truncation."""

    examples: int
    examples_truncated: int
    examples_dropped: int
    examples_weightless: int
    system_merged: int
    tokens_total: int
    tokens_in_loss: int
    end_of_turn_in_loss: int


def ending_tokens(tokenizer: PreTrainedTokenizerBase, generation: GenerationConfig | None) -> frozenset[int]:
    """Return the tokens at which generation stops: the tokenizer's and those of ``generation_config.json``."""
    configured = generation.eos_token_id if generation else None
    several = configured if isinstance(configured, list) else [configured]
    return frozenset(token for token in (tokenizer.eos_token_id, *several) if token is not None)


def check(
    examples: Sequence[Tokenised],
    tokenizer: PreTrainedTokenizerBase,
    ending: frozenset[int],
    max_length: int,
    context: int | None = None,
) -> Figures:
    """Count, and make sure that every whole example ends, inside the loss, with a token that ends generation.

    Args:
        context: Tokens that the model can take; None where it does not say.
    Raises:
        TrainingError: There is no example, most have no completion within ``max_length``, an example is longer than
            the model's context, or a whole example does not end so.
    """
    if not examples:
        raise TrainingError("There is no example to train on: the file is empty.")
    _check_context(examples, context)
    reaching = [example for example in examples if example.completion]
    dropped = len(examples) - len(reaching)
    if dropped > _MOST * len(examples):
        raise TrainingError(
            f"Of {len(examples)} examples {dropped} have a prompt that leaves no room for a completion within "
            f"{max_length} tokens. Raise training.options.max_length, or look at the examples (composition.max_words "
            "bounds those with demonstrations)."
        )
    kept = [example for example in reaching if example.teaches]
    if not kept:
        raise TrainingError(f"Nothing to learn: each of {len(examples)} examples has the weight 0.")
    whole = [example for example in kept if not example.truncated]
    endless = [example for example in whole if not _ends(example.completion, tokenizer, ending)]
    if endless:
        raise TrainingError(_never_stops(endless, len(whole), tokenizer, ending))
    figures = Figures(
        examples=len(examples),
        examples_truncated=len(kept) - len(whole),
        examples_dropped=dropped,
        examples_weightless=len(reaching) - len(kept),
        system_merged=sum(example.system_merged for example in kept),
        tokens_total=sum(len(example.ids) for example in kept),
        tokens_in_loss=sum(len(example.completion) for example in kept),
        end_of_turn_in_loss=len(whole),
    )
    _warn(figures, max_length)
    return figures


def _warn(figures: Figures, max_length: int) -> None:
    if figures.examples_truncated or figures.examples_dropped:
        _log.warning(
            "max_length %d cuts the end off %d of %d examples and drops %d more",
            max_length, figures.examples_truncated, figures.examples, figures.examples_dropped,
        )  # fmt: skip
    if figures.system_merged:
        _log.warning(
            "the chat template has no place for a system message: in %d examples it opens the first user's message",
            figures.system_merged,
        )


def _check_context(examples: Sequence[Tokenised], context: int | None) -> None:
    beyond = sum(len(example.ids) > context for example in examples) if context else 0
    if beyond:
        raise TrainingError(
            f"The model's context is {context} tokens, and {beyond} of {len(examples)} examples are longer. Set "
            f"training.options.max_length = {context}, or train a model with a longer context."
        )


def _ends(completion: Sequence[int], tokenizer: PreTrainedTokenizerBase, ending: frozenset[int]) -> bool:
    # Templates may add a newline after the token; anything else after it means that it stood in the text.
    last = max((i for i, token in enumerate(completion) if token in ending), default=None)
    return last is not None and not str(tokenizer.decode(list(completion[last + 1 :]))).strip()


def _never_stops(
    endless: Sequence[Tokenised], whole: int, tokenizer: PreTrainedTokenizerBase, ending: frozenset[int]
) -> str:
    tail = tokenizer.decode(list(endless[0].completion[-8:]))
    stops = sorted(str(tokenizer.convert_ids_to_tokens(token)) for token in ending)
    return (
        f"{len(endless)} of {whole} examples do not end with an end-of-turn token inside the loss, so the model would "
        f"not learn to stop. The chat template ends an assistant's turn with {tail!r}; generation stops at "
        f"{stops or 'no token'}. Set eos_token in the model's tokenizer_config.json (and eos_token_id in "
        "generation_config.json) to the token that ends a turn, or add it to the template "
        "(training.options.chat_template)."
    )


def check_labels(prepared: Dataset, tokens_in_loss: int) -> None:
    """Make sure that packing kept the loss on the tokens that were counted.

    Raises:
        TrainingError: It did not: this TRL packs in another way than the versions known to work.
    """
    labels = pc.list_flatten(prepared.with_format("arrow")[:].column("labels"))
    learnt = pc.sum(pc.not_equal(labels, IGNORED)).as_py()
    if learnt != tokens_in_loss:
        raise TrainingError(
            f"TRL would train on {learnt} tokens, but the completions have {tokens_in_loss}. This version of "
            'TRL is not supported: pip install "trl==1.16.0"'
        )
