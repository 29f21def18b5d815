"""Which pairs are trained on, and what is counted of those that are not."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc  # type: ignore[import-untyped]
from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from crabtk.errors import TrainingError
from crabtk_trl.preference_rows import Pair

_log = logging.getLogger("crabtk_trl")


class UnusablePairs(TrainingError):
    """There is no pair, nothing is left of them, or most are too long."""


@dataclass(frozen=True, slots=True)
class PairFigures:
    """Counts over the pairs; tokens are those of one epoch, after truncation.

    Attributes:
        pairs: Rows of the file.
        pairs_long_prompt: Dropped: the prompt is longer than ``max_prompt_length`` or leaves no room for a response.
        pairs_equal: Dropped: the two responses are the same, or the same as far as ``max_length`` lets them be seen.
        pairs_kept: The rest.
        pairs_truncated: Kept, but at least one response loses its end.
        end_of_turn_in_chosen: Kept pairs whose chosen response ends, within ``max_length``, where generation stops.
        system_merged: Kept pairs whose system message went into the first user's: the template has no place for it.
        tokens_prompt: Of the kept pairs' prompts.
        tokens_chosen: Of their chosen responses.
        tokens_rejected: Of their rejected responses.
    """

    pairs: int
    pairs_long_prompt: int
    pairs_equal: int
    pairs_kept: int
    pairs_truncated: int
    end_of_turn_in_chosen: int
    system_merged: int
    tokens_prompt: int
    tokens_chosen: int
    tokens_rejected: int

    @property
    def tokens(self) -> int:
        """Tokens that pass through the model in one epoch: each response with its prompt."""
        return 2 * self.tokens_prompt + self.tokens_chosen + self.tokens_rejected


def check_pairs(
    pairs: Sequence[Pair],
    tokenizer: PreTrainedTokenizerBase,
    ending: frozenset[int],
    max_length: int,
    max_prompt_length: int | None,
    context: int | None = None,
) -> tuple[list[Pair], PairFigures]:
    """Return the pairs to train on with the counts.

    Args:
        ending: Tokens at which generation stops.
        max_length: Tokens of a prompt with one response.
        max_prompt_length: Pairs with a longer prompt are dropped; None has no such limit.
        context: Tokens that the model can take; None where it does not say.
    Raises:
        UnusablePairs: Nothing is left, or most prompts are too long.
        TrainingError: A pair is longer than the context, or a whole chosen response does not end with a token at which
            generation stops: the model would be taught to go on.
    """
    fitting = [pair for pair in pairs if len(pair.prompt) < min(max_length, (max_prompt_length or max_length) + 1)]
    _refuse_long_prompts(len(pairs), len(pairs) - len(fitting), max_length)
    kept = [pair for pair in fitting if len(set(map(tuple, pair.within(max_length)))) == 2]
    if not kept:
        raise UnusablePairs(
            f"Nothing to learn: in all {len(fitting)} pairs the chosen response is the rejected one, or differs from "
            f"it only after {max_length} tokens. Look at the pairs, or raise max_length in the options."
        )
    _check_context(kept, max_length, context)
    endless = [pair for pair in kept if _whole(pair, max_length) and not ends_turn(pair.chosen, tokenizer, ending)]
    if endless:
        raise TrainingError(_never_stops(endless, len(kept), tokenizer, ending))
    return kept, _reported(_figures(pairs, fitting, kept, max_length), max_length)


def _refuse_long_prompts(pairs: int, long: int, max_length: int) -> None:
    if not pairs:
        raise UnusablePairs("There are no pairs: the file is empty. The ledger of the preferences tells why.")
    if 2 * long > pairs:
        raise UnusablePairs(
            f"The prompts of {long} of {pairs} pairs are longer than max_prompt_length, or leave no room for a "
            f"response within max_length = {max_length} tokens. Raise them in the options, up to the model's context, "
            "or make shorter prompts."
        )


def _check_context(pairs: Sequence[Pair], max_length: int, context: int | None) -> None:
    lengths = [len(pair.prompt) + max(map(len, pair.within(max_length))) for pair in pairs]
    beyond = sum(length > context for length in lengths) if context else 0
    if beyond:
        raise TrainingError(
            f"The model's context is {context} tokens, and {beyond} of {len(pairs)} pairs are longer. Set max_length = "
            f"{context} in the options, or train a model with a longer context."
        )


def _whole(pair: Pair, max_length: int) -> bool:
    return len(pair.prompt) + len(pair.chosen) <= max_length


def _figures(pairs: Sequence[Pair], fitting: Sequence[Pair], kept: Sequence[Pair], max_length: int) -> PairFigures:
    seen = [pair.within(max_length) for pair in kept]
    cut = (
        (len(chosen), len(rejected)) != (len(pair.chosen), len(pair.rejected))
        for pair, (chosen, rejected) in zip(kept, seen, strict=True)
    )
    return PairFigures(
        pairs=len(pairs),
        pairs_long_prompt=len(pairs) - len(fitting),
        pairs_equal=len(fitting) - len(kept),
        pairs_kept=len(kept),
        pairs_truncated=sum(cut),
        end_of_turn_in_chosen=sum(_whole(pair, max_length) for pair in kept),
        system_merged=sum(pair.system_merged for pair in kept),
        tokens_prompt=sum(len(pair.prompt) for pair in kept),
        tokens_chosen=sum(len(chosen) for chosen, _ in seen),
        tokens_rejected=sum(len(rejected) for _, rejected in seen),
    )


def _reported(figures: PairFigures, max_length: int) -> PairFigures:
    if figures.system_merged:
        _log.warning(
            "the chat template has no place for a system message: in %d pairs it opens the first user's message",
            figures.system_merged,
        )
    if figures.pairs_long_prompt or figures.pairs_equal or figures.pairs_truncated:
        _log.warning(
            "of %d pairs, %d are dropped for their prompts, %d for equal responses; max_length %d cuts the end off %d",
            figures.pairs, figures.pairs_long_prompt, figures.pairs_equal, max_length, figures.pairs_truncated,
        )  # fmt: skip
    return figures


def ends_turn(response: Sequence[int], tokenizer: PreTrainedTokenizerBase, ending: frozenset[int]) -> bool:
    """Tell whether a response's last word is a token at which generation stops; templates may add a newline after."""
    last = max((i for i, token in enumerate(response) if token in ending), default=None)
    return last is not None and not str(tokenizer.decode(list(response[last + 1 :]))).strip()


