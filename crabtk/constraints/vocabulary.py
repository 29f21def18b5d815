"""How often words recur and how long they are.

A word is what apostrophes and hyphens hold together (``don't``, ``well-known``) where repetition is concerned.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import COUNTED, CountedType
from crabtk.constraints.numbers import lower_bound, share, upper_bound
from crabtk.constraints.plain_text import signs_beyond, simple
from crabtk.constraints.running_text import stretches
from crabtk.constraints.tokens import joined, readings, spaced, tallies
from crabtk.constraints.word_sets import vocabulary
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

_FEWEST_WORDS = 25
_FEWEST_UNREPEATED = 8
_MOST_REPEATS = 8
_MOST_EXACT = 6
_LONG = range(8, 15)
_MARK = regex.compile(r"\p{M}")
"""An accent or vowel sign of its own, a character to some and none to others; İ in lower case has one."""


class RepeatLimit(ConstraintType):
    """No word occurs more than n times, case ignored."""

    name = "word:repeat_limit"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = (
        "Use no word more than {n} {n|time|times}, letter case ignored.",
        "Your response must not contain any word more often than {n} {n|time|times}, be it capitalised or not.",
        "No single word may occur more than {n} {n|time|times} in the whole text, upper and lower case being the same.",
        "Maximum number of occurrences of any one word, ignoring case: {n}.",
        "Could you vary your vocabulary so that each word occurs {n} {n|time|times} at most, whatever its case?",
        "Every word, however short or common, may be used up to {n} {n|time|times} and no further, case aside.",
        "Once a word has occurred {n} {n|time|times}, do not use it again; case makes no difference.",
        "Repetition limit: {n} {n|use|uses} per word, case ignored.",
        "When you have finished, the most frequent word of the text should have {n} {n|occurrence|occurrences} or "
        "fewer, counted without regard to case.",
        "Monotony tires my readers, so any given word, articles and prepositions included, may appear {n} "
        "{n|time|times} at the most, in capitals or small letters.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        if text.part(_often) > _MOST_REPEATS:
            return None
        most = max(text.part(_most_frequent))
        return {"n": most} if 2 <= most <= _MOST_REPEATS else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        tally = text.part(_tally)
        return share(sum(min(count, int(params["n"])) for count in tally.values()), tally.total())

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        often = other.type == "keyword:frequency" and other.params["relation"] != "at_most"
        impossible = often and other.params["n"] > params["n"] and len(WORD.findall(other.params["keyword"])) == 1
        return super().conflicts(params, other) or impossible or other.type == "word:unique"


class Unique(ConstraintType):
    """No word occurs twice, case ignored."""

    name = "word:unique"
    wordings = (
        "Use no word twice, letter case ignored.",
        "Your response must not repeat any word, whether capitalised or not.",
        "Every word may occur only once in the whole text, short words included and case aside.",
        "All words of the response have to differ from one another, upper and lower case being the same.",
        "Could you write this without ever using the same word again, whatever its case?",
        "Repeated words, ignoring case: none.",
        "Once you have used a word, even an article or a preposition, it is spent: do not use it again, in capitals or "
        "small letters.",
        "Write it so that no word recurs; a capital letter does not make it a different word.",
        "Each word is a coin that can be spent a single time, so let none of them come back, in any letter case.",
        "There must not be a word that appears two or more times when case is disregarded.",
    )
    examples = ("Rain fell all night. By dawn our garden was one shallow, muddy lake.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_UNREPEATED or not text.spaced or text.json is not None:
            return None
        if len(text.part(vocabulary)) < len(text.words):
            return None
        return {} if text.part(_often) == 1 == max(text.part(_most_frequent)) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        tally = text.part(_tally)
        return share(len(tally), tally.total())

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        often = other.type == "keyword:frequency" and other.params["relation"] != "at_most" and other.params["n"] > 1
        return super().conflicts(params, other) or often or other.type == "word:repeat_limit"


class Long(CountedType):
    """How many words have at least so many characters, each counted as often as it occurs.

    An apostrophe or hyphen ends a word; measured so that it holds where it does not.
    """

    name = "word:long"
    fields: ClassVar[Mapping[str, Field]] = {**COUNTED, "characters": Count()}
    wordings = (
        "Use {relation} {n} {n|word|words} of {characters} or more characters, counting repetitions.",
        "Your response must contain {relation.firm} {n} {n|word|words} with a length of {characters} "
        "{characters|character|characters} or more, every occurrence counted.",
        "{relation.limit} number of words that have {characters} or more characters, repeated ones counted each time: "
        "{n}.",
        "{relation.cap} {n} {n|word|words} in the text should run to {characters} {characters|character|characters} or "
        "beyond, repeats included.",
        "Could you use {n} long {n|word|words}{relation.tail}? By long I mean {characters} or more characters, and "
        "repetitions count.",
        "The number of words not shorter than {characters} {characters|character|characters}, each counted as often as "
        "it occurs, {relation.must} {n}.",
        "Long words, that is, words of at least {characters} {characters|character|characters}, repetitions counted: "
        "{relation} {n}.",
        "Let {relation} {n} of your words, counted with repetitions, be {characters} or more characters long.",
        "When it comes to vocabulary, {relation.firm} {n} {n|word|words} should be {characters} or more characters in "
        "length, and a word counts again whenever it recurs.",
        "I am testing a hyphenation program and must know what to expect: {relation} {n} {n|word|words} of no fewer "
        "than {characters} {characters|character|characters}, repetitions counted.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced or text.json is not None:
            return None
        if _MARK.search(text.part(signs_beyond).lower()):
            return None
        fewest = text.part(_fewest)
        choices = [characters for characters, low in fewest.items() if 3 <= low <= len(text.words) // 5]
        if not choices:
            return None
        characters = rng.choice(choices)
        low = fewest[characters]
        if low <= _MOST_EXACT and low == _most(text, characters) and rng.random() < 0.5:
            return {"characters": characters, "relation": "exactly", "n": low}
        if rng.random() < 0.3:
            return {"characters": characters, "relation": "at_most", "n": upper_bound(_most(text, characters), rng)}
        return {"characters": characters, "relation": "at_least", "n": lower_bound(low, rng)}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return _long(text.words, int(params["characters"]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        shorter = other.type == "length:characters_per_word" and other.params["characters"] < params["characters"]
        return super().conflicts(params, other) or (shorter and params["relation"] != "at_most")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        if params["relation"] == "at_most":
            return ()
        return Limit("words", low=params["n"]), Limit("characters", low=params["n"] * params["characters"])


def _tally(text: ParsedText) -> Counter[str]:
    return Counter(text.part(joined))


def _often(text: ParsedText) -> int:
    """Return how often the most frequent of the words occurs, as the widest-spread way divides them."""
    return max(Counter(text.lower_words).values(), default=0)


def _most_frequent(text: ParsedText) -> tuple[int, ...]:
    """Return how often the most frequent word occurs in each way that readers divide words."""
    return tuple(max(tally.values(), default=0) for tally in text.part(tallies))


def _long(words: Iterable[str], characters: int) -> int:
    """Count the words of at least so many characters."""
    return len([word for word in words if len(word) >= characters])


def _fewest(text: ParsedText) -> Mapping[int, int]:
    """Return for each number of characters how many words have at least as many, in the way that finds the fewest.

    That takes only what surely is a word of its own and holds nothing but letters and digits.
    """
    if text.part(simple):
        # Plain words outside code are words in every other way too.
        return _tallied(text.part(spaced), str.isalnum)
    ways = [_tallied(words) for words in (*readings(text), text.part(stretches))]
    ways.append(_tallied(text.part(spaced), WORD.fullmatch))
    return {characters: min(tally[characters] for tally in ways) for characters in _LONG}


def _tallied(words: Iterable[str], counts: Callable[[str], object] = bool) -> Mapping[int, int]:
    """Return for each number of characters how many of the words that count have at least as many."""
    shortest = _LONG[0]
    lengths = sorted(map(len, filter(counts, [word for word in words if len(word) >= shortest])))
    return {characters: len(lengths) - bisect_left(lengths, characters) for characters in _LONG}


def _most(text: ParsedText, characters: int) -> int:
    """Count the words of at least so many characters in the way that finds the most.

    One way takes for words what white space separates in the whole text, addresses and code included.
    """
    # In a simple text, words outside code are words of the whole text too.
    ways = (text.lower_words, text.part(joined)) if text.part(simple) else readings(text)
    return max(_long(words, characters) for words in (*ways, text.part(stretches)))


TYPES: tuple[ConstraintType, ...] = (RepeatLimit(), Unique(), Long())
