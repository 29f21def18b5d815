"""An open model that answers batches of requests."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from crabtk.errors import BackendError
from crabtk.inference.chat import ChatTemplate
from crabtk.inference.choices import ChoiceTokens
from crabtk.inference.unanswerable import UnanswerableError
from crabtk.types import Completion, Request
from crabtk_transformers.choices import score
from crabtk_transformers.decoding import Answer, write
from crabtk_transformers.grammars import Grammars
from crabtk_transformers.loading import context_limit, load
from crabtk_transformers.prefill import read_prompts
from crabtk_transformers.sampling import Sampler


class Engine:
    """A loaded model; for the arguments see ``TransformersBackend``."""

    def __init__(
        self,
        *,
        model: str,
        revision: str | None,
        device: str,
        dtype: str,
        threads: int | None,
        max_prompt_tokens: int | None,
        trust_remote_code: bool,
        template_options: dict[str, Any],
    ) -> None:
        self._model: Any
        self._model, self._tokenizer = load(model, revision, device, dtype, trust_remote_code)
        self._prompts = ChatTemplate(self._tokenizer, model, template_options)
        self._positions = context_limit(self._model)
        self._max_prompt_tokens = max_prompt_tokens
        self._known_tokens = max(self._tokenizer.get_vocab().values()) + 1
        self._stop_tokens = self._find_stop_tokens()
        if not self._stop_tokens:
            raise BackendError(f"Nothing ends a turn of {model}: name eos_token_id in its generation_config.json")
        end_of_turn = self._prompts.end_of_turn()
        end = min(self._stop_tokens) if end_of_turn is None else end_of_turn
        self._choices = ChoiceTokens(self._tokenizer, end)
        embeddings = self._model.get_output_embeddings()
        self._grammars = Grammars(self._tokenizer, embeddings.weight.shape[0], sorted(self._stop_tokens))
        # Last, so that a failure above leaves torch as it was.
        self._threads_before = torch.get_num_threads()
        if threads is not None:
            torch.set_num_threads(threads)

    def close(self) -> None:
        """Give back memory and threads."""
        del self._model, self._grammars
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        torch.set_num_threads(self._threads_before)

    @torch.inference_mode()
    def answer(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer each request, same length and order."""
        completions: list[Completion | None] = [None] * len(requests)
        scored: list[_Asked] = []
        written: list[_Asked] = []
        for place, request in enumerate(requests):
            try:
                asked = self._prepare(place, request)
            except UnanswerableError as error:
                completions[place] = Completion(text="", finish_reason="error", error=str(error))
            else:
                (scored if request.choices else written).append(asked)
        for asked, completion in [*self._score(scored), *self._write(written)]:
            completions[asked.place] = completion
        return [completion for completion in completions if completion is not None]

    def _prepare(self, place: int, request: Request) -> _Asked:
        tokens = self._prompts.tokens(request.messages)
        if self._max_prompt_tokens is not None and len(tokens) > self._max_prompt_tokens:
            raise UnanswerableError(
                f"the prompt has {len(tokens)} tokens, more than max_prompt_tokens = {self._max_prompt_tokens}"
            )
        choices = self._choices(request.choices)
        room = None if self._positions is None else self._positions - len(tokens)
        if room is not None and room < max([1, *map(len, choices)]):
            raise UnanswerableError(
                f"the prompt has {len(tokens)} tokens, and the model's {self._positions} positions leave no room "
                "for an answer"
            )
        try:
            guide = self._grammars.guide(request)
        except ValueError as error:
            raise UnanswerableError(str(error)) from error
        most = request.sampling.max_tokens
        answer = Answer(most if room is None else min(most, room), Sampler(request.sampling), guide)
        return _Asked(place, request, tokens, choices, answer)

    def _score(self, asked: list[_Asked]) -> list[tuple[_Asked, Completion]]:
        if not asked:
            return []
        rows, reused = read_prompts(self._model, [one.tokens for one in asked])
        last_tokens = [one.tokens[-1] for one in asked]
        scores = score(rows, last_tokens, [one.choices for one in asked], self._known_tokens)
        return [
            (one, _choice_completion(one, own, cached)) for one, own, cached in zip(asked, scores, reused, strict=True)
        ]

    def _write(self, asked: list[_Asked]) -> list[tuple[_Asked, Completion]]:
        if not asked:
            return []
        rows, reused = read_prompts(self._model, [one.tokens for one in asked])
        last_tokens = [one.tokens[-1] for one in asked]
        write(rows, last_tokens, [one.answer for one in asked], self._stop_tokens, self._known_tokens)
        return [(one, self._written_completion(one, cached)) for one, cached in zip(asked, reused, strict=True)]

    def _written_completion(self, asked: _Asked, cached: int) -> Completion:
        answer = asked.answer
        text = self._tokenizer.decode(answer.tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return Completion(
            text=self._prompts.reply(asked.request, str(text)),
            finish_reason=answer.finish_reason or "length",
            prompt_tokens=len(asked.tokens),
            cached_tokens=cached,
            generated_tokens=len(answer.tokens),
        )

    def _find_stop_tokens(self) -> frozenset[int]:
        """Collect what ends a turn: what the model's and the tokenizer's files say, and what the chat template does.

        The files of a base model, or of one trained with another template, may name the end of a text only.
        """
        generation = getattr(self._model, "generation_config", None)
        named = [getattr(generation, "eos_token_id", None), self._tokenizer.eos_token_id, self._prompts.end_of_turn()]
        flat = [token for one in named for token in (one if isinstance(one, list) else [one])]
        return frozenset(int(token) for token in flat if token is not None)


@dataclass
class _Asked:
    """A request that can be answered; ``place`` is its position in the batch."""

    place: int
    request: Request
    tokens: list[int]
    choices: list[list[int]]
    answer: Answer


def _choice_completion(asked: _Asked, scores: list[float], cached: int) -> Completion:
    logprobs = dict(zip(asked.request.choices, scores, strict=True))
    return Completion(
        text=max(logprobs, key=lambda choice: logprobs[choice]),
        prompt_tokens=len(asked.tokens),
        cached_tokens=cached,
        choice_logprobs=logprobs,
    )