def _never_stops(endless: Sequence[Pair], kept: int, tokenizer: PreTrainedTokenizerBase, ending: frozenset[int]) -> str:
    tail = tokenizer.decode(list(endless[0].chosen[-8:]))
    stops = sorted(str(tokenizer.convert_ids_to_tokens(token)) for token in ending)
    return (
        f"{len(endless)} of {kept} chosen responses do not end with an end-of-turn token, so the model would learn to "
        f"go on. The chat template ends an assistant's turn with {tail!r}; generation stops at {stops or 'no token'}. "
        "Set eos_token in the model's tokenizer_config.json (and eos_token_id in generation_config.json) to the token "
        "that ends a turn, or add it to the template."
    )


def check_prepared(prepared: Dataset, figures: PairFigures, max_length: int) -> None:
    """Make sure that TRL's own tokenisation of the pairs is the one that was counted.

    Raises:
        TrainingError: It is not: this TRL treats pairs in another way than the versions known to work.
    """
    columns = [prepared.with_format("arrow")[:].column(f"{name}_ids") for name in ("prompt", "chosen", "rejected")]
    prompt, chosen, rejected = (pc.list_value_length(column) for column in columns)
    room = pc.subtract(max_length, prompt)
    trained = [pc.sum(prompt), *(pc.sum(pc.min_element_wise(response, room)) for response in (chosen, rejected))]
    if [total.as_py() for total in trained] != [figures.tokens_prompt, figures.tokens_chosen, figures.tokens_rejected]:
        raise TrainingError(
            f"TRL would train on {[total.as_py() for total in trained]} tokens of prompts, chosen and rejected "
            f"responses; the pairs have {[figures.tokens_prompt, figures.tokens_chosen, figures.tokens_rejected]}. "
            'This version of TRL is not supported: pip install "trl==1.16.0"'
        )
