"""Letter case of the whole response, and words in capitals."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import RELATION, CountedType, at_least
from crabtk.constraints.numbers import share
from crabtk.constraints.quoting import demanded
from crabtk.constraints.running_text import stretches
from crabtk.quantities import Limit, counted
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params

_FEWEST_WORDS = 50
_FEWEST_IN_ONE_CASE = 10
_CAPITAL = regex.compile(r"[\p{Lu}\p{Lt}]")
_SMALL = regex.compile(r"\p{Ll}")
_CASELESS = regex.compile(r"\p{Lo}")
# "U.S.", "R&D" and "AC/DC" are one word to some, and to others two or none.
_SPLIT_ACRONYM = regex.compile(r"(?<!\p{L})\p{Lu}+[.'’&/‐‑-]\p{Lu}")
_JOINTS = bytes(ord("A" if chr(char).isupper() else "." if chr(char) in ".'&/-" else " ") for char in range(256))
"""Shows in a text of ASCII what is beside the joints of such words."""
_LETTERS = bytes(ord("A" if chr(char).isupper() else " " if chr(char).isspace() else "a") for char in range(256))
_SIGNS = bytes(char for char in range(128) if not chr(char).isspace() and not chr(char).isalpha())
AROUND = "".join(map(chr, range(33, 48))) + ":;<=>?@[\\]^_`{|}~“”‘’„«»…—–•"
_OF_CASE = frozenset({"case:lower", "case:upper", "case:title", "case:capitalised"})


def _stated(sentence: str, relation: str) -> str:
    """Write a relation into a sentence, where the sentences of one type differ by relation."""
    for form, field in RELATION.items():
        sentence = sentence.replace(f"{{{form}}}", field.write(relation))
    return sentence


_ALL_CAPITALS = (
    "All-capital words, single letters aside: {relation} {n}.",
    "Write {relation} {n} {n|word|words} of two or more letters entirely in capital letters.",
    "Your response must contain {relation.firm} {n} {n|word|words} in all capitals (acronyms count, single letters "
    "do not).",
    "Put {relation.firm} {n} {n|word|words} of two letters or more in full capitals.",
    "{relation.limit} number of all-capital words, not counting single letters: {n}.",
    "Could you use all capitals for {n} {n|word|words}{relation.tail}, leaving aside single letters?",
    "For emphasis or as acronyms, I expect {relation} {n} {n|word|words} of two letters or longer to be all in "
    "capitals.",
    "{relation.cap} {n} {n|word|words} should be in capitals from the first letter to the last, where a single "
    "letter is no word.",
    "The number of words in all capitals, acronyms included and single letters not, {relation.must} {n}.",
    "When you are done, count the words of two or more letters in all capitals: {n}{relation.tail}, that is what I "
    "want.",
    "Throughout the text, there should be {relation} {n} {n|word|words} in capitals only, single letters not counted.",
)


class Capitals(CountedType):
    """Words of two or more letters written in capitals throughout, acronyms included."""

    name = "case:capitals"
    wordings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "at_least": tuple(_stated(sentence, "at_least") for sentence in _ALL_CAPITALS),
        "exactly": tuple(_stated(sentence, "exactly") for sentence in _ALL_CAPITALS),
        "at_most": tuple(_stated(sentence, "at_most") for sentence in _ALL_CAPITALS),
        "none": (
            "No all-capital words except single letters.",
            "Do not write any word of two or more letters entirely in capital letters.",
            "Your response must not contain a word in all capitals (acronyms count, single letters do not).",
            "Put no word of two letters or more in full capitals.",
            "All-capital words are not allowed, acronyms included; only single letters are exempt.",
            "Could you avoid words in all capitals, acronyms included, apart from single letters?",
            "Shouting puts readers off, so no word of two letters or longer may be all in capitals, "
            "not even an acronym.",
            "Avoid full capitals in words of two or more letters, and that goes for acronyms as well.",
            "Words in all capitals, single letters aside: none.",
            "Spell acronyms out, since no word of two or more letters may be written in capitals throughout.",
            "Not a single word in all capitals may occur, unless it is just one letter long.",
        ),
    }

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not any(map(str.islower, text.words)) or text.code_blocks:
            return None
        # Whether AI in AI-based is a word, readers settle in their own ways.
        split = _split_acronyms(text.raw)
        if not _may_hold_capitals(text.raw):
            return None if split else {"relation": "none"}
        capitals = [token.strip(AROUND) for token in filter(str.isupper, text.part(stretches))]
        counts = (self.count(text, {}), _capitals_among(capitals))
        if not any(counts):
            return None if split else {"relation": "none"}
        # CO2 has a sign that is no capital letter, and so has an acronym with a Korean particle behind it.
        plain = sum(len(token) > 1 and all(map(str.isupper, token)) for token in capitals)
        count = min(min(counts) - split, plain)
        return at_least(count, rng) if count >= 3 else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return _capitals_among(text.words)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if params["relation"] != "none":
            return super().score(text, params)
        return share(len(text.words) - self.count(text, params), len(text.words))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        shouted = any(_all_capitals(word) for phrase in _exact(other) for word in WORD.findall(phrase))
        return super().conflicts(params, other) or (params["relation"] == "none" and shouted)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        if params["relation"] == "none":
            return (Limit("all_capital_words", high=0),)
        return (counted("all_capital_words", params["relation"], params["n"]),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return params["relation"] != "none" or not any(map(_all_capitals, WORD.findall(phrase)))


class Lower(ConstraintType):
    """No capital letter anywhere."""

    name = "case:lower"
    wordings = (
        "Write everything in lower case.",
        "Your response must not contain any capital letter.",
        "Use small letters only, even at the start of sentences and in names.",
        "No capital letters, please, anywhere in the response.",
        "All letters have to be lower-case letters.",
        "Could you leave your shift key alone and write the whole response in lower case?",
        "Capital letters are forbidden throughout, names and acronyms included.",
        "Letter case of the entire response: lower.",
        "For the look of a casual message, keep every single letter in lower case, whatever the rules of spelling say.",
        "From the first character to the last, there must be no capital letter.",
        "Do not capitalise anything.",
    )
    examples = ("the sea was calm, and mara rowed home with nets full of herring before the rain came.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if text.raw != text.raw.lower():
            return None
        # Letters that have no case are not in lower case to some.
        sure = sum(map(str.islower, text.words)) >= _FEWEST_IN_ONE_CASE and not _CASELESS.search(text.raw)
        return {} if sure and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and not _CAPITAL.search(text.raw)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return _share_without(_CAPITAL, text)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        exactly = any(_CAPITAL.search(phrase) for phrase in _exact(other))
        return super().conflicts(params, other) or other.type in _OF_CASE or exactly

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("all_capital_words", high=0),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _CAPITAL.search(phrase)


class Upper(ConstraintType):
    """No small letter anywhere."""

    name = "case:upper"
    wordings = (
        "Write everything in capital letters.",
        "Your response must not contain any lower-case letter.",
        "Use capitals only.",
        "No small letters, please, anywhere in the response.",
        "All letters have to be upper-case letters.",
        "Could you turn on caps lock and write the whole response in upper case?",
        "Lower-case letters are forbidden throughout.",
        "Letter case of the entire response: upper.",
        "For a sign that must be read from afar, set every single letter as a capital, in long words and short ones "
        "alike.",
        "From the first character to the last, there must be no letter in lower case.",
        "Capitalise every letter of every word.",
    )
    examples = ("THE SEA WAS CALM, AND MARA ROWED HOME WITH NETS FULL OF HERRING BEFORE THE RAIN CAME.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if text.raw != text.raw.upper():
            return None
        sure = sum(map(str.isupper, text.words)) >= _FEWEST_IN_ONE_CASE and not _CASELESS.search(text.raw)
        return {} if sure and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and not _SMALL.search(text.raw)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return _share_without(_SMALL, text)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        exactly = any(_SMALL.search(phrase) for phrase in _exact(other))
        of_case = other.type in _OF_CASE or (other.type == Capitals.name and other.params.get("relation") == "none")
        return super().conflicts(params, other) or of_case or exactly

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("lowercase_words", high=0),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _SMALL.search(phrase)


def _share_without(letter: regex.Pattern[str], text: ParsedText) -> float:
    """Return the share of words without such a letter, or half credit where it stands in no word."""
    if not text.words:
        return 0.0
    if not letter.search(text.raw):
        return 1.0
    clean = sum(not letter.search(word) for word in text.words)
    return share(clean, len(text.words) + (clean == len(text.words)))


def tokens(text: ParsedText) -> tuple[str, ...]:
    """Return what stands between white space, without the marks around it: words as many count them.

    For ``ParsedText.part``.
    """
    return tuple(filter(None, (token.strip(AROUND) for token in text.part(stretches))))


def _split_acronyms(raw: str) -> int:
    """Count the acronyms that are one word to some; most texts hold none, which what is beside a joint tells."""
    if raw.isascii() and b"A.A" not in raw.encode("ascii").translate(_JOINTS):
        return 0
    return len(_SPLIT_ACRONYM.findall(raw))


def _may_hold_capitals(raw: str) -> bool:
    """Tell whether two capitals stand beside each other, be it with signs or digits between them."""
    return not raw.isascii() or b"AA" in raw.encode("ascii").translate(_LETTERS, _SIGNS)


def _all_capitals(word: str) -> bool:
    return word.isupper() and sum(map(str.isalpha, word)) > 1


def _capitals_among(words: Sequence[str]) -> int:
    return sum(map(_all_capitals, filter(str.isupper, words)))


def _exact(other: Constraint) -> tuple[str, ...]:
    """Return phrases that are demanded letter by letter; keywords may be written in any case."""
    return demanded(other) if other.type.startswith("start_end:") else ()


TYPES: tuple[ConstraintType, ...] = (Capitals(), Lower(), Upper())
