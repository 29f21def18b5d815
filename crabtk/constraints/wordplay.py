"""Plays on the form of words: palindromes, vowels, consonant clusters, prime lengths, syllables.

A word is what apostrophes and hyphens hold together. What every word must show is measured only in texts whose
words every reader tells alike.
"""

from __future__ import annotations

import random
import unicodedata
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import COUNTED, CountedType, exact_or_at_least
from crabtk.constraints.numbers import nearness, share
from crabtk.constraints.syllables import syllables
from crabtk.constraints.tokens import bare, joined, readings, single_reading, spaced
from crabtk.constraints.word_sets import vocabulary
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Params
from crabtk.wording import Count, Field

_FEWEST_WORDS = 8
_SHORTEST_PALINDROME = 4
_VOWELS = frozenset("aeiou")
_CLUSTER = regex.compile(r"[b-df-hj-np-tv-z]{2}")


class Palindromes(CountedType):
    """How many different words of at least so many letters read the same backwards, case ignored."""

    name = "word:palindromes"
    fields: ClassVar[Mapping[str, Field]] = {**COUNTED, "characters": Count()}
    wordings = (
        "Use {relation} {n} different {n|palindrome|palindromes}, that is, single words of {characters} or more "
        "letters that read the same backwards, case ignored.",
        "Your response must contain {relation.firm} {n} {n|word|words}, repeats not counted, spelt alike forwards and "
        "backwards in any case and at least {characters} {characters|letter|letters} long.",
        "{relation.limit} number of different one-word palindromes (case ignored, {characters} or more letters): {n}.",
        "{relation.cap} {n} different {n|word|words} of {characters} or more letters should be "
        "{n|a palindrome|palindromes}, capitals aside.",
        "Could you use {n} different {n|palindrome|palindromes}{relation.tail}? I mean single words, {characters} or "
        "more letters each, and case is irrelevant.",
        "The number of different words that equal their own reversal, capitals aside, and are not shorter than "
        "{characters} {characters|letter|letters}, {relation.must} {n}.",
        "One-word palindromes, each different, with {characters} or more letters, case ignored: {relation} {n}.",
        "Let {relation} {n} different {n|word|words} of {characters} or more letters be the same from either end, as "
        "level and noon are, whatever the case.",
        "Palindromes please me, so I will look for single words, {characters} or more letters long, that can be "
        "read backwards (in any case), and expect {relation} {n} different {n|one|ones}.",
        "When every word of {characters} or more letters is turned around, {relation} {n} different {n|word|words} "
        "should come out unchanged but for capitals.",
    )
    examples = (
        "Every civic group near the level crossing took its kayak to the river at noon. The radar showed no rain, so "
        "the crew of the first kayak paddled on, past the civic hall.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS:
            return None
        # A row of one letter (www, xxxx) is no word that a person would count.
        # In ASCII, what surely is a word of its own is one of all the words, and here are fewer to look at.
        words = text.part(vocabulary) if text.raw.isascii() else text.part(spaced)
        sure = {word for word in _palindromes(words, _SHORTEST_PALINDROME) if len(set(word)) > 1}
        sure = sure and sure.intersection(text.part(spaced))
        if not sure:
            return None
        characters = rng.randint(_SHORTEST_PALINDROME, min(max(map(len, sure)), _SHORTEST_PALINDROME + 1))
        low = sum(len(word) >= characters for word in sure)
        params = exact_or_at_least(low, rng)
        agreed = all(len(_palindromes(words, characters)) == low for words in readings(text))
        return {**params, "characters": characters} if agreed or params["relation"] == "at_least" else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(_palindromes(text.part(joined), int(params["characters"])))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return () if params["relation"] == "at_most" else (Limit("words", low=params["n"]),)


class Vowels(ConstraintType):
    """The whole response uses at most n different ones of the vowels a, e, i, o and u; accents and case aside."""

    name = "word:vowels"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = (
        "Use at most {n} different {n|vowel|vowels} out of a, e, i, o and u in the whole text, accents and case aside.",
        "Your response must not contain more than {n} of the vowels a, e, i, o, u, with or without accents, capital or "
        "small.",
        "No more than {n} different {n|vowel|vowels} (of a, e, i, o, u, whatever their accent or case) may occur in "
        "all the words together.",
        "Maximum number of different vowels among a, e, i, o, u, accents and case ignored: {n}.",
        "Could you make do with {n} of the five vowels a, e, i, o and u, or fewer, however accented and capitalised?",
        "Choose words so that the text as a whole gets by on {n} {n|vowel|vowels} or fewer; a, e, i, o and u are the "
        "vowels, and neither accents nor capitals make a new one.",
        "Vowels allowed in the entire response, chosen freely from a, e, i, o, u in any case and with any accent: up "
        "to {n}.",
        "Of the letters a, e, i, o and u, accented or not and in either case, {n} at the most may appear anywhere.",
        "Write under a constraint of the Oulipo kind: all words taken together hold {n} or fewer of a, e, i, o and u, "
        "disregarding accents and case.",
        "There are five vowels (a, e, i, o, u), and I want to find no more than {n} of them in the text, be they "
        "capital, small or accented.",
    )
    examples = ("Seven men let ten red hens enter; they went when the best tents fell.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        used = len(text.part(_vowels))
        if len(text.words) < _FEWEST_WORDS or not 0 < used < len(_VOWELS):
            return None
        # In other scripts there is nothing to give up.
        return {"n": used} if all(map(str.isascii, text.words)) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return nearness(len(text.part(_vowels)), None, int(params["n"])) if text.words else 0.0

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return len(_VOWELS.intersection(_plain(phrase))) <= int(params["n"])


class _EveryWord(ConstraintType):
    """Every word has a property; credit for the share of words that do."""

    evaluation_only = True

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not all(map(self._fits, text.words[:2])) or not text.raw.isascii():
            return None
        return {} if self.check(text, {}) and text.part(single_reading) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        words = text.part(joined)
        return bool(words) and all(map(self._fits, words))

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        words = text.part(joined)
        return share(sum(map(self._fits, words)), len(words))

    @abstractmethod
    def _fits(self, word: str) -> bool:
        """Tell whether a word, in lower case, has the property."""


class ConsonantClusters(_EveryWord):
    """Every word holds two consonants side by side; y is one, and hyphens and apostrophes come between."""

    name = "word:consonant_clusters"
    wordings = (
        "Use only words with two or more consonants in a row; y counts as a consonant.",
        "Every word of your response must contain a consonant cluster, that is, at least two consonants side by side "
        "(y included).",
        "No word may lack a pair of adjacent consonants, y being one of them.",
        "Consonant clusters of two or more letters, y among the consonants: one or more in every word.",
        "Could you choose your words so that each has two neighbouring consonants somewhere? Take y for a consonant.",
        "In each word, at least two consonants have to stand next to each other, and y is to be treated as one.",
        "Words without a cluster of consonants, such as a or over, are off limits from beginning to end; y is a "
        "consonant here.",
        "Let consonants meet in every word you write, two or more in direct succession, with y counted among them.",
        "A tongue twister needs clusters, so there must be two consonants together (y is one) in every word, short "
        "words included.",
        "Each and every word needs at least two successive consonants, counting y.",
    )
    examples = ("Strong winds swept the northern coast, then gentle clouds brought fresh spring showers.",)

    @override
    def _fits(self, word: str) -> bool:
        return _CLUSTER.search(word.lower()) is not None


class PrimeLengths(_EveryWord):
    """Every word has a prime number of letters and digits; apostrophes and hyphens are not counted."""

    name = "word:prime_lengths"
    wordings = (
        "Use only words whose number of letters is prime (two, three, five, seven, eleven and so on), not counting "
        "hyphens and apostrophes.",
        "Every word of your response must have a prime number of characters, apostrophes and hyphens left out.",
        "Word lengths, without hyphens and apostrophes: prime numbers only.",
        "No word may have one, four, six or any other non-prime number of characters, hyphens and apostrophes aside.",
        "Could you restrict yourself to words of prime length? Only letters and digits count towards it.",
        "The length of each word, in letters and digits alone, has to be a prime number.",
        "Count the letters and digits of any word you write: the result must be divisible by nothing but itself and "
        "one, and one itself will not do.",
        "Let all words be two, three, five, seven or another prime number of characters long, apostrophes and hyphens "
        "not included.",
        "My students are to discover the primes in your text, so the number of letters or digits in every word must "
        "be one.",
        "Prime lengths throughout, please, for each word without its hyphens and apostrophes.",
    )
    examples = ("The old man saw his red dog run to us and sleep by the fence.",)

    @override
    def _fits(self, word: str) -> bool:
        return _is_prime(len(bare(word)))


class SyllableParity(ConstraintType):
    """Words with an odd and with an even number of syllables alternate; either kind may come first.

    Counted by ``syllables``.
    """

    name = "word:syllable_parity"
    evaluation_only = True
    wordings = (
        "Alternate words that have an odd number of syllables with words that have an even number.",
        "Your response must switch, from each word to the next, between an odd and an even number of syllables.",
        "After a word with an odd number of syllables comes one with an even number, and the other way round, from "
        "start to end.",
        "Syllables per word: odd and even in turn.",
        "Could you arrange the words so that odd and even syllable counts take turns throughout?",
        "Two neighbouring words must never both have an odd number of syllables, nor both an even number.",
        "Throughout the text, the number of syllables has to change between odd and even with every word.",
        "If one word has one, three or five syllables, the next must have two, four or six, and vice versa, for the "
        "whole response.",
        "The drummer taps once for odd and twice for even as each word's syllables are counted, and I want the two "
        "signals to alternate without exception.",
        "Odd, even, odd, even (or beginning with even): that is how the syllables of successive words must go.",
    )
    examples = ("Cold water flows under dark bridges, past quiet hills into green, windless fields, never fast.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.raw.isascii() or not text.part(single_reading):
            return None
        return {} if text.detected == "en" and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        odd = [syllables(word) % 2 for word in text.part(joined)]
        changes = sum(before != here for before, here in pairwise(odd))
        return share(bool(odd) + changes, len(odd))


def _palindromes(words: Iterable[str], characters: int) -> set[str]:
    """Return the different words of letters alone that read the same backwards."""
    alike = [word for word in words if word[0] == word[-1] and len(word) >= characters]
    return {word for word in alike if word == word[::-1] and word.isalpha()}


def _vowels(text: ParsedText) -> frozenset[str]:
    return _VOWELS.intersection(_plain(text.raw))


def _plain(text: str) -> str:
    """Return a text in lower case, its accents set apart from their letters."""
    return unicodedata.normalize("NFKD", text).lower()


@lru_cache(maxsize=256)
def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


TYPES: tuple[ConstraintType, ...] = (
    Palindromes(),
    Vowels(),
    ConsonantClusters(),
    PrimeLengths(),
    SyllableParity(),
)
