"""Punctuation marks that a response does without."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.quoting import demanded
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf

_FEWEST_WORDS = 25

MARKS: Mapping[str, str] = {
    "comma": ",，、،",
    "semicolon": ";；؛",
    "colon": ":：",
    "exclamation_mark": "!！¡",
    "question_mark": "?？؟¿",
    "round_bracket": "()（）",
    "double_quotation_mark": '"“”„«»「」『』＂',
    "dash": "—–",
    "ellipsis": "…",
    "ampersand": "&＆",
    "slash": "/／",
}
"""Each mark with the characters that it covers in any script; three full stops are an ellipsis too."""

_PLURALS = {
    "comma": "commas",
    "semicolon": "semicolons",
    "colon": "colons",
    "exclamation_mark": "exclamation marks",
    "question_mark": "question marks",
    "round_bracket": "round brackets",
    "double_quotation_mark": "double quotation marks",
    "dash": "en dashes or em dashes",
    "ellipsis": "ellipses (three dots)",
    "ampersand": "ampersands",
    "slash": "slashes",
}
_OF_JSON = frozenset({"comma", "colon", "double_quotation_mark"})


class Absent(ConstraintType):
    """A mark that the response holds nowhere, code and numbers included.

    The mark is drawn evenly among those that are absent; the official recipe takes the first, which is the
    comma in nearly every case.
    """

    name = "punctuation:absent"
    fields: ClassVar[Mapping[str, Field]] = {"mark": OneOf(_PLURALS)}
    wordings = (
        "Do not use any {mark}.",
        "Your response must not contain any {mark}.",
        "Avoid {mark} throughout.",
        "There should be no {mark} anywhere in the text.",
        "Could you write this without any {mark}?",
        "Forbidden punctuation: {mark}.",
        "My typesetting system rejects {mark}, so please leave them out entirely.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS:
            return None
        absent = [mark for mark in MARKS if not _count(text.raw, mark)]
        return {"mark": rng.choice(absent)} if absent else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and not _count(text.raw, params["mark"])

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1 / (1 + _count(text.raw, params["mark"])) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        mark = params["mark"]
        needed = any(_count(phrase, mark) for phrase in demanded(other))
        needed = needed or (other.type == "start_end:question_end" and mark == "question_mark")
        return super().conflicts(params, other) or needed or (other.type == "json:valid" and mark in _OF_JSON)


def _count(text: str, mark: str) -> int:
    dots = text.count("...") if mark == "ellipsis" else 0
    return dots + sum(map(text.count, MARKS[mark]))


TYPES: tuple[ConstraintType, ...] = (Absent(),)
