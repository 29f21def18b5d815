"""How many characters, letters and different words a response has."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import RELATION, CountedType, at_most
from crabtk.constraints.numbers import lower_bound, nearness, round_down, round_up, upper_bound
from crabtk.constraints.plain_text import signs_beyond
from crabtk.constraints.tokens import spaced_tally
from crabtk.constraints.word_sets import vocabulary
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText, words_in
from crabtk.types import Params
from crabtk.wording import Count, Field
from crabtk.words import beyond_ascii

_LETTERS = regex.compile(r"\p{L}+")
_MARKS = regex.compile(r"[\p{M}\u200c\u200d]")
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_FEWEST_CHARACTERS = 60
_MOST_CHARACTERS = 3000
_MOST_LETTERS = 1500
_FEWEST_DIFFERENT = 20

_ONE_BOUND = (
    "Use {relation} {characters} {characters|character|characters}, spaces and line breaks included.",
    "Your response must be {relation.firm} {characters} {characters|character|characters} long, counting letters, "
    "spaces, line breaks and everything else.",
    "{relation.limit} number of characters, with spaces and line breaks: {characters}.",
    "Could you write {characters} {characters|character|characters}{relation.tail}, with spaces and line breaks "
    "counted?",
    "The total number of characters {relation.must} {characters}; spaces and line breaks count too.",
    "Let the response consist of {relation} {characters} {characters|character|characters}, every space and line break "
    "being one of them.",
    "Character count, spaces and line breaks included: {relation} {characters}.",
    "Make it {relation} {characters} {characters|character|characters}, where each letter, digit, mark, space and line "
    "break is one.",
    "A form will check the length: it expects {relation.firm} {characters} {characters|character|characters}, and it "
    "counts spaces and line breaks as well.",
    "I am going to paste this into a field that counts every character, spaces and line breaks too, and it takes "
    "{relation} {characters}.",
)


def _stated(relation: str) -> tuple[str, ...]:
    """Return the sentences with one bound for a relation."""
    forms = {f"{{{form}}}": field.write(relation) for form, field in RELATION.items()}
    return tuple(_replaced(sentence, forms) for sentence in _ONE_BOUND)


def _replaced(sentence: str, forms: Mapping[str, str]) -> str:
    for slot, words in forms.items():
        sentence = sentence.replace(slot, words)
    return sentence


class Characters(ConstraintType):
    """Number of characters: all of them, spaces and line breaks too; white space around the response is left out."""

    name = "length:characters"
    fields: ClassVar[Mapping[str, Field]] = {"characters": Count(), "low": Count(), "high": Count()}
    wordings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "at_least": _stated("at_least"),
        "at_most": _stated("at_most"),
        "between": (
            "Use between {low} and {high} characters, spaces and line breaks included.",
            "Your response must have at least {low} and at most {high} characters, counting spaces and line breaks.",
            "Length in characters, with spaces and line breaks: {low} to {high}.",
            "Could you stay between {low} and {high} characters, both included, if spaces and line breaks count too?",
            "The number of characters, spaces and line breaks among them, must not fall below {low} or rise above "
            "{high}.",
            "No fewer than {low} and no more than {high} characters, please, with spaces and line breaks counted.",
            "Write something from {low} to {high} characters long; a space or a line break is a character too.",
            "I have room for {high} characters, spaces and line breaks included, and it would look empty with fewer "
            "than {low}.",
            "A text of {low} to {high} characters is what the form accepts, and it counts every space and line break.",
            "Anything from {low} up to {high} characters will do, as long as you count spaces and line breaks as well.",
        ),
    }

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        low, high = text.part(_characters_in_all)
        if not text.words or low < _FEWEST_CHARACTERS or high > _MOST_CHARACTERS or text.code_blocks:
            return None
        relation = rng.choice(("at_least", "at_most", "between"))
        if relation == "between":
            return {
                "relation": relation,
                "low": round_down(low * rng.uniform(0.8, 0.95)),
                "high": round_up(high * rng.uniform(1.05, 1.2)),
            }
        bound = lower_bound(low, rng) if relation == "at_least" else upper_bound(high, rng)
        return {"relation": relation, "characters": bound}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return nearness(len(text.raw.strip()), *_bounds(params)) if text.words else 0.0

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("characters", *_bounds(params))]

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        most = _bounds(params)[1]
        return most is None or len(phrase.strip()) <= most


class Letters(CountedType):
    """Number of letters of any script, capital or small; digits, spaces and punctuation are none."""

    name = "length:letters"
    wordings = (
        "Use {relation} {n} {n|letter|letters} in all; digits, spaces and punctuation do not count.",
        "Your response must contain {relation.firm} {n} {n|letter|letters}, of whatever alphabet.",
        "{relation.limit} number of letters in the whole response: {n}.",
        "Could you write {n} {n|letter|letters}{relation.tail}, leaving digits, spaces and punctuation out of the "
        "count?",
        "The total number of letters {relation.must} {n}.",
        "{relation.cap} {n} {n|letter|letters} should stand in the text, capital and small ones taken together.",
        "Letter count: {relation} {n}.",
        "I pay my sign painter by the letter, not by the digit, space or mark, so I need {relation} {n} of them.",
        "Count only the letters of your response, and there should be {relation} {n}.",
        "When every letter from the first to the last is counted, the sum {relation.must} {n}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        letters = self.count(text, {})
        if not _FEWEST_CHARACTERS <= letters <= _MOST_LETTERS or text.code_blocks:
            return None
        if rng.random() < 0.5:
            return {"relation": "at_least", "n": lower_bound(letters, rng)}
        # Vowel signs are marks to Unicode, and letters to some who read a script that has them.
        marks = len(_MARKS.findall(text.part(signs_beyond)))
        return {"relation": "at_most", "n": upper_bound(letters + marks, rng)}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return _letters(text.raw)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [counted("letters", params["relation"], int(params["n"]))]

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        most = at_most(params)
        return most is None or _letters(phrase) <= most


class UniqueWords(CountedType):
    """Number of different words; capital and small letters make no difference."""

    name = "length:unique_words"
    wordings = (
        "Use {relation} {n} different {n|word|words}, ignoring capitals.",
        "Your response must contain {relation.firm} {n} distinct {n|word|words}; letter case makes no difference.",
        "{relation.limit} number of unique words, letter case ignored: {n}.",
        "Could you draw on a vocabulary of {n} {n|word|words}{relation.tail}, each counted once however often it "
        "occurs and however it is capitalised?",
        "The number of different words, with case disregarded, {relation.must} {n}.",
        "{relation.cap} {n} different {n|word|words} should occur in the response, regardless of capitals.",
        "Vocabulary size, with every word counted once and in either case: {relation} {n}.",
        "I judge the richness of a text by its different words, in whatever case, and yours should have {relation} "
        "{n}.",
        "Counting each word only once, capitalised or not, I want to see {relation} {n}.",
        "If I put your words into lower case and struck out the duplicates, {relation} {n} {n|word|words} should be "
        "left.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.spaced or text.code_blocks or text.json is not None:
            return None
        low, high = text.part(_different_words)
        if low < _FEWEST_DIFFERENT:
            return None
        if rng.random() < 0.7:
            return {"relation": "at_least", "n": lower_bound(low, rng)}
        return {"relation": "at_most", "n": upper_bound(high, rng)}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(vocabulary))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [counted("unique_words", params["relation"], int(params["n"]))]

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        most = at_most(params)
        return most is None or len(set(words_in(phrase.lower()))) <= most


def _bounds(params: Params) -> tuple[int | None, int | None]:
    if params["relation"] == "between":
        return int(params["low"]), int(params["high"])
    characters = int(params["characters"])
    return (characters, None) if params["relation"] == "at_least" else (None, characters)


def _letters(text: str) -> int:
    plain = len(text.encode("ascii", "ignore").translate(None, delete=_NO_LETTERS))
    return plain + sum(map(len, _LETTERS.findall(beyond_ascii(text))))


def _characters_in_all(text: ParsedText) -> tuple[int, int]:
    """Count characters as some see them and as some machines do: without combining marks; in UTF-16, ends included."""
    signs = text.part(signs_beyond)
    beyond = sum(char > "\uffff" for char in signs)
    return len(text.raw.strip()) - beyond - len(_MARKS.findall(signs)), len(text.raw) + beyond


def _different_words(text: ParsedText) -> tuple[int, int]:
    """Count different words as runs of letters and between spaces; numbers are words to some readers only.

    Where there is no code, nothing but the numbers of lists stands outside what ``spaced`` reads.
    """
    numbers = [line.mark[:-1] for line in text.marked_lines if line.kind == "number"]
    ways = text.part(vocabulary), frozenset((*text.part(spaced_tally), *numbers))
    return min(len(words) - len(_numbers(words, text)) for words in ways), max(map(len, ways))


def _numbers(words: Iterable[str], text: ParsedText) -> list[str]:
    """Return the words that begin with a digit, of words in lower case."""
    if text.raw.isascii():
        return [word for word in words if word < "a"]
    return [word for word in words if word[0].isdigit()]


TYPES: tuple[ConstraintType, ...] = (Characters(), Letters(), UniqueWords())
