"""Patterns that run from one sentence to the next."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from string import ascii_lowercase
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.sentence_words import plain_sentences, word_ends, word_starts
from crabtk.constraints.whole_words import WHOLE_WORD, fold
from crabtk.quantities import Limit, counted
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

_FEWEST_SENTENCES = 3
_PLAIN_RUN = 4


class Chain(ConstraintType):
    """Each sentence begins with the last word of the sentence before it, letter case and marks aside."""

    name = "sentence:chain"
    evaluation_only = True
    wordings = (
        "Begin each sentence with the last word of the sentence before it; write several sentences.",
        "Chain your sentences, of which there must be several: the last word of one is the first word of the next.",
        "The word that ends a sentence must begin the next sentence, in a response of more than one sentence.",
        "Every sentence but the first should take the previous sentence's last word for its first, and there "
        "should be at least two.",
        "Sentence links, for two sentences or more: last word = first word of the following sentence.",
        "Could you write two or more sentences and let each open with the word on which the one before it closed?",
        "Write more than one sentence, and pick up the last word of each as the first word of the next.",
        "My pupils play word dominoes, so give them two or more sentences in which each starts with the word "
        "that the sentence before ended with.",
        "No sentence after the first may begin with anything but the last word of the sentence before it; "
        "there must be at least two sentences.",
        "Whatever word a sentence ends on, start the following sentence with it, and do not stop after one sentence.",
    )
    examples = (
        "The miller counted his sacks by the river. River mist crept in under the door. Door and window rattled all "
        "night! Night is when the mill wheel sings.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sentences = text.part(plain_sentences)
        if len(sentences) < _FEWEST_SENTENCES or not self.check(text, {}):
            return None
        return {} if all(map(WORD.fullmatch, text.part(word_ends)[:-1])) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        starts, ends = text.part(word_starts), text.part(word_ends)
        linked = sum(end == start for end, start in zip(ends, starts[1:], strict=False))
        return share(linked, len(starts) - 1) if starts else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("sentence:first_word", "sentence:alphabet")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("sentences", low=2),)


class AlliterationIncrement(ConstraintType):
    """The longest run of neighbouring words with one first letter grows from each sentence to the next."""

    name = "sentence:alliteration_increment"
    evaluation_only = True
    wordings = (
        "In each of at least two sentences, the longest run of consecutive words with the same first letter "
        "must be longer than in the sentence before.",
        "Let alliteration grow over two or more sentences: each should hold a longer run of neighbouring words "
        "that begin with one letter than the previous sentence does.",
        "Longest run of alliterating words in a row, over two or more sentences: longer in every sentence than "
        "in the one before it.",
        "Write several sentences, each with more words in a row starting alike than the last one had.",
        "Every sentence after the first, and there must be one, has to outdo the sentence before it in the number "
        "of consecutive words that share their first letter.",
        "Could you write two or more sentences in which the longest string of words beginning with the same "
        "letter gets longer every time?",
        "Your response, of more than one sentence, must alliterate more and more: its longest series of "
        "successive words with a common initial grows from sentence to sentence.",
        "This is to train tongues, so make the longest chain of alliterating neighbours longer with each new "
        "sentence, for at least two sentences.",
        "With more than one sentence, raise the length of the longest unbroken run of words with one initial from "
        "each sentence to the next.",
        "From one sentence to the next, and let there be at least two, lengthen the longest stretch of "
        "adjacent words that begin with the same letter.",
    )
    examples = ("The cat naps on top. Big brown dogs run by. She sells small silver shells there.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sentences = text.part(plain_sentences)
        if len(sentences) < _FEWEST_SENTENCES or _longest_run(WHOLE_WORD.findall(sentences[-1])) < _PLAIN_RUN:
            return None
        readings: tuple[Callable[[str], list[str]], ...] = (str.split, WORD.findall, WHOLE_WORD.findall)
        grows = all(_grows([_longest_run(read(part)) for part in sentences]) for read in readings)
        return {} if grows and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        runs = [_longest_run(WHOLE_WORD.findall(sentence)) for sentence in text.sentences]
        return share(sum(one < next_ for one, next_ in pairwise(runs)), len(runs) - 1) if runs else 0.0

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("sentences", low=2),)


class Alphabet(ConstraintType):
    """Exactly so many sentences; the first begins with A, the second with B and so on, letter case aside."""

    name = "sentence:alphabet"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = (
        "Write exactly {n} {n|sentence|sentences} whose first letters run through the alphabet from A on.",
        "Number of sentences: {n}, the first beginning with A, the next with B, and so on through the alphabet.",
        "Your response must consist of {n} {n|sentence that begins|sentences that begin} with the letters of the "
        "alphabet in order, starting at A.",
        "Go through the alphabet from A on, with a new sentence for every letter, for {n} {n|sentence|sentences} "
        "in all.",
        "Could you write {n} {n|sentence|sentences}, no more and no fewer, opening with A, B, C and so on in "
        "alphabetical order?",
        "Make an abecedary of {n} {n|sentence|sentences}: each begins with the next letter of the alphabet, from A on.",
        "The {n} {n|sentence|sentences} of your response should begin with successive letters of the alphabet, "
        "the first with A.",
        "Each sentence must start with the letter after the one that started the sentence before, beginning at A, "
        "and there must be {n} in all.",
        "Alphabet exercise: {n} {n|sentence|sentences}, of which the first starts with A and every next with the "
        "letter that follows.",
        "My daughter is learning her letters, so give her exactly {n} {n|sentence|sentences}, the first starting with "
        "A, the second with B, and on in this way.",
    )
    examples = (
        "Anna opened the bakery before dawn. Bread was already rising in the dark. Customers knocked at six! "
        "Did anyone think of the cats?",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        params = {"n": len(text.part(plain_sentences))}
        return params if params["n"] >= _FEWEST_SENTENCES and self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        starts = text.part(word_starts)
        right = sum(start[:1] == letter for start, letter in zip(starts, ascii_lowercase, strict=False))
        wanted = int(params["n"])
        return share(min(right, wanted), max(len(starts), wanted)) if starts else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("sentence:first_word", "start_end:first_letter")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("sentences", "exactly", int(params["n"])),)


def _longest_run(words: Sequence[str]) -> int:
    """Return how many neighbouring words at most begin with one letter."""
    initials: Iterator[str] = (fold(word.lstrip("\"'“‘(["))[:1] for word in words)
    return max((sum(1 for _ in run) for _, run in groupby(initials)), default=0)


def _grows(runs: Sequence[int]) -> bool:
    return all(one < next_ for one, next_ in pairwise(runs))


TYPES: tuple[ConstraintType, ...] = (Chain(), AlliterationIncrement(), Alphabet())
