"""The first and the last word of a response, and its first letter."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.running_text import stretches
from crabtk.constraints.start_end import BEGINNINGS, FRAMED
from crabtk.constraints.whole_words import WHOLE_WORD, closing_word, opening_word, plain, same
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, Quoted

_FEWEST_WORDS = 25
_LETTER = regex.compile(r"\p{L}")


class FirstWord(ConstraintType):
    """The first word of the response, letter case and the marks around it aside; ``don't`` is one word."""

    name = "start_end:first_word"
    fields: ClassVar[Mapping[str, Field]] = {"word": Quoted()}
    wordings = (
        "First word: {word} (any letter case).",
        "Begin your response with the word {word}, capitalised or not.",
        "The first word of your response must be {word}, in any letter case.",
        "Start off with {word} as the very first word; its letter case is up to you.",
        "Open on the word {word}, whether capitalised or not.",
        "Could you make {word} the first word of the text, in upper or lower case?",
        "Your opening word should be {word}, and its letter case does not matter.",
        "No word may come before {word}, with which the response has to open, in any letter case.",
        "As every text in our collection starts with the word {word}, so must yours, in any letter case.",
        "Whatever you write, let its first word be {word}, ignoring letter case.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        line = next(line for line in text.marked_lines if line.kind != "blank")
        word = plain(line.text.split(maxsplit=1)[0]) if line.kind == "text" and line.text[0].isalpha() else ""
        return {"word": word} if len(word) > 1 and word.isalpha() and same(word, text.part(opening_word)) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and same(text.part(opening_word), str(params["word"]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        taken = other.type in FRAMED or other.type in BEGINNINGS or other.type == "sentence:first_word"
        return super().conflicts(params, other) or taken

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (str(params["word"]),)


class LastWord(ConstraintType):
    """The last word of the response, letter case and the marks around it aside; ``don't`` is one word."""

    name = "start_end:last_word"
    fields: ClassVar[Mapping[str, Field]] = {"word": Quoted()}
    wordings = (
        "Last word: {word} (any letter case).",
        "End your response with the word {word}, in any letter case; only punctuation may follow it.",
        "The last word of your response must be {word}, capitalised or not.",
        "Finish on the word {word}; its letter case is up to you, and a final punctuation mark may follow.",
        "Let {word} be the word that you close with, in upper or lower case.",
        "Could you make {word} the final word of the text, in any letter case?",
        "Your closing word should be {word}, and its letter case does not matter.",
        "No further word may follow {word}, with which the response has to end, in any letter case.",
        "When this is read out, the choir comes in on the word {word}, so that must be your last word, "
        "in any letter case.",
        "However you conclude, the last word has to be {word}, ignoring letter case.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        line = next(line for line in reversed(text.marked_lines) if line.kind != "blank")
        known = line.kind in ("text", "bullet", "number")
        # Of "[Your Name]" nobody means to keep the name.
        word = plain(line.text.rsplit(maxsplit=1)[-1]) if known and line.text[-1] not in "]}" else ""
        return {"word": word} if len(word) > 2 and word.isalpha() and same(word, text.part(closing_word)) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and same(text.part(closing_word), str(params["word"]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        taken = other.type in FRAMED or other.type in ("start_end:last_phrase", "sentence:last_word")
        return super().conflicts(params, other) or taken

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (str(params["word"]),)


class SameWord(ConstraintType):
    """The first word of the response stands at its end again, letter case and the marks around them aside."""

    name = "start_end:same_word"
    wordings = (
        "First word = last word, letter case aside.",
        "Start and end your response with the same word, ignoring letter case.",
        "The last word of the response must be its first word again, in any letter case.",
        "Come full circle: let the word that you open with be the very last word too, whatever its letter case.",
        "Whichever word you begin with, close with that word as well (letter case aside).",
        "Could you end on the very word you started with, letter case aside?",
        "Your response should have the same word at its beginning and at its end, letter case aside.",
        "Make the first and the last word identical, apart from letter case and the punctuation around them.",
        "Opening word and closing word: identical, letter case aside.",
        "This text goes around the rim of a plate, where the end meets the beginning, so the first word "
        "must also be the last, ignoring letter case.",
    )
    examples = (
        "Home is where the kettle sings, where the dog knows every step on the stairs and the lamp in the "
        "window burns for whoever comes back late. You may travel far, but at the end of every road waits home.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced or not text.part(opening_word).isalpha():
            return None
        tokens = text.part(stretches)
        first, last = plain(tokens[0]), plain(tokens[-1])
        return {} if first and same(first, last) and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        # A single word does not come again.
        again = sum(1 for _ in islice(WHOLE_WORD.finditer(text.raw), 2)) > 1
        return again and same(text.part(opening_word), text.part(closing_word))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        # With the first word fixed elsewhere, the last word is either fixed again or contradicted.
        taken = other.type in FRAMED or other.type in ("start_end:last_word", "start_end:last_phrase")
        return super().conflicts(params, other) or taken


class FirstLetter(ConstraintType):
    """The first letter of the response, upper or lower case; marks and digits before it are passed over."""

    name = "start_end:first_letter"
    fields: ClassVar[Mapping[str, Field]] = {"letter": Quoted()}
    wordings = (
        "First letter: {letter} (upper or lower case).",
        "Begin your response with the letter {letter}, in upper or lower case.",
        "The first letter of your response must be {letter}, capital or small.",
        "Let {letter}, capital or small, be the first letter that I read.",
        "Could you start with the letter {letter}, capital or small?",
        "Your very first letter should be {letter}; its case does not matter.",
        "Whatever you say, the opening letter of the text has to be {letter}, in upper or lower case.",
        "No letter may precede the {letter} that opens your response, be it a capital or a small one.",
        "Initial letter of the text, case aside: {letter}.",
        "I am filing these texts alphabetically and this one goes under {letter}, so that must be its "
        "first letter, in upper or lower case.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        raw = text.raw.lstrip()
        if len(text.words) < _FEWEST_WORDS or not text.spaced or not (raw[0].isupper() or raw[0].islower()):
            return None
        # Whether É is an E, and whether ß has a capital, is not for a reader to wonder.
        simple = unicodedata.normalize("NFD", raw[:2]) == raw[:2] and len(raw[0].upper()) == 1
        marked = unicodedata.category(raw[1])[0] == "M"
        return {"letter": raw[0].upper()} if simple and not marked and self.check(text, {"letter": raw[0]}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        found = _LETTER.search(text.raw)
        return found is not None and found[0].casefold() == str(params["letter"]).casefold()

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in BEGINNINGS or other.type in FRAMED


TYPES: tuple[ConstraintType, ...] = (FirstWord(), LastWord(), SameWord(), FirstLetter())
