"""Words by the case of their letters: capitalised, in small letters, in title case."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Sequence
from itertools import filterfalse
from operator import itemgetter

import regex
from typing_extensions import override

from crabtk.constraints.absent import is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.case import AROUND, tokens
from crabtk.constraints.counted import CountedType
from crabtk.constraints.numbers import lower_bound, share, upper_bound
from crabtk.constraints.readings import agreed
from crabtk.constraints.running_text import stretches
from crabtk.constraints.whole_words import in_ascii, whole_words
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_FEWEST_WORDS = 25
_FEWEST_IN_TITLE_CASE = 12
_MOST_CAPITALISED = 30
_SMALL_WORDS = (10, 150)

_TITLE_WORD = regex.compile(r"(?<![\p{L}\p{M}\p{N}'’‐‑-])\p{L}[\p{L}\p{M}'’]*+")
_STAY_SMALL = frozenset(
    {"a", "an", "the", "and", "but", "or", "nor", "for", "yet", "so", "as", "if", "at", "by", "in", "of", "off", "on",
     "out", "per", "to", "up", "via", "from", "into", "like", "near", "onto", "over", "past", "than", "with"}
)  # fmt: skip


_ASCII_JOINT = re.compile("['-](?<=[A-Za-z0-9].)(?=[A-Za-z0-9])")
_LETTERED = bytes(ord("A" if chr(char).isupper() else "a" if chr(char).isalnum() else " ") for char in range(256))
"""Tells in a text of ASCII what is a capital, another letter or digit, or neither."""
_SPACED = bytes(ord("A" if chr(char).isupper() else " " if chr(char).isspace() else "a") for char in range(256))
"""The same, where white space alone divides words."""
_SMALL = string.ascii_lowercase.encode()
_SIGNS = string.punctuation.encode()
_NO_LETTERS = bytes(char for char in range(128) if not chr(char).isspace() and not chr(char).isalpha())


class Capitalised(CountedType):
    """Words that begin with a capital letter, those at the start of a sentence and in all capitals included."""

    name = "case:capitalised"
    wordings = (
        "Words that begin with a capital letter: {relation} {n}.",
        "Use {relation} {n} {n|word|words} with a capital first letter.",
        "Your response must contain {relation.firm} {n} capitalised {n|word|words}, wherever in a sentence they stand.",
        "{relation.limit} number of words beginning with a capital: {n}.",
        "{relation.cap} {n} {n|word|words} should start with a capital letter, acronyms included.",
        "Could you capitalise the first letter of {n} {n|word|words}{relation.tail}, the starts of sentences included?",
        "The number of words whose first letter is a capital {relation.must} {n}.",
        "Counting names, acronyms and the first words of sentences, I want {relation} {n} {n|word|words} to begin with "
        "a capital.",
        "When you have finished, count each word that begins with a capital letter: {n}{relation.tail}, that is "
        "what I want.",
        "There should be {relation.firm} {n} {n|word|words} with an initial capital in the response as a whole.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.part(is_plain):
            return None
        found = self.count(text, {})
        if found > _MOST_CAPITALISED:
            return None
        return agreed((found, *_capitals_by_spaces(text)), rng, most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        raw = text.part(in_ascii)
        if raw is not None:
            return _initial_capitals(raw.encode("ascii").translate(_LETTERED))
        return sum(initial.isupper() or initial.istitle() for initial in map(itemgetter(0), text.words))


class LowercaseWords(CountedType):
    """Words of small letters only, ``don't`` and ``well-known`` being one each; repeated ones count each time."""

    name = "case:lowercase_words"
    wordings = (
        "Words entirely in lower case: {relation} {n}.",
        "Use {relation} {n} {n|word|words} in which every letter is a small one.",
        "Your response must contain {relation.firm} {n} all-lowercase {n|word|words}, repetitions counted.",
        "{relation.limit} number of words without any capital letter, digits aside: {n}.",
        "{relation.cap} {n} {n|word|words} of the response should be written in small letters throughout.",
        "Of words made up of lower-case letters only, could you use {n}{relation.tail}?",
        "The number of words that consist of lower-case letters alone {relation.must} {n}.",
        "Capitals are up to you, but let {relation} {n} {n|word|words} be in lower case from start to end.",
        "When you have finished, count the words that hold nothing but small letters: {n}{relation.tail}, that is "
        "what I want.",
        "In the whole text, lower-case letters alone should make up {relation.firm} {n} {n|word|words}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        low, high = _SMALL_WORDS
        if not text.spaced or not text.part(is_plain):
            return None
        found = self.count(text, {})
        if not low <= found <= high:
            return None
        small = list(filter(str.islower, text.part(stretches)))
        marked = [token.strip(AROUND) for token in filterfalse(str.isalpha, small)]
        alone = len(small) - len(marked) + sum(map(str.isalpha, marked))
        # To some readers the parts of a contraction or compound are words.
        counts = (found, _small_words(text), len(small), alone)
        if not min(counts):
            return None
        if rng.random() < 0.5:
            return {"relation": "at_least", "n": lower_bound(min(counts), rng)}
        with_digits = sum(map(str.islower, text.words))
        return {"relation": "at_most", "n": upper_bound(max(*counts, with_digits), rng)}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        raw = text.part(in_ascii)
        if raw is None:
            return _small(whole_words(text.raw))
        joined, joints = _ASCII_JOINT.subn("", raw)
        return len(text.words) - joints - _not_small(joined)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("lowercase_words", params["relation"], params["n"]),)


