"""How often a response speaks in the first or to the second person, told by English pronouns."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, at_least
from crabtk.constraints.voice import FIRST_SINGULAR, SECOND_PERSON
from crabtk.constraints.word_sets import WordSet, in_english, is_foreign
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_FEWEST = 3
_I = FIRST_SINGULAR.listed("or")
_YOU = SECOND_PERSON.listed("or")
_ANY = "in any letter case, contractions included"
# An "I" that goes on in small letters is the pronoun; "World War I." and "Part I:" are not.
_SURELY_I = regex.compile(r"(?<![\w.'’-])(?:I(?= [a-z]|['’](?:m|ve|ll|d)\b)|(?i:me|my|myself)(?![\w'’-]|\.\w))")
_SURELY_YOU = regex.compile(r"(?<![\w.'’-])(?i:you|your|yours|yourself|yourselves)(?![\w'’-]|\.\w)")


class PronounsCounted(CountedType):
    """A number of pronouns over the whole text, code included; measured on English texts only.

    Attributes:
        pronouns: What is counted.
        surely: What is a pronoun under every reading.
        counterpart: The type that forbids them.
    """

    pronouns: ClassVar[WordSet]
    surely: ClassVar[regex.Pattern[str]]
    counterpart: ClassVar[str]

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not self.pronouns.may_occur(text) or text.code_blocks or not in_english(text):
            return None
        found = len(self.surely.findall(text.raw))
        return at_least(found, rng) if found >= _FEWEST else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return self.pronouns.count_in(text)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type == self.counterpart or is_foreign(other)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return () if params["relation"] == "at_most" else (Limit("words", low=int(params["n"])),)


class FirstPerson(PronounsCounted):
    """How often "I", "me", "my", "mine" and "myself" occur in all; "I'm" holds an "I", "i.e." does not."""

    name = "voice:first_person"
    pronouns = FIRST_SINGULAR
    surely = _SURELY_I
    counterpart = "voice:no_first_person"
    wordings = (
        f"Write {_I} {{relation}} {{n}} {{n|time|times}} in all, {_ANY}.",
        f"{{relation.limit}} number of pronouns of the first person singular ({_I}, {_ANY}): {{n}}.",
        f"Your response must use pronouns of the first person singular {{relation.firm}} {{n}} {{n|time|times}}, "
        f"counting every {_I}, {_ANY}.",
        f"Pronouns make the tone: {{relation}} {{n}} {{n|word|words}} of the text should be {_I}, {_ANY}.",
        f"Could you use {_I} {{n}} {{n|time|times}}{{relation.tail}}, {_ANY}?",
        f"The number of times that the text says {_I}, {_ANY}, {{relation.must}} {{n}}.",
        f"Taken together, the pronouns {FIRST_SINGULAR.listed('and')} should occur {{relation}} {{n}} "
        f"{{n|time|times}}, {_ANY}.",
        f"{{relation.cap}} {{n}} {{n|pronoun|pronouns}} of the first person singular: {_I}, {_ANY}.",
        f"Give the text {{relation.firm}} {{n}} {{n|occurrence|occurrences}} of {_I}, {_ANY}.",
        "I am studying how often texts use the first person, so let the pronouns "
        f"{FIRST_SINGULAR.listed('and')} come up {{relation}} {{n}} {{n|time|times}} in total, {_ANY}.",
    )
    examples = (
        "I grew up above a bakery, and the smell of bread woke me before my alarm did. My mother sold the rolls, I "
        "carried the trays, and nobody told me that this was work. When I bake today, I still wait for her voice.",
    )


class SecondPerson(PronounsCounted):
    """How often "you", "your", "yours", "yourself" and "yourselves" occur in all; "you're" holds a "you"."""

    name = "voice:second_person"
    pronouns = SECOND_PERSON
    surely = _SURELY_YOU
    counterpart = "voice:no_second_person"
    wordings = (
        f"Write {_YOU} {{relation}} {{n}} {{n|time|times}} in all, {_ANY}.",
        f"{{relation.limit}} number of pronouns of the second person ({_YOU}, {_ANY}): {{n}}.",
        f"Your response must use pronouns of the second person {{relation.firm}} {{n}} {{n|time|times}}, counting "
        f"every {_YOU}, {_ANY}.",
        f"Pronouns make the tone: {{relation}} {{n}} {{n|word|words}} of the text should be {_YOU}, {_ANY}.",
        f"Could you use {_YOU} {{n}} {{n|time|times}}{{relation.tail}}, {_ANY}?",
        f"The number of times that the text says {_YOU}, {_ANY}, {{relation.must}} {{n}}.",
        f"Taken together, the pronouns {SECOND_PERSON.listed('and')} should occur {{relation}} {{n}} "
        f"{{n|time|times}}, {_ANY}.",
        f"{{relation.cap}} {{n}} {{n|pronoun|pronouns}} of the second person: {_YOU}, {_ANY}.",
        f"Give the text {{relation.firm}} {{n}} {{n|occurrence|occurrences}} of {_YOU}, {_ANY}.",
        "I am studying how often texts use the second person, so let the pronouns "
        f"{SECOND_PERSON.listed('and')} come up {{relation}} {{n}} {{n|time|times}} in total, {_ANY}.",
    )
    examples = (
        "You need flour, water and salt, and you need time. Put your dough in a warm place and let it rest while you "
        "clean up. When your kitchen smells of bread, you will know that your patience was worth it.",
    )


TYPES: tuple[ConstraintType, ...] = (FirstPerson(), SecondPerson())
