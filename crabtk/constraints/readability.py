"""How easy an English text is to read, by Flesch's two formulas.

Source:
    J. P. Kincaid et al. (1975), Derivation of New Readability Formulas for Navy Enlisted Personnel; R. Flesch (1948),
    A New Readability Yardstick. Words and sentences are counted as everywhere here, syllables by the package syllapy.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from math import ceil, floor
from typing import ClassVar, NamedTuple

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.running_text import words_as_read, words_by_sentence
from crabtk.constraints.syllables import syllables
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

_FEWEST_WORDS = 60
_FEWEST_SENTENCES = 4
_EASIEST_GRADE, _HARDEST_GRADE = 3, 12
_HARDEST_EASE, _EASIEST_EASE = 40, 90
_SYLLABLES_DIFFER = 1.04
"""How far counts of syllables differ: dictionaries and rules of vowels agree within 4 percent over a text."""


class Counts(NamedTuple):
    """What the formulas need."""

    words: float
    sentences: float
    syllables: float

    @property
    def grade(self) -> float:
        """Flesch–Kincaid grade: years of school in the United States."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59

    @property
    def ease(self) -> float:
        """Flesch reading ease: 100 is very easy, 0 very hard."""
        return 206.835 - 1.015 * self.words / self.sentences - 84.6 * self.syllables / self.words


def counts(text: ParsedText) -> Counts | None:
    """Count over the sentences of any text; None where there is none."""
    words = [word for sentence in text.sentences for word in words_as_read(sentence)]
    return Counts(len(words), len(text.sentences), sum(map(syllables, words))) if words else None


def hardest(text: ParsedText) -> Counts | None:
    """Return the reading of an English text that makes it hardest; None where the text is short or unclear."""
    if text.language != "en" or text.detected != "en" or len(text.words) < _FEWEST_WORDS:
        return None
    # Some tools leave sentences of a word or two out of the count.
    sentences = sum(low > 2 for low, _ in text.part(words_by_sentence))
    found = text.part(counts) if sentences >= _FEWEST_SENTENCES else None
    if found is None:
        return None
    words = sum(high for _, high in text.part(words_by_sentence))
    per_word = found.syllables * _SYLLABLES_DIFFER / found.words
    return Counts(words, sentences, words * per_word)


class _Readability(ConstraintType):
    """A formula's value over the whole response."""

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        # The two formulas weigh the same two ratios, so that one nearly follows from the other.
        return super().conflicts(params, other) or other.type in ("reading:grade", "reading:ease")


class Grade(_Readability):
    """The Flesch–Kincaid grade, at most; measured in English running text."""

    name = "reading:grade"
    fields: ClassVar[Mapping[str, Field]] = {"grade": Count()}
    wordings = (
        "Keep the Flesch–Kincaid grade level at {grade} or below.",
        "Your response must have a Flesch–Kincaid grade of at most {grade}.",
        "Maximum Flesch–Kincaid grade level: {grade}.",
        "Could you write it so that the Flesch–Kincaid grade does not exceed {grade}?",
        "The Flesch–Kincaid grade of the whole response must not be above {grade}.",
        "Aim at readers of little schooling: a Flesch–Kincaid grade of {grade} or lower, please.",
        "By the Flesch–Kincaid formula, the text may come out at grade {grade} at most.",
        "Our style guide allows nothing beyond a Flesch–Kincaid grade of {grade}, so keep words and sentences short "
        "enough for that.",
        "Flesch–Kincaid grade: {grade} or less.",
        "Choose words and sentences simple enough for a Flesch–Kincaid grade level no higher than {grade}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(hardest)
        if found is None:
            return None
        grade = max(ceil(found.grade) + rng.randint(0, 1), _EASIEST_GRADE)
        return {"grade": grade} if grade <= _HARDEST_GRADE else None

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        found = text.part(counts)
        if found is None:
            return 0.0
        return 1.0 if found.grade <= params["grade"] else max(0.0, params["grade"] / found.grade)


class Ease(_Readability):
    """The Flesch reading ease, at least; measured in English running text."""

    name = "reading:ease"
    fields: ClassVar[Mapping[str, Field]] = {"score": Count()}
    wordings = (
        "Keep the Flesch reading ease at {score} or above.",
        "Your response must reach a Flesch reading ease score of at least {score}.",
        "Minimum Flesch reading ease: {score}.",
        "Could you write it so that the Flesch reading ease does not fall below {score}?",
        "The Flesch reading ease of the whole response must be no lower than {score}.",
        "Plain language, please: a Flesch reading ease of {score} or higher.",
        "By the Flesch formula, the text should come out at a reading ease of {score} or more.",
        "Our style guide sets {score} as the lowest Flesch reading ease that a text may have, so choose short words "
        "and short sentences wherever you can.",
        "Flesch reading-ease score: no less than {score}.",
        "Choose words and sentences simple enough for a Flesch reading ease that is not under {score}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(hardest)
        if found is None:
            return None
        score = min(5 * floor((found.ease - rng.uniform(0, 5)) / 5), _EASIEST_EASE)
        return {"score": score} if score >= _HARDEST_EASE else None

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        found = text.part(counts)
        if found is None:
            return 0.0
        least = int(params["score"])
        return 1.0 if found.ease >= least else max(0.0, found.ease / least if least else 0.0)


TYPES: tuple[ConstraintType, ...] = (Grade(), Ease())
