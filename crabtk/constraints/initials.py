"""How the first letters of neighbouring words stand to one another.

A word is what apostrophes and hyphens hold together. Measured only in texts whose words every reader tells alike.
"""

from __future__ import annotations

import random
import string
from abc import abstractmethod
from itertools import pairwise

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.tokens import joined, single_reading
from crabtk.text import ParsedText
from crabtk.types import Params

_FEWEST_WORDS = 12
_ALPHABET = string.ascii_lowercase
_SUCCESSIVE = frozenset(map("".join, pairwise(_ALPHABET)))


class _Neighbours(ConstraintType):
    """Every word stands rightly beside the one before it; credit for the share of words that do."""

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        # Other alphabets have an order of their own, and whether é and e are one letter is anybody's guess.
        plain = text.raw.isascii() or all(map(str.isascii, text.words))
        if len(text.words) < _FEWEST_WORDS or not plain:
            return None
        words = text.part(joined)
        # Most texts fail within a few words.
        holds = self._opens(words[0][0]) and all(self._follows(before[0], here[0]) for before, here in pairwise(words))
        return {} if holds and text.part(single_reading) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        initials = [word[0] for word in text.part(joined)]
        if not initials:
            return 0.0
        good = self._opens(initials[0]) + sum(self._follows(before, here) for before, here in pairwise(initials))
        return share(good, len(initials))

    def _opens(self, initial: str) -> bool:
        """Tell whether a text may begin with a word with this first letter."""
        return True

    @abstractmethod
    def _follows(self, before: str, here: str) -> bool:
        """Tell whether a word may begin so after one that begins so, in lower case."""


class Alphabet(_Neighbours):
    """Each word begins with the letter after the one that the word before begins with, a after z, case ignored.

    The first word may begin with any letter from a to z.
    """

    name = "word:alphabet"
    evaluation_only = True
    wordings = (
        "Begin each word with the letter of the alphabet that follows the first letter of the word before, going from "
        "Z back to A.",
        "Each word of your response must start with the next letter of the alphabet; after Z comes A again, and any "
        "letter may come first.",
        "Run through the alphabet with the first letters of your words, starting where you like and returning from Z "
        "to A.",
        "First letters of successive words: successive letters of the alphabet, A following Z.",
        "Could you let the words begin with consecutive letters of the alphabet, starting over at A after Z?",
        "Word by word, the initial has to move on by one letter of the alphabet, and from Z to A.",
        "If a word starts with K, the next has to start with L, and so on through the alphabet for the whole text, "
        "with A after Z.",
        "The initials of the words, read one after another, must spell out the alphabet over and over, from any "
        "letter on.",
        "My daughter is learning the alphabet, so please choose words whose first letters follow it without a gap, "
        "beginning anywhere and looping from Z to A.",
        "Alphabet chain, A after Z: every word begins with the letter next in line.",
    )
    examples = (
        "Only pandas quietly rest, sleeping till unusually violent winds x-ray young zebras around brown cliffs.",
        "A brown cat dozed early; few guests heard its joyful, kind, low meow.",
    )

    @override
    def _opens(self, initial: str) -> bool:
        return initial in _ALPHABET

    @override
    def _follows(self, before: str, here: str) -> bool:
        place = _ALPHABET.find(before)
        return place >= 0 and here == _ALPHABET[(place + 1) % len(_ALPHABET)]


class InitialsDiffer(_Neighbours):
    """No word begins with the same letter as the word before it, case ignored; digits are no letters."""

    name = "word:initials_differ"
    evaluation_only = True
    wordings = (
        "No two consecutive words may begin with the same letter.",
        "Never let a word start with the first letter of the word before it, capital or small.",
        "Neighbouring words must have different first letters throughout, case ignored.",
        "Your response must avoid alliteration between adjacent words: their initials always have to differ.",
        "Adjacent words with the same first letter: none allowed.",
        "Could you make sure that any two words in a row start with different letters?",
        "Any word has to begin with another letter than the word just before it, whatever their case.",
        "Alliteration grates on my ear, so whenever one word follows another, let the two start with different "
        "letters.",
        "Throughout the text, the initial of each word has to differ from that of the next.",
        "When you have used a word, choose the next one from those that do not share its first letter.",
    )
    examples = ("Rain fell all night. The river rose, and by dawn our garden was a shallow lake of brown water.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        # "2 of 21 20" is fine for a reader of letters and not for one of first characters.
        same = any(before[0] == here[0] for before, here in pairwise(text.part(joined)))
        return None if same else super().measure(text, rng)

    @override
    def _follows(self, before: str, here: str) -> bool:
        return before != here or not here.isalpha()


class InitialsNotSuccessive(_Neighbours):
    """No word begins with the letter that follows, in the alphabet, the first letter of the word before it.

    Case is ignored; a does not follow z.
    """

    name = "word:initials_not_successive"
    wordings = (
        "No word may begin with the letter that comes right after the previous word's first letter in the alphabet.",
        "Your response must not contain two words in a row whose first letters are neighbours in the alphabet in that "
        "order, such as B after A.",
        "Never follow a word by one whose initial is next in the alphabet (A then B, B then C, and so on up to Z).",
        "Consecutive words must not start with consecutive letters of the alphabet, in alphabetical order.",
        "Could you see to it that no word starts with the alphabet's next letter after the initial of the word "
        "before it?",
        "If a word starts with S, the one after it must not start with T, and likewise for every other letter that "
        "has a successor in the alphabet.",
        "Word pairs to avoid: any whose initials are a letter and its successor in the alphabet.",
        "After a word with a given initial, skip words that begin with the next letter of the alphabet.",
        "The initials of adjacent words may be anything but a letter of the alphabet followed by the very next one, "
        "whatever their case.",
        "In my cipher, a word that begins one letter further on in the alphabet than the word before marks an error, "
        "so there must not be any.",
    )
    examples = ("Rain fell all night. The river rose, and when dawn came our garden was a shallow lake.",)

    @override
    def _follows(self, before: str, here: str) -> bool:
        return before + here not in _SUCCESSIVE


TYPES: tuple[ConstraintType, ...] = (Alphabet(), InitialsDiffer(), InitialsNotSuccessive())
