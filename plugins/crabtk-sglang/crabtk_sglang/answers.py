"""A request as what SGLang is asked, and SGLang's outputs as its completion."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crabtk.inference.chat import ChatTemplate
from crabtk.inference.choices import ChoiceTokens, Prefix, choice_logprobs, next_tokens
from crabtk.inference.unanswerable import UnanswerableError
from crabtk.types import Completion, FinishReason, Request

_LARGEST_SEED = 2**63 - 1
_SMALLEST_LOGPROB = -1e9
"""Stands for that of a probability which is too small for a float."""

_DEEPEST = 100
"""Groups of an expression inside each other: compiling some thousands would hang the engine."""

_BRACKETS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", re.DOTALL)
"""Opening and closing brackets of groups, and, so that theirs do not count, escapes and sets."""

_REASONS: dict[str, FinishReason] = {"stop": "stop", "length": "length"}

Output = Mapping[str, Any]
"""What SGLang returns for one request: ``text`` and ``meta_info``."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long prompts and answers may be, in tokens.

    Attributes:
        context: A prompt and its answer together, at most.
        prompt: A prompt, at most: SGLang keeps some of the context free, and its memory may hold less.
    """

    context: int
    prompt: int


@dataclass(frozen=True, slots=True)
class Part:
    """One of the requests to SGLang that together answer a request.

    Attributes:
        prompt: Tokens.
        sampling: SGLang's sampling parameters.
        scored: Tokens whose log-probabilities after the prompt are asked for.
    """

    prompt: list[int]
    sampling: dict[str, Any]
    scored: list[int] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What SGLang is asked for a request, and how its outputs, in the order of the parts, make the completion."""

    parts: list[Part]
    complete: Callable[[Sequence[Output]], Completion]


class Questions:
    """Turns requests into questions to one model.

    Args:
        template: Of the model.
        tokenizer: Of the model.
        limits: Of the engine.
    """

    def __init__(self, template: ChatTemplate, tokenizer: Any, limits: Limits) -> None:
        self._template = template
        self._limits = limits
        self._end_of_turn = template.end_of_turn()
        end = tokenizer.eos_token_id if self._end_of_turn is None else self._end_of_turn
        self._choices = ChoiceTokens(tokenizer, end)

    def question(self, request: Request) -> Question:
        """Return what SGLang is to be asked.

        Raises:
            UnanswerableError: The model cannot answer the request.
        """
        prompt = self._template.tokens(request.messages)
        return self._scored(request, prompt) if request.choices else self._written(request, prompt)

    def _check_length(self, prompt: Sequence[int], begun: int) -> None:
        """Refuse a prompt that SGLang cannot go on from after ``begun`` tokens of its answer."""
        if len(prompt) + begun > self._limits.prompt:
            rest = f", with {begun} more of the longest choice" if begun else ""
            raise UnanswerableError(
                f"the prompt has {len(prompt)} tokens{rest}, and this engine takes {self._limits.prompt} "
                f"(context_length = {self._limits.context})"
            )

    def _written(self, request: Request, prompt: list[int]) -> Question:
        self._check_length(prompt, 0)
        sampling = request.sampling
        if sampling.max_tokens < 1:
            raise UnanswerableError(f"max_tokens must be at least 1, not {sampling.max_tokens}")
        asked = {
            "max_new_tokens": min(sampling.max_tokens, self._limits.context - len(prompt)),
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "sampling_seed": sampling.seed & _LARGEST_SEED,
            **_structure(request),
        }
        if self._end_of_turn is not None:
            asked["stop_token_ids"] = [self._end_of_turn]

        def complete(outputs: Sequence[Output]) -> Completion:
            return _written_completion(request, self._template, outputs)

        return Question([Part(prompt, asked)], complete)

    def _scored(self, request: Request, prompt: list[int]) -> Question:
        choices = self._choices(request.choices)
        self._check_length(prompt, max(map(len, choices)) - 1)
        asked = next_tokens(choices)
        one = {"max_new_tokens": 1, "temperature": 0.0}
        parts = [Part([*prompt, *prefix], one, tokens) for prefix, tokens in asked.items()]

        def complete(outputs: Sequence[Output]) -> Completion:
            return _scored_completion(request, choices, list(asked), outputs)

        return Question(parts, complete)


def _structure(request: Request) -> dict[str, str]:
    if request.json_schema is not None:
        # As text: the order of properties is the order in which they are written.
        return {"json_schema": json.dumps(dict(request.json_schema))}
    if request.regex is not None:
        if not request.regex:
            raise UnanswerableError("an empty expression leaves nothing to write, and SGLang would ignore it")
        depth = _depth(request.regex)
        if depth > _DEEPEST:
            raise UnanswerableError(f"the expression has {depth} groups inside each other; {_DEEPEST} is the limit")
        return {"regex": request.regex}
    return {}


def _depth(regex: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(regex):
        if bracket in ("(", ")"):
            depth += 1 if bracket == "(" else -1
            deepest = max(deepest, depth)
    return deepest


def _written_completion(request: Request, template: ChatTemplate, outputs: Sequence[Output]) -> Completion:
    ended = outputs[0]["meta_info"]["finish_reason"]
    reason = _REASONS.get(ended["type"])
    if reason is None:
        return _failed(ended)
    return Completion(text=template.reply(request, outputs[0]["text"]), finish_reason=reason, **_usage(outputs))


def _scored_completion(
    request: Request, choices: Sequence[Sequence[int]], prefixes: Sequence[Prefix], outputs: Sequence[Output]
) -> Completion:
    found: dict[Prefix, dict[int, float]] = {}
    for prefix, output in zip(prefixes, outputs, strict=True):
        reported = output["meta_info"].get("output_token_ids_logprobs")
        if not reported:
            return _failed(output["meta_info"]["finish_reason"])
        found[prefix] = {token: max(value, _SMALLEST_LOGPROB) for value, token, _ in reported[0]}
    logprobs = dict(zip(request.choices, choice_logprobs(choices, found), strict=True))
    text = max(logprobs, key=lambda choice: logprobs[choice])
    return Completion(text=text, choice_logprobs=logprobs, **_usage(outputs))


def _usage(outputs: Sequence[Output]) -> dict[str, Any]:
    told = [output["meta_info"] for output in outputs]
    return {
        "prompt_tokens": sum(meta["prompt_tokens"] for meta in told),
        "cached_tokens": sum(meta["cached_tokens"] for meta in told),
        "generated_tokens": sum(meta["completion_tokens"] for meta in told),
    }


def _failed(reason: Mapping[str, Any]) -> Completion:
    said = reason.get("message") or f"it ended with {reason.get('type')!r}"
    return Completion(text="", finish_reason="error", error=f"SGLang did not answer the request: {said}")
