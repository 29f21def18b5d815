"""Responses that are a given text backwards, word by word or letter by letter."""

from __future__ import annotations

import random
import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.forms import leaves_no_room
from crabtk.constraints.numbers import share
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, Quoted

_IN_QUOTES = re.compile(r'"([^"\n]{3,200})"')


class ReversedText(ConstraintType):
    """The base of both: the response's units are those of the text, last first."""

    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"text": Quoted()}
    example_params: ClassVar[tuple[Params, ...]] = ({"text": "The tide turns at noon."},)

    @abstractmethod
    def units(self, written: str) -> Sequence[str]:
        """Return what is reversed, letter case folded."""

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        """Look for the text between double quotes in the instruction."""
        for quoted in _IN_QUOTES.findall(text.prompt or ""):
            units = list(self.units(quoted))
            if len(units) > 2 and units != units[::-1] and self.check(text, {"text": quoted}):
                return {"text": quoted}
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        """Return the share of places that hold the right unit."""
        found, asked = self.units(text.raw), self.units(str(params["text"]))[::-1]
        alike = sum(one == other for one, other in zip(found, asked, strict=False))
        return share(alike, max(len(found), len(asked))) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        """Refuse whatever speaks of a text of the model's own."""
        own = other.type.startswith(("reverse:", "code:", "keyword:", "length:"))
        return super().conflicts(params, other) or leaves_no_room(self.name, other) or own


class ReversedWords(ReversedText):
    """The response is the text's words in reverse order, each unchanged; letter case and punctuation aside."""

    name = "reverse:words"
    wordings = (
        "Words of {text} in reverse order, nothing else.",
        "Respond with {text}, reversed word by word, and nothing else.",
        "Your entire response must be the words of {text} from last to first, letter case and punctuation aside.",
        "Write {text} backwards by words, so that its last word comes first; leave every word as it is.",
        "Could you give me just the words of {text} in reverse order?",
        "Take {text} and put its words in the opposite order; write nothing besides, and spell the words as they are.",
        "The response consists of {text} turned around word for word, whatever the punctuation and letter case.",
        "Reverse the order of the words in {text} and send only the result.",
        "Beginning with the last word of {text} and ending with the first, write its words and no others.",
        "My puzzle needs {text} with its words, not its letters, in reverse order, so answer with exactly that and add "
        "no remark of your own.",
    )

    @override
    def units(self, written: str) -> Sequence[str]:
        return tuple(WORD.findall(written.casefold()))


class ReversedLetters(ReversedText):
    """The response is the text's letters and digits in reverse order; all other characters and letter case aside."""

    name = "reverse:letters"
    wordings = (
        "Letters of {text} in reverse order, nothing else.",
        "Respond with {text}, reversed letter by letter, and nothing else.",
        "Your entire response must be the letters and digits of {text} from last to first, whatever the spaces, "
        "punctuation and letter case.",
        "Write {text} backwards by letters, so that its last letter comes first; spaces and punctuation do not matter.",
        "Could you give me just the letters of {text} in reverse order?",
        "Take {text} and spell it backwards; write nothing besides.",
        "The response consists of {text} spelt from its last letter to its first, letter case aside.",
        "Reverse the order of the letters, and of any digits, in {text} and send only the result.",
        "Beginning with the last letter of {text} and ending with the first, write its letters and no others.",
        "My puzzle needs {text} in mirror writing, each letter and digit in reverse order, so answer with exactly that "
        "and add no remark of your own.",
    )

    @override
    def units(self, written: str) -> Sequence[str]:
        return "".join(filter(str.isalnum, written.casefold()))


TYPES: tuple[ConstraintType, ...] = (ReversedWords(), ReversedLetters())
