"""Responses that repeat a text with changes, or share so much of it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.copying import WholeResponse, folded
from crabtk.constraints.numbers import nearness
from crabtk.constraints.whole_words import first_word
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Params
from crabtk.wording import Count, Field, Quoted

_MARGIN = 2.0
_SHORTEST_FRAME = 3


class ChangedFirstWord(WholeResponse):
    """The response is the prompt with another first word, letter case aside."""

    name = "copy:changed_first_word"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"prompt": Quoted()}
    wordings = (
        "Repeat {prompt} with another first word, in any letter case, and do nothing else.",
        "Copy {prompt}, letter case aside, but replace its first word by a different one, and do not answer it.",
        "Your response must be {prompt} with a changed first word and nothing else changed but letter case.",
        "Change the first word of {prompt} and write out the result, in any letter case, with nothing before or after.",
        "Could you say {prompt} again, letter case aside, only with a different word at its beginning?",
        "Same words as in {prompt}, letter case aside, except the first, which must be another; no answer.",
        "Whatever word {prompt} begins with, put another in its place and leave the rest as it is but for letter "
        "case; that is the whole response.",
        "New first word, old rest (in any letter case), nothing more: {prompt}",
        "For my memory game, hand {prompt} back to me with just its first word exchanged for a different one, letter "
        "case aside, and do not act on it.",
        "Rather than follow {prompt}, write it down in any letter case with only its first word replaced by another.",
    )
    example_params = ({"prompt": "Name the rivers that meet in Koblenz."},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        prompt = (text.prompt or "").strip()
        if not prompt.isprintable() or '"' in prompt or len(prompt.split()) < _SHORTEST_FRAME:
            return None
        return {"prompt": prompt} if self.check(text, {"prompt": prompt}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        # Most responses are of another length, which is told without folding them.
        mine, theirs = text.raw.split(), str(params["prompt"]).split()
        if not text.words or len(mine) != len(theirs) or not theirs:
            return False
        changed = _bare(mine[0]) != _bare(theirs[0]) and bool(_bare(mine[0]))
        return changed and folded(" ".join(mine[1:])) == folded(" ".join(theirs[1:]))


class Variations(ConstraintType):
    """So many repetitions of the phrase with one word replaced that is neither its first nor its last.

    Letter case and punctuation aside; repetitions do not overlap. The unchanged phrase must not occur.
    """

    name = "copy:variations"
    fields: ClassVar[Mapping[str, Field]] = {"phrase": Quoted(), "n": Count()}
    wordings = (
        "Vary {phrase} exactly {n} {n|time|times}, never repeating it unchanged: replace one word each time, but "
        "neither the first nor the last.",
        "Write {n} {n|variant|variants} of {phrase}, no more and no fewer, each with one inner word replaced, and "
        "never the phrase itself.",
        "Your response must hold exactly {n} {n|version|versions} of {phrase}, each differing in one word that is "
        "neither its first nor its last; the original must not occur.",
        "Number of times to repeat {phrase} with just one of its inner words changed, the unchanged phrase being off "
        "limits: {n}.",
        "Could you repeat {phrase} {n} {n|time|times}, each time with exactly one word between the first and the last "
        "exchanged, and never as it is?",
        "Between its first and its last word, {phrase} should have one word changed in each of exactly {n} "
        "{n|repetition|repetitions}, and it should never appear unchanged.",
        "Play with {phrase}: exactly {n} {n|variation|variations}, each with one inner word swapped and all the "
        "others kept, and the original left out.",
        "Exactly {n} {n|time|times}, write {phrase} with another word in place of one inner word, and never write it "
        "as it stands.",
        "I am training my ear for small changes, so say {phrase} exactly {n} {n|time|times}, with one word other than "
        "its first and its last replaced every time, and do not say it in its original form at any point.",
        "Keep the frame of {phrase} and change precisely one word inside it, {n} {n|time|times} in all, without ever "
        "giving the phrase unaltered.",
    )
    example_params = ({"phrase": "the old ferry leaves at noon", "n": 3}, {"phrase": "a quiet word helps", "n": 1})

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        varied, unchanged = _variations(text.lower_words, _words(str(params["phrase"])))
        n = int(params["n"])
        return nearness(varied, n, n) / (1 + unchanged)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("words", low=int(params["n"]) * len(_words(str(params["phrase"])))),)


class Overlap(ConstraintType):
    """So many percent, give or take 2 points, of the response's different word trigrams occur in the reference."""

    name = "copy:overlap"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"reference": Quoted(), "percent": Count()}
    wordings = (
        "Share {percent} percent, give or take 2 percentage points, of your different three-word sequences with "
        "{reference}, letter case and punctuation aside.",
        "Of the different three-word sequences in your response, {percent} percent must occur in {reference} too, "
        "within 2 percentage points, letter case and punctuation aside.",
        "Word trigrams of the response that also stand in {reference} (each counted once; letter case and "
        "punctuation aside): {percent} percent of all, give or take 2 points.",
        "Your response must take {percent} percent of its distinct word trigrams from {reference}, with a tolerance "
        "of 2 percentage points, ignoring letter case and punctuation.",
        "Could you keep the share of your distinct word trigrams that are found in {reference} within 2 percentage "
        "points of {percent} percent, ignoring letter case and punctuation?",
        "Borrow from {reference}: {percent} percent of your distinct three-word sequences, 2 points more or less, "
        "should be found there, letter case and punctuation aside.",
        "Measured over distinct word trigrams, letter case and punctuation aside, your text should agree with "
        "{reference} to {percent} percent of its own trigrams, plus or minus 2 points.",
        "Every three words in a row make a trigram: of those in your text, each different one counted once and "
        "letter case and punctuation aside, {percent} percent (2 points more or less) must also occur in {reference}.",
        "The editor compares your text with {reference} and wants {percent} percent of your distinct word trigrams, "
        "give or take 2 percentage points, to be there as well; since copying is judged by the words alone, letter "
        "case and punctuation are ignored.",
        "Stay close to {reference}, so close that {percent} percent of the different word trigrams that you use are "
        "in it, to within 2 points, letter case and punctuation aside.",
    )
    example_params = (
        {"reference": "The ferry leaves the island at noon and comes back before the lamps are lit.", "percent": 50},
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        mine, theirs = _trigrams(text.lower_words), _trigrams(_words(str(params["reference"])))
        if not mine:
            return 0.0
        off = abs(100 * len(mine & theirs) / len(mine) - float(params["percent"]))
        # The rounding of a quotient must not decide; a hundred points off is no overlap at all.
        return 1.0 if off <= _MARGIN + 1e-9 else max(0.0, 1 - off / 100)


def _bare(token: str) -> str:
    return first_word(token).casefold()


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in WORD.findall(text))


def _trigrams(words: Sequence[str]) -> set[tuple[str, str, str]]:
    return set(zip(words, words[1:], words[2:], strict=False))


def _variations(words: Sequence[str], phrase: Sequence[str]) -> tuple[int, int]:
    """Count the stretches that differ from the phrase in one inner word, and those that are the phrase."""
    if len(phrase) < _SHORTEST_FRAME:
        return 0, 0
    varied = unchanged = position = 0
    while position <= len(words) - len(phrase):
        different = _differences(words, position, phrase)
        varied += different == 1
        unchanged += different == 0
        position += len(phrase) if different <= 1 else 1
    return varied, unchanged


def _differences(words: Sequence[str], start: int, phrase: Sequence[str]) -> int:
    """Count the inner words that differ, up to two; two as well where the first or the last word does."""
    if words[start] != phrase[0] or words[start + len(phrase) - 1] != phrase[-1]:
        return 2
    different = 0
    for offset, word in enumerate(phrase):
        different += words[start + offset] != word
        if different == 2:
            break
    return different


TYPES: tuple[ConstraintType, ...] = (ChangedFirstWord(), Variations(), Overlap())
