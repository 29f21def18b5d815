"""How long a response and its words are."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import lower_bound, nearness, round_down, round_up, share, upper_bound
from crabtk.constraints.plain_text import simple
from crabtk.constraints.quoting import demanded
from crabtk.constraints.running_text import stretches, words_in_all
from crabtk.constraints.word_counts import longest_run, runs_over, shapes
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText, words_in
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

_FEWEST_WORDS = 25
_LESSER_LIMITS = frozenset(
    {"length:words_per_sentence", "length:average_sentence", "length:words_per_line", "paragraphs:words"}
)
_COMPOUND = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d'’_‐‑-]*")
_ASCII_COMPOUND = re.compile("[A-Za-z0-9]+(?:['_-]+[A-Za-z0-9]+)*")
"""The same in a text of ASCII, without what may follow the last letter or digit."""
_SIMPLE_COMPOUND = re.compile(r"[^\W_][\w'’‐‑-]*")
"""The same in a simple text."""
_JOINTS = "'_-"
_OF_COMPOUNDS = shapes(lambda sign: sign.isalnum() or sign in _JOINTS)
_HARD_TO_COUNT = regex.compile(r"://|www\.|\p{M}|\\\w")
_PERHAPS_HARD = ("://", "www.", "\\")
"""One of these stands in every simple text that is hard to count; to look for them is quicker than to search."""


class Words(ConstraintType):
    """Number of words, in one of four relations; "about" is within 10 percent.

    Measured so that it holds whether ``don't`` is one word or two.
    """

    name = "length:words"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count(), "low": Count(), "high": Count()}
    wordings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "at_least": (
            "Use at least {words} {words|word|words}.",
            "Your response must contain at least {words} {words|word|words}.",
            "Write no fewer than {words} {words|word|words}.",
            "The answer should be {words} {words|word|words} long or longer.",
            "Could you write {words} {words|word|words} or more?",
            "Minimum length: {words} {words|word|words}.",
            "Please don't stop short: anything under {words} {words|word|words} is too brief for me.",
            "I need this to run to a minimum of {words} {words|word|words}.",
            "Fewer than {words} {words|word|words} will not do.",
            "My teacher sends back whatever falls short of {words} {words|word|words}, so please count first.",
        ),
        "at_most": (
            "Use at most {words} {words|word|words}.",
            "Your response must contain at most {words} {words|word|words}.",
            "Write no more than {words} {words|word|words}.",
            "The answer should be {words} {words|word|words} long or shorter.",
            "Could you keep the whole thing to {words} {words|word|words} or fewer?",
            "Maximum length: {words} {words|word|words}.",
            "I only have room for this much text: {words} {words|word|words}, and not a word more.",
            "Do not exceed {words} {words|word|words}.",
            "More than {words} {words|word|words} will not fit.",
            "The printer cuts off whatever comes after {words} {words|word|words}, so please end there or sooner.",
        ),
        "between": (
            "Use between {low} and {high} words, both included.",
            "Your response must contain at least {low} and at most {high} words.",
            "Write no fewer than {low} and no more than {high} words.",
            "Length: {low} to {high} words.",
            "Could you write something from {low} to {high} words long?",
            "The word count must not fall below {low} or rise above {high}.",
            "I have space for {high} words at most, but please give me {low} at the very least.",
            "No fewer than {low} words, no more than {high}.",
            "Anything from {low} to {high} words will do, ends included, but nothing outside that.",
            "The brief gives {low} words as the minimum and {high} as the maximum, so please respect both.",
        ),
        "about": (
            "Use about {words} {words|word|words}; being off by up to 10 percent is fine.",
            "Your response must be within 10 percent of {words} {words|word|words} in length.",
            "Aim for {words} {words|word|words}, give or take 10 percent.",
            "Length: {words} {words|word|words}, plus or minus 10 percent.",
            "Could you write roughly {words} {words|word|words}, straying from that by no more than 10 percent?",
            "I am after about {words} {words|word|words}, with a tolerance of 10 percent either way.",
            "Target length: {words} {words|word|words}, at most a tenth of that over or under.",
            "Keep the word count near {words}, where 10 percent too many or too few is the furthest you may stray.",
            "The text should come to {words} {words|word|words} or so, and 10 percent off that is still good.",
            "My slot holds some {words} {words|word|words}; being over or under by 10 percent at most does no harm.",
        ),
    }

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        low, high = text.part(words_in_all)
        if low < _FEWEST_WORDS or not text.spaced or text.code_blocks or text.json is not None:
            return None
        about = _near(low, high)
        relation = rng.choice(("at_least", "at_most", "between", "about" if about else "between"))
        if relation == "about":
            return {"relation": relation, "words": about}
        if relation == "between":
            return {
                "relation": relation,
                "low": round_down(low * rng.uniform(0.8, 0.95)),
                "high": round_up(high * rng.uniform(1.05, 1.2)),
            }
        words = lower_bound(low, rng) if relation == "at_least" else upper_bound(high, rng)
        return {"relation": relation, "words": words}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        words = len(text.words)
        if not words:
            return 0.0
        low, high = word_bounds(params)
        return nearness(words, low, high)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        most = word_bounds(params)[1]
        if most is None:
            return super().conflicts(params, other)
        limit = other.params.get("words")
        repeats = other.type in _LESSER_LIMITS and most <= int(limit or 0)
        impossible = other.type == "length:sentences" and other.params["relation"] != "at_most"
        return super().conflicts(params, other) or repeats or (impossible and int(other.params["n"]) > most)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("words", *word_bounds(params))]

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        most = word_bounds(params)[1]
        return most is None or len(words_in(phrase)) <= most


class CharactersPerWord(ConstraintType):
    """The longest word that may be used; a word joined by hyphens or apostrophes counts as one.

    The official recipe of the paper states the longest word's length as the shortest allowed; its prose,
    which is followed here, as the longest.
    """

    name = "length:characters_per_word"
    fields: ClassVar[Mapping[str, Field]] = {"characters": Count()}
    wordings = (
        "Use no word longer than {characters} {characters|character|characters}.",
        "Every word must have at most {characters} {characters|character|characters}, hyphenated words included.",
        "Words of more than {characters} {characters|character|characters} are not allowed.",
        "Is it possible to write this without any word that exceeds {characters} {characters|character|characters}?",
        "Maximum word length: {characters} {characters|character|characters}.",
        "Please choose short words: none may go beyond {characters} {characters|character|characters}.",
        "My readers struggle with long words: keep each to {characters} {characters|character|characters} or fewer.",
        "No single word may have more than {characters} {characters|character|characters}.",
        "Anything over {characters} {characters|character|characters} is too long for a word here, and what hyphens or "
        "apostrophes join is one word.",
        "The longest word of your response may have {characters} {characters|character|characters}, and not one more.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < 2 * _FEWEST_WORDS or not text.spaced:
            return None
        perhaps_hard = any(sign in text.raw for sign in _PERHAPS_HARD) or not text.part(simple)
        if perhaps_hard and _HARD_TO_COUNT.search(text.raw):
            return None
        # Some readers end a word at white space alone, so that "and/or" is one. In ASCII, theirs are the longest.
        longest = longest_run(text.raw) if text.raw.isascii() else max(map(len, text.part(_compounds)))
        longest = max(longest, *(len(_trimmed(token)) for token in _stretches_over(longest, text)), 0)
        return {"characters": longest + rng.randint(0, 1)} if 6 <= longest <= 18 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        if not text.raw.isascii():
            return self.score(text, params) == 1.0
        limit = max(int(params["characters"]), 0)
        runs = runs_over(limit, text.raw, _OF_COMPOUNDS)
        return bool(text.words) and all(len(run.strip(_JOINTS)) <= limit for run in runs)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        words = text.part(_compounds)
        return share(sum(map(int(params["characters"]).__ge__, map(len, words))), len(words))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        too_long = not all(self.allows(phrase, params) for phrase in demanded(other))
        return super().conflicts(params, other) or too_long

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("letters", high=int(params["characters"]), per="words")]

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return all(len(word) <= params["characters"] for word in WORD.findall(phrase))


def word_bounds(params: Params) -> tuple[int | None, int | None]:
    """Return the least and greatest number of words that ``length:words`` allows; None is no bound."""
    relation = params["relation"]
    if relation == "between":
        return int(params["low"]), int(params["high"])
    words = int(params["words"])
    if relation == "about":
        return -(-9 * words // 10), 11 * words // 10
    return (words, None) if relation == "at_least" else (None, words)


def _near(low: int, high: int) -> int | None:
    """Return the round number of which both counts are well within 10 percent, if there is one."""
    step = 10 if high < 150 else 50
    middle = round((low + high) / 2 / step) * step
    return middle if middle and 0.92 * middle <= low and high <= 1.08 * middle else None


def _compounds(text: ParsedText) -> list[str]:
    """Return words with what hyphens, apostrophes and underscores join: the longest reading of a word."""
    if text.raw.isascii():
        return _ASCII_COMPOUND.findall(text.raw)
    compound = _SIMPLE_COMPOUND if text.part(simple) else _COMPOUND
    return [word.rstrip("'’_‐‑-") for word in compound.findall(text.raw)]


def _stretches_over(length: int, text: ParsedText) -> Iterable[str]:
    """Return what white space sets apart and is longer than so many characters."""
    if text.raw.isascii():
        return runs_over(length, text.raw)
    return [stretch for stretch in text.part(stretches) if len(stretch) > length]


def _trimmed(token: str) -> str:
    """Return what stands between white space without the signs at its ends."""
    start, end = 0, len(token)
    while start < end and not token[start].isalnum():
        start += 1
    while start < end and not token[end - 1].isalnum():
        end -= 1
    return token[start:end]


TYPES: tuple[ConstraintType, ...] = (Words(), CharactersPerWord())
