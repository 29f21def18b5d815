"""Persons that a response does not speak in or to, told by English pronouns."""

from __future__ import annotations

import random
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.word_sets import WordSet, in_english, is_foreign
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_FEWEST_WORDS = 60

# "i.e." holds no pronoun, nor is "US" one.
FIRST_SINGULAR = WordSet(("I", "me", "my", "mine", "myself"), r"[iI]\.\p{L}")
SECOND_PERSON = WordSet(("you", "your", "yours", "yourself", "yourselves"), contracted=("y'all", "y’all"))
FIRST_PLURAL = WordSet(("we", "us", "our", "ours", "ourselves"), r"US", contracted=("let's", "let’s"))

_I = FIRST_SINGULAR.listed("or")
_YOU = SECOND_PERSON.listed("or")
_WE = FIRST_PLURAL.listed("or").replace('"us"', '"us" (the pronoun, not the country)')
_WE_AND = _WE.replace(" or ", " and ")
_ANY = "in any letter case, contractions included"


class PronounsAbsent(ConstraintType):
    """Pronouns that occur nowhere; measured on English texts only.

    Attributes:
        pronouns: What must not occur.
        counterpart: The type that asks for a number of them.
    """

    pronouns: ClassVar[WordSet]
    counterpart: ClassVar[str] = ""

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        asked = len(text.words) >= _FEWEST_WORDS and not self.pronouns.may_occur(text) and in_english(text)
        return {} if asked else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and not self.pronouns.count_in(text)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1 / (1 + self.pronouns.count_in(text)) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type == self.counterpart or is_foreign(other)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not self.pronouns.count(phrase)


class NoFirstPerson(PronounsAbsent):
    """None of "I", "me", "my", "mine" and "myself" anywhere; "I'm" holds an "I", "i.e." does not."""

    name = "voice:no_first_person"
    pronouns = FIRST_SINGULAR
    counterpart = "voice:first_person"
    wordings = (
        f"Do not use the pronouns {_I}, {_ANY}.",
        f"No pronouns of the first person singular: the text may not say {_I}, {_ANY}.",
        f"Your response must not contain any of the pronouns {_I}, {_ANY}.",
        f"Forbidden pronouns, {_ANY}: {FIRST_SINGULAR.listed('and')}.",
        f"Could you write this without the pronouns {_I}, {_ANY}?",
        f"Avoid the pronouns of the first person singular throughout, that is, never write {_I}, {_ANY}.",
        f"None of the pronouns {FIRST_SINGULAR.listed('and')} may occur anywhere in the response, {_ANY}.",
        f"Throughout the text, the pronouns {FIRST_SINGULAR.listed('and')} are off limits, {_ANY}.",
        "This goes into a journal whose style guide rules out pronouns of the first person singular, so there must "
        f"be no {_I} anywhere in the text, {_ANY}.",
        f"Keep {FIRST_SINGULAR.listed('and')} out of the response, {_ANY}.",
    )


class NoSecondPerson(PronounsAbsent):
    """None of "you", "your", "yours", "yourself" and "yourselves" anywhere; "you're" holds a "you"."""

    name = "voice:no_second_person"
    pronouns = SECOND_PERSON
    counterpart = "voice:second_person"
    wordings = (
        f"Do not use the pronouns {_YOU}, {_ANY}.",
        f"No pronouns of the second person: the text may not say {_YOU}, {_ANY}.",
        f"Your response must not contain any of the pronouns {_YOU}, {_ANY}.",
        f"Forbidden pronouns, {_ANY}: {SECOND_PERSON.listed('and')}.",
        f"Could you write this without the pronouns {_YOU}, {_ANY}?",
        f"Avoid the pronouns of the second person throughout, that is, never write {_YOU}, {_ANY}.",
        f"None of the pronouns {SECOND_PERSON.listed('and')} may occur anywhere in the response, {_ANY}.",
        f"Throughout the text, the pronouns {SECOND_PERSON.listed('and')} are off limits, {_ANY}.",
        "This is for an encyclopedia whose style guide rules out pronouns of the second person, so there must be no "
        f"{_YOU} anywhere in the text, {_ANY}.",
        f"Keep {SECOND_PERSON.listed('and')} out of the response, {_ANY}.",
    )


class NoFirstPlural(PronounsAbsent):
    """None of "we", "us", "our", "ours" and "ourselves" anywhere; "let's" holds an "us", "US" is none."""

    name = "voice:no_first_plural"
    pronouns = FIRST_PLURAL
    wordings = (
        f"Do not use {_WE}, {_ANY}.",
        f"No pronouns of the first person plural: the text may not say {_WE}, {_ANY}.",
        f"Your response must not contain any of the pronouns {_WE}, {_ANY}.",
        f"Forbidden pronouns, {_ANY}: {_WE_AND}.",
        f"Could you write this without the pronouns {_WE}, {_ANY}?",
        f"Avoid the pronouns of the first person plural throughout, that is, never write {_WE}, {_ANY}.",
        f"Nowhere in the response may the pronouns {_WE_AND} occur, {_ANY}.",
        f"Throughout the text, {_WE_AND} are off limits, {_ANY}.",
        "Our lawyers worry that the text might be taken for a promise by the whole company, so there must be no "
        f"{_WE} anywhere in it, be it {_ANY}.",
        f"Keep the pronouns {_WE_AND} out of the response, {_ANY}.",
    )


TYPES: tuple[ConstraintType, ...] = (NoFirstPerson(), NoSecondPerson(), NoFirstPlural())
