"""Words of another script at regular places."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Params
from crabtk.wording import Count, Field, OneOf

_SCRIPTS = {
    "japanese": (r"[\p{Hiragana}\p{Katakana}\p{Han}ー]", "Japanese characters (kana or kanji)"),
    "chinese": (r"\p{Han}", "Chinese characters"),
    "korean": (r"\p{Hangul}", "Korean characters (Hangul)"),
    "cyrillic": (r"\p{Cyrillic}", "Cyrillic letters"),
    "greek": (r"\p{Greek}", "Greek letters"),
}
_CHARACTER = {script: regex.compile(pattern) for script, (pattern, _) in _SCRIPTS.items()}
_FEWEST_WORDS = 4
_INTERVALS = range(2, 8)


class LanguageEvery(ConstraintType):
    """Every n-th of the stretches between white space that hold a letter or digit holds a character of a script.

    There must be at least n of them. The other words may hold such characters too.
    """

    name = "word:language_every"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {
        "n": Count(),
        "script": OneOf({script: words for script, (_, words) in _SCRIPTS.items()}),
    }
    wordings = (
        "At every multiple of {n}, counting words between spaces from the start, put a word in {script}; reach the "
        "first multiple at least.",
        "Your response must be at least {n} {n|word|words} long, and each word whose number is a multiple of {n} must "
        "contain {script}, words being what spaces separate.",
        "Number the words (whatever stands between spaces): those divisible by {n}, of which there must be one or "
        "more, have to be written with {script}.",
        "All words whose number {n} divides, one or more, split at spaces: {script}.",
        "Could you use {script} in the word numbered {n} and from there in every word whose number {n} divides? Spaces "
        "separate words.",
        "With words told apart by spaces and numbered from 1, any multiple of {n} has to be a word with {script}, and "
        "the text must run to the first of them.",
        "Words with {script}: all whose number, as counted between spaces, is divisible by {n}, and there has to be "
        "such a word.",
        "From the start of a text of {n} or more words, spaces separating them, let each word that completes a group "
        "of {n} hold {script}.",
        "My flash cards show words in groups of {n}, split at spaces, and the last of each full group, one group being "
        "the minimum, must contain {script}.",
        "Keep this rhythm without fail: after {n} {n|word|words}, told apart by spaces, the one you have just written "
        "contains {script}, and so on by steps of {n}.",
    )
    examples = ("I drink お茶 each morning 朝, then walk 公園 with my 犬 until it 雨 again.",)
    example_params = ({"n": 3, "script": "korean"},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or text.raw.isascii():
            return None
        scripts = [script for script, character in _CHARACTER.items() if character.search(text.raw)]
        for script in scripts:
            inside = self._inside(text, script)
            # Where each word is in the script, or hardly any, there is no rhythm to ask for.
            if not 0 < 2 * sum(inside) <= len(inside):
                continue
            for n in _INTERVALS:
                places = inside[n - 1 :: n]
                if len(places) > 1 and all(places) and sum(inside) == len(places):
                    return {"n": n, "script": script}
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        n = int(params["n"])
        places = self._inside(text, params["script"])[n - 1 :: n] if n > 0 else []
        return share(sum(places), len(places))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("words", low=params["n"]),)

    def _inside(self, text: ParsedText, script: str) -> list[bool]:
        """Tell for each word whether it holds a character of the script."""
        character = _CHARACTER[script]
        return [character.search(token) is not None for token in text.part(_tokens)]


def _tokens(text: ParsedText) -> tuple[str, ...]:
    return tuple(token for token in text.raw.split() if WORD.search(token))


TYPES: tuple[ConstraintType, ...] = (LanguageEvery(),)
