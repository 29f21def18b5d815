"""The words that sentences begin and end with."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.whole_words import first_word, fold, last_word
from crabtk.text import WORD, ParsedText, has_word
from crabtk.types import Constraint, Params
from crabtk.wording import Field, Quoted

_FEWEST_SENTENCES = 4
_MARKS = frozenset(".!?…")
_BREAK = regex.compile(r"[.!?…](\s+)")
_CLOSED = re.compile(r"[.!?…][\"'”’»)\]]")


def plain_sentences(text: ParsedText) -> tuple[str, ...]:
    """Return the sentences of running text where nobody wonders where each begins and ends, else none.

    For `ParsedText.part`. Every line must end with a final mark, cutting at final marks alone must come to the
    same sentences as the model of abbreviations, and no final mark may stand within quotation marks or brackets,
    since the sentence around it may go on.
    """
    if not text.is_prose or not text.spaced or "*" in text.raw:
        return ()
    lines = [line.strip() for line in text.lines if line.strip()]
    if not all(line[-1] in _MARKS for line in lines) or _CLOSED.search(text.raw):
        return ()
    pieces = [piece for line in lines for piece in _divided(line) if has_word(piece)]
    same = pieces == [*text.sentences] or [*map(_plain, pieces)] == [*map(_plain, text.sentences)]
    return text.sentences if same else ()


def word_starts(text: ParsedText) -> tuple[str, ...]:
    """Return the first word of each sentence, folded; for `ParsedText.part`."""
    return tuple(fold(first_word(sentence)) for sentence in text.sentences)


def word_ends(text: ParsedText) -> tuple[str, ...]:
    """Return the last word of each sentence, folded; for `ParsedText.part`."""
    return tuple(fold(last_word(sentence)) for sentence in text.sentences)


class FirstWord(ConstraintType):
    """Every sentence begins with the word, letter case and the marks before it aside."""

    name = "sentence:first_word"
    fields: ClassVar[Mapping[str, Field]] = {"word": Quoted()}
    wordings = (
        "Begin every sentence with {word}, in any letter case.",
        "First word of each sentence: {word} (letter case aside).",
        "Every sentence of your response must start with the word {word}, capitalised or not.",
        "All sentences have to open with {word}, whatever its letter case.",
        "Could you let each sentence begin with the word {word}, in any letter case?",
        "The word {word}, in any letter case, must come first in all of your sentences.",
        "No sentence may begin with any word but {word} (letter case aside).",
        "Use {word} as the first word of each and every sentence, ignoring letter case.",
        "For the sake of the anaphora, each of your sentences must have {word} as its first word, in upper or "
        "lower case.",
        "Whenever you start a new sentence, the first one included, start it with the word {word}, in any letter case.",
    )
    examples = (
        "Somewhere a door falls shut. Somewhere a clock strikes two. Somewhere, behind the harbor, a dog barks at "
        "the moon! Somewhere the sea turns over in its sleep.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sentences = text.part(plain_sentences)
        if len(sentences) < _FEWEST_SENTENCES or len(set(text.part(word_starts))) > 1:
            return None
        word = first_word(sentences[0])
        whole = WORD.fullmatch(word) and all(len(WORD.findall(part.split()[0])) == 1 for part in sentences)
        return {"word": word} if whole else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        word = fold(str(params["word"]))
        return share(text.part(word_starts).count(word), len(text.sentences))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        differ = other.type in ("start_end:first_word", "sentence:distinct_starts", "sentence:alphabet")
        return super().conflicts(params, other) or differ

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (str(params["word"]),)


class LastWord(ConstraintType):
    """Every sentence ends with the word, letter case and the marks after it aside."""

    name = "sentence:last_word"
    fields: ClassVar[Mapping[str, Field]] = {"word": Quoted()}
    wordings = (
        "End every sentence with {word}, in any letter case.",
        "Last word of each sentence: {word} (letter case aside).",
        "Every sentence of your response must finish with the word {word}, capitalised or not, before its final mark.",
        "All sentences have to close with the word {word}, whatever its letter case.",
        "Could you let each sentence end in the word {word}, in any letter case?",
        "The word {word}, in any letter case, must come last in all of your sentences.",
        "No sentence may end with any word but {word} (letter case aside).",
        "Use {word} as the last word of each and every sentence, ignoring letter case and final punctuation.",
        "This will be a song with a chorus that answers, so each of your sentences must have {word} as its last "
        "word, in upper or lower case.",
        "Whenever you bring a sentence to its end, do so on the word {word}, in any letter case.",
    )
    examples = (
        "The harbor belongs to the tide. The boats come and go with the tide. Who would dare to argue with the "
        "tide? Even the gulls keep the hours of the tide!",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sentences = text.part(plain_sentences)
        if len(sentences) < _FEWEST_SENTENCES:
            return None
        word = last_word(sentences[0])
        if any(fold(last_word(sentence)) != fold(word) for sentence in sentences[1:]):
            return None
        whole = WORD.fullmatch(word) and all(len(WORD.findall(part.split()[-1])) == 1 for part in sentences)
        return {"word": word} if whole else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        word = fold(str(params["word"]))
        return share(text.part(word_ends).count(word), len(text.sentences))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("start_end:last_word", "emoji:sentence_end")

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (str(params["word"]),)


class DistinctStarts(ConstraintType):
    """No two neighbouring sentences begin with the same word, letter case aside."""

    name = "sentence:distinct_starts"
    wordings = (
        "No two sentences in a row may begin with the same word, letter case aside.",
        "Vary your sentence openings: neighbouring sentences must not start with the same word.",
        "Start each sentence with a different word than the sentence before it.",
        "Consecutive sentences must differ in their first word.",
        "Could you avoid beginning neighbouring sentences with the same word?",
        "Every sentence after the first should open with another word than the previous one did.",
        "Your response must not contain consecutive sentences with the same first word.",
        "First words of neighbouring sentences: never the same.",
        "Repeated openings bore my readers, so never begin a sentence with the word that began the sentence "
        "just before it.",
        "When a sentence begins with a certain word, the next sentence must begin with a different one.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.part(plain_sentences)) < _FEWEST_SENTENCES + 1:
            return None
        # "Don't" and "Don" begin alike for those who split words at the apostrophe.
        starts = [fold(match[0]) for part in text.sentences if (match := WORD.search(part))]
        return {} if all(one != next_ for one, next_ in pairwise(starts)) and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        starts = text.part(word_starts)
        if len(starts) < 2:
            return float(len(starts))
        return share(sum(one != next_ for one, next_ in pairwise(starts)), len(starts) - 1)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        # Sentences that go through the alphabet begin with different words anyway.
        return super().conflicts(params, other) or other.type in ("sentence:first_word", "sentence:alphabet")


def _divided(line: str) -> list[str]:
    """Cut a line at the white space behind final marks."""
    breaks = [match.span(1) for match in _BREAK.finditer(line)]
    starts, ends = (0, *(end for _, end in breaks)), (*(start for start, _ in breaks), len(line))
    return [line[start:end] for start, end in zip(starts, ends, strict=True)]


def _plain(sentence: str) -> str:
    return " ".join(sentence.split())


TYPES: tuple[ConstraintType, ...] = (FirstWord(), LastWord(), DistinctStarts())
