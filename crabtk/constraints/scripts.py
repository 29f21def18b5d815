"""The script that a response is written in."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import ClassVar, NamedTuple

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf

_FEWEST_LETTERS = 40

SCRIPTS: Mapping[str, str] = {
    "latin": "Latin",
    "cyrillic": "Cyrillic",
    "greek": "Greek",
    "arabic": "Arabic",
    "hebrew": "Hebrew",
    "devanagari": "Devanagari",
    "bengali": "Bengali",
    "gujarati": "Gujarati",
    "tamil": "Tamil",
    "telugu": "Telugu",
    "thai": "Thai",
    "hangul": "Korean (Hangul)",
    "han": "Chinese",
    "japanese": "Japanese (kana and kanji)",
}
"""Scripts that can be asked for, as a sentence names them."""

_LETTERS: Mapping[str, str] = {
    **{script: rf"\p{{{script.title()}}}" for script in SCRIPTS},
    "japanese": r"\p{Hiragana}\p{Katakana}\p{Han}",
}
_SCRIPT_OF_LANGUAGE: Mapping[str, str] = {
    **dict.fromkeys(("bg", "ru", "uk"), "cyrillic"),
    **dict.fromkeys(("ar", "fa", "ur"), "arabic"),
    **dict.fromkeys(("hi", "mr", "ne"), "devanagari"),
    "bn": "bengali",
    "el": "greek",
    "gu": "gujarati",
    "he": "hebrew",
    "ja": "japanese",
    "ko": "hangul",
    "ta": "tamil",
    "te": "telugu",
    "th": "thai",
    "zh": "han",
}
_OTHERS = frozenset({"kn", "ml", "pa"})
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")


class _Expressions(NamedTuple):
    own: regex.Pattern[str]
    foreign: regex.Pattern[str]


class Script(ConstraintType):
    """Every letter is of one script, and there is at least one; digits, marks and symbols are free.

    Letters that Unicode shares between scripts, such as the Japanese length mark, count for none. Measured
    for other scripts than the Latin one, which nearly every text keeps to that is written in it.
    """

    name = "language:script"
    fields: ClassVar[Mapping[str, Field]] = {"script": OneOf(SCRIPTS)}
    wordings = (
        "Use letters of the {script} script only.",
        "Permitted letters: those of the {script} script alone.",
        "Your response must not contain a letter of any script but the {script} one.",
        "Write in the {script} script throughout; digits, punctuation and symbols are free, letters of other "
        "scripts are not allowed.",
        "Every letter of the text has to belong to the {script} script.",
        "Could you keep to the {script} script for all letters?",
        "Letters from outside the {script} script are not allowed, not even in names or technical terms.",
        "Transcribe foreign names where need be, so that all letters are of the {script} script.",
        "My font has no letters besides those of the {script} script, so no others may occur.",
        "Stick to one set of letters, that of the {script} script, from beginning to end.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        script = _SCRIPT_OF_LANGUAGE.get(text.detected)
        if script is None:
            return None
        letters = sum(map(str.isalpha, text.raw))
        if letters < _FEWEST_LETTERS or not self.check(text, {"script": script}):
            return None
        own = len(_expressions(script).own.findall(text.raw))
        # A Japanese text without kana would be a Chinese one, and shared letters are for scholars to place.
        doubtful = own != letters - text.raw.count("ー") or (script == "japanese" and not _KANA.search(text.raw))
        return None if doubtful else {"script": script}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        known = _expressions(params["script"])
        return known.own.search(text.raw) is not None and known.foreign.search(text.raw) is None

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        known = _expressions(params["script"])
        own, foreign = len(known.own.findall(text.raw)), len(known.foreign.findall(text.raw))
        return share(own, own + foreign)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or (
            other.type == "language:response" and _script_of(other.params.get("language")) != params["script"]
        )

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return _expressions(params["script"]).foreign.search(phrase) is None


def _script_of(language: object) -> str:
    code = str(language)
    return "other" if code in _OTHERS else _SCRIPT_OF_LANGUAGE.get(code, "latin")


@lru_cache(maxsize=len(SCRIPTS))
def _expressions(script: str) -> _Expressions:
    """Return expressions for a letter of the script and for a letter of another one."""
    letters = _LETTERS[script]
    return _Expressions(
        own=regex.compile(rf"[\p{{L}}&&[{letters}]]", regex.V1),
        foreign=regex.compile(rf"[\p{{L}}--[{letters}\p{{Common}}\p{{Inherited}}]]", regex.V1),
    )


TYPES: tuple[ConstraintType, ...] = (Script(),)