class TitleCase(ConstraintType):
    """Every word begins with a capital, save short function words; English.

    Articles, conjunctions and prepositions of up to four letters may stay in lower case, except as the first word.
    Contractions and hyphenated compounds are one word; what begins with a digit is none.
    """

    name = "case:title"
    evaluation_only = True
    wordings = (
        "Write the entire response in title case: capitalise the first letter of every major word.",
        "Your response must be in title case throughout; only articles, conjunctions and prepositions of up to four "
        "letters may begin with a small letter.",
        "Use title case for all major words.",
        "Title case is required from the first line to the last, not just in headings.",
        "Could you put all of the text in title case, with a capital at the start of every major word?",
        "Every major word in the response has to begin with a capital letter, as in a title.",
        "Letter case of the whole response: title case.",
        "Capitalise as one does in titles, everywhere: each word, apart from short words such as a, the, of or and, "
        "starts with a capital.",
        "I like how headlines look, so begin each major word of every sentence with a capital letter.",
        "Set all sentences in title case, as if each of them were the title of a book.",
    )
    examples = (
        "The Old Mill Stands by the River, and Its Wheel Turns Day and Night. Nobody Has Ever Asked Who Built It.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        start = text.words[:_FEWEST_IN_TITLE_CASE]
        # A word of five small letters is a major one: it spares most texts the search.
        if any(len(word) > 4 and word.islower() for word in start) or not text.part(is_plain):
            return None
        if len(text.part(_title_words)) < _FEWEST_IN_TITLE_CASE or text.raw == text.raw.upper():
            return None
        return {} if self.check(text, {}) and text.language == "en" else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        words = text.part(_title_words)
        fit = (not word[0].islower() or (number > 0 and word in _STAY_SMALL) for number, word in enumerate(words))
        return share(sum(fit), len(words))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        of_case = other.type in ("case:lower", "case:upper", "case:lowercase_words")
        foreign = other.type == "language:response" and other.params.get("language") != "en"
        return super().conflicts(params, other) or of_case or foreign

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return all(not word[0].islower() or word in _STAY_SMALL for word in _TITLE_WORD.findall(phrase))


def _capitals_by_spaces(text: ParsedText) -> tuple[int, int]:
    """Count what spaces set apart and has a capital as its first sign, and what has one as its first letter."""
    if text.raw.isascii():
        raw = text.raw.encode("ascii")
        return _initial_capitals(raw.translate(_SPACED, _SIGNS)), _initial_capitals(raw.translate(_SPACED, _NO_LETTERS))
    found = text.part(tokens)
    joined = sum(map(str.isupper, map(itemgetter(0), found)))
    return joined, sum(next(filter(str.isalpha, token), "").isupper() for token in found)


def _initial_capitals(raw: bytes) -> int:
    """Count the words that begin with a capital, each of which is written as A."""
    return raw.count(b" A") + raw.startswith(b"A")


def _small_words(text: ParsedText) -> int:
    """Count the words of small letters only."""
    raw = text.part(in_ascii)
    return _small(text.words) if raw is None else len(text.words) - _not_small(raw)


def _not_small(raw: str) -> int:
    """Count the words of a text of ASCII that hold a capital or a digit."""
    return len(raw.encode("ascii").translate(_LETTERED, _SMALL).split())


def _small(words: Sequence[str]) -> int:
    small = filter(str.islower, words)
    return sum((word.isascii() and word.isalpha()) or not any(map(str.isnumeric, word)) for word in small)


def _title_words(text: ParsedText) -> tuple[str, ...]:
    return tuple(_TITLE_WORD.findall(text.raw))


TYPES: tuple[ConstraintType, ...] = (Capitalised(), LowercaseWords(), TitleCase())
