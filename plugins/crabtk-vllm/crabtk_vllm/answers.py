"""A request as what vLLM is asked, and vLLM's outputs as its completion."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vllm import RequestOutput, SamplingParams
from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

from crabtk.inference.chat import ChatTemplate
from crabtk.inference.choices import ChoiceTokens, Prefix, choice_logprobs, next_tokens
from crabtk.inference.unanswerable import UnanswerableError
from crabtk.types import Completion, FinishReason, Request

_LARGEST_SEED = 2**63 - 1
_SCORED_AT_ONCE = 128
"""Tokens whose log-probabilities vLLM reports for one request."""

_REASONS: dict[str | None, FinishReason] = {"stop": "stop", "repetition": "stop", "length": "length"}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the requests to vLLM that together answer a request: prompt tokens and how to go on from them."""

    prompt: list[int]
    params: SamplingParams


@dataclass(slots=True)
class Question:
    """A request on its way through the engine.

    Attributes:
        parts: What vLLM is asked; none where the answer is certain.
        complete: Makes the completion of the outputs, in the order of the parts.
        outputs: Those that are there.
    """

    parts: list[Part]
    complete: Callable[[Sequence[RequestOutput]], Completion]
    outputs: dict[int, RequestOutput] = field(default_factory=dict)

    def completion(self) -> Completion | None:
        """Return the completion, or None while outputs are missing."""
        if len(self.outputs) < len(self.parts):
            return None
        return self.complete([self.outputs[place] for place in range(len(self.parts))])


class Questions:
    """Turns requests into questions to one model.

    Args:
        template: Of the model.
        tokenizer: Of the model.
        positions: Tokens of a prompt and its answer together, at most.
    """

    def __init__(self, template: ChatTemplate, tokenizer: Any, positions: int) -> None:
        self._template = template
        self._positions = positions
        self._end_of_turn = template.end_of_turn()
        end = tokenizer.eos_token_id if self._end_of_turn is None else self._end_of_turn
        self._choices = ChoiceTokens(tokenizer, end)

    def question(self, request: Request) -> Question:
        """Return what vLLM is to be asked.

        Raises:
            UnanswerableError: The model cannot answer the request.
            Exception: Whatever vLLM says against the sampling parameters.
        """
        prompt = self._template.tokens(request.messages)
        return self._scored(request, prompt) if request.choices else self._written(request, prompt)

    def _room(self, prompt: Sequence[int], needed: int) -> int:
        room = self._positions - len(prompt)
        if room < needed:
            raise UnanswerableError(
                f"the prompt has {len(prompt)} tokens, and max_model_len = {self._positions} leaves no room for an "
                f"answer{f' of {needed}' if needed > 1 else ''}"
            )
        return room

    def _written(self, request: Request, prompt: list[int]) -> Question:
        sampling = request.sampling
        params = SamplingParams(
            max_tokens=min(sampling.max_tokens, self._room(prompt, 1)),
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            # vLLM takes -1 for none, and its generators take 64 bits.
            seed=sampling.seed & _LARGEST_SEED,
            stop_token_ids=None if self._end_of_turn is None else [self._end_of_turn],
            structured_outputs=_structure(request),
            output_kind=RequestOutputKind.FINAL_ONLY,
            skip_clone=True,
        )

        def complete(outputs: Sequence[RequestOutput]) -> Completion:
            return _written_completion(request, self._template, outputs)

        return Question([Part(prompt, params)], complete)

    def _scored(self, request: Request, prompt: list[int]) -> Question:
        choices = self._choices(request.choices)
        self._room(prompt, max(map(len, choices)))
        asked: list[tuple[Prefix, list[int]]] = []
        for prefix, tokens in next_tokens(choices).items():
            starts = range(0, len(tokens), _SCORED_AT_ONCE)
            asked.extend((prefix, tokens[start : start + _SCORED_AT_ONCE]) for start in starts)
        parts = [Part([*prompt, *prefix], _scoring(tokens)) for prefix, tokens in asked]

        def complete(outputs: Sequence[RequestOutput]) -> Completion:
            return _scored_completion(request, choices, asked, outputs)

        return Question(parts, complete)


def _structure(request: Request) -> StructuredOutputsParams | None:
    if request.json_schema is not None:
        # As text: the order of properties is the order in which they are written.
        return StructuredOutputsParams(json=json.dumps(dict(request.json_schema)))
    if request.regex is not None:
        return StructuredOutputsParams(regex=request.regex)
    return None


def _scoring(tokens: list[int]) -> SamplingParams:
    return SamplingParams(
        max_tokens=1,
        temperature=0.0,
        logprob_token_ids=tokens,
        detokenize=False,
        output_kind=RequestOutputKind.FINAL_ONLY,
        skip_clone=True,
    )


def _written_completion(request: Request, template: ChatTemplate, outputs: Sequence[RequestOutput]) -> Completion:
    written = outputs[0].outputs[0]
    reason = _REASONS.get(written.finish_reason)
    if reason is None:
        return _failed(written.finish_reason)
    return Completion(text=template.reply(request, written.text), finish_reason=reason, **_usage(outputs))


def _scored_completion(
    request: Request,
    choices: Sequence[Sequence[int]],
    asked: Sequence[tuple[Prefix, list[int]]],
    outputs: Sequence[RequestOutput],
) -> Completion:
    found: dict[Prefix, dict[int, float]] = {}
    for (prefix, tokens), output in zip(asked, outputs, strict=True):
        reported = output.outputs[0].logprobs
        if not reported:
            return _failed(output.outputs[0].finish_reason)
        found.setdefault(prefix, {}).update({token: float(reported[0][token].logprob) for token in tokens})
    logprobs = dict(zip(request.choices, choice_logprobs(choices, found), strict=True))
    text = max(logprobs, key=lambda choice: logprobs[choice])
    return Completion(text=text, choice_logprobs=logprobs, **_usage(outputs))


def _usage(outputs: Sequence[RequestOutput]) -> dict[str, Any]:
    return {
        "prompt_tokens": sum(len(output.prompt_token_ids or ()) for output in outputs),
        "cached_tokens": sum(output.num_cached_tokens or 0 for output in outputs),
        "generated_tokens": sum(len(output.outputs[0].token_ids) for output in outputs),
    }


def _failed(reason: str | None) -> Completion:
    return Completion(
        text="",
        finish_reason="error",
        error=f"vLLM ended the request with {reason!r}: what it wrote to its log says why (a schema or an expression "
        "that cannot be compiled is one reason)",
    )
