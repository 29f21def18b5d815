"""Responses that are JSON."""

from __future__ import annotations

import random

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.paragraph import STRUCTURE
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_OF_PROSE = STRUCTURE | {
    "emphasis:bold",
    "markdown:absent",
    "paragraphs:count",
    "paragraphs:words",
    "length:sentences",
    "length:words_per_sentence",
    "length:sentences_per_paragraph",
}


class ValidJson(ConstraintType):
    """The whole response is one JSON object or list, bare or in a single code fence."""

    name = "json:valid"
    wordings = (
        "Respond with valid JSON only: one object or array, optionally in a code fence.",
        "Your entire response must be a single JSON object or array; a code fence around it is fine.",
        "Give nothing but JSON, in the form of one object or array, fenced or not.",
        "Format of the response: one valid JSON object or array and no other text, save perhaps a code fence.",
        "Could you answer with one JSON object or array and no text around it, except a code fence if you like?",
        "A program will parse your answer as JSON after removing any code fence, so write one object "
        "or array and no more.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if text.json else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return text.json is not None

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in _OF_PROSE


TYPES: tuple[ConstraintType, ...] = (ValidJson(),)
