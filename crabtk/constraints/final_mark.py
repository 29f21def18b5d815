"""The mark that a response ends with."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.start_end import FRAMED
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf

_FEWEST_WORDS = 40
_QUESTION = ("?", "？", "؟")
_EXCLAMATION = ("!", "！")
_ENDS: Mapping[str, tuple[str, ...]] = {
    "full_stop": (".",),
    "colon": (":",),
    "semicolon": (";",),
    "ellipsis": ("…", "..."),
    "closing_bracket": (")",),
    "quotation_mark": ('"', "”"),
}
_ENDS_BUT_FULL_STOP = tuple(end for mark, ends in _ENDS.items() if mark != "full_stop" for end in ends)
_WORD_END = regex.compile(r"[\p{L}\p{M}\p{N}]")
_LINK_END = regex.compile(r"\]\([^()\s]*+\)\s*$")
_FINAL_MARKS = frozenset(
    {
        "start_end:question_end",
        "start_end:exclamation_end",
        "start_end:mark",
        "start_end:bare_end",
        "start_end:last_phrase",
        "punctuation:sentence_end",
        "emoji:sentence_end",
        "quotation:whole",
    }
)


class QuestionEnd(ConstraintType):
    """The last character of the response is a question mark, of any script."""

    name = "start_end:question_end"
    wordings = (
        "End your response with a question mark.",
        "The response must close with a question, its question mark being the last character.",
        "Close with a question, so that a question mark ends the whole text.",
        "Final punctuation of the response: a question mark.",
        "Could you finish by putting a question to me, question mark included, and add nothing after it?",
        "I want to keep the conversation going, so let a question mark be the very last character of the text.",
        "Last character: a question mark.",
        "Let the text end on a question mark, with nothing after it.",
        "Nothing may come after the question mark that ends your response.",
        "Whatever comes before, a question mark has to be the last thing in the text.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if _is_worth_asking(text, _QUESTION) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and text.raw.rstrip().endswith(_QUESTION)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in FRAMED or other.type in _FINAL_MARKS


class ExclamationEnd(ConstraintType):
    """The last character of the response is an exclamation mark."""

    name = "start_end:exclamation_end"
    wordings = (
        "End your response with an exclamation mark.",
        "Last character: an exclamation mark.",
        "The response must close with an exclamation mark and nothing after it.",
        "Let the text finish on an exclamation mark.",
        "Final punctuation of the response: an exclamation mark.",
        "Could you end on an exclamation mark, adding nothing after it?",
        "Nothing may come after the exclamation mark that ends your response.",
        "Close with an exclamation, so that an exclamation mark ends the whole text.",
        "I want readers to leave with a spring in their step, so the very last character must be an exclamation mark.",
        "Whatever comes before, an exclamation mark has to be the last thing in the text.",
    )
    examples = (
        "Our choir sings on the market square this Sunday. Bring a chair, a blanket and a friend, since the "
        "benches fill up early. After the concert there is soup for everyone, and the children may try the drums. "
        "We look forward to seeing you there!",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if _is_worth_asking(text, _EXCLAMATION) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and text.raw.rstrip().endswith(_EXCLAMATION)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in FRAMED or other.type in _FINAL_MARKS


class Mark(ConstraintType):
    """The last mark of the response; question and exclamation marks have types of their own.

    The full stop is measured only where other lines end without one, since most texts end with it anyway.
    """

    name = "start_end:mark"
    fields: ClassVar[Mapping[str, Field]] = {
        "mark": OneOf(
            {
                "full_stop": "a full stop (.)",
                "colon": "a colon (:)",
                "semicolon": "a semicolon (;)",
                "ellipsis": "an ellipsis (… or ...)",
                "closing_bracket": "a closing round bracket",
                "quotation_mark": "a double quotation mark",
            }
        )
    }
    wordings = (
        "Final mark: {mark}.",
        "End your response with {mark}.",
        "The response must close with {mark}, and nothing may follow it.",
        "Let {mark} be the last thing in the text.",
        "Last punctuation, with nothing after it: {mark}.",
        "Could you finish the text with {mark} and add nothing after it?",
        "Nothing may come after the final mark of your response, which has to be {mark}.",
        "Close on {mark}, so that it ends the whole text.",
        "Our layout program tells by the end of a text what comes next, so yours has to end with {mark}.",
        "Whatever you write, it has to end with {mark}.",
    )
    examples = (
        "The night train leaves from platform nine. Nobody knows who ordered the second carriage, and nobody dares "
        "to look behind its curtains. As the whistle blows, a hand in a grey glove draws one of them aside, and the "
        "lights of the station go out one after another, as if somebody were counting...",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        raw = text.raw.rstrip()
        if raw.endswith(_ENDS_BUT_FULL_STOP):
            for mark, ends in _ENDS.items():
                # The bracket that closes a link's address does not show.
                shown = mark != "closing_bracket" or not _LINK_END.search(text.raw[-2000:])
                if mark != "full_stop" and shown and _is_worth_asking(text, ends):
                    return {"mark": mark}
        if raw.endswith("..") or len(text.prose_lines) < 3 or not _is_worth_asking(text, (".",)):
            return None
        others = sum([not line.endswith(".") for line in text.prose_lines])
        return {"mark": "full_stop"} if others * 2 > len(text.prose_lines) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and text.raw.rstrip().endswith(_ENDS.get(params["mark"], ()))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in FRAMED or other.type in _FINAL_MARKS


class BareEnd(ConstraintType):
    """The last character of the response is a letter or digit, with no mark after it; emphasis is no mark."""

    name = "start_end:bare_end"
    wordings = (
        "Put nothing after the last word of your response, not even punctuation.",
        "The response must not have any punctuation mark after its last word.",
        "Final punctuation: none; the last word comes last.",
        "End on a word, without a full stop or any other mark behind it.",
        "Could you leave out the punctuation at the very end, so that the text stops with a word?",
        "No mark may follow the last word of the text.",
        "Last character of the response: a letter or a digit, not a punctuation mark.",
        "Leave the end of the text bare: no full stop, no question mark, no bracket, nothing after the last word.",
        "When the last word is written, stop; do not add any mark to it.",
        "I join this to a text of mine that goes on after it, so no punctuation should follow your last word.",
    )
    example_params: ClassVar[Sequence[Params]] = ({},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        # An ordinary text that ends so is a list, is signed, or was broken off: nobody meant it.
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and _WORD_END.search(text.raw.rstrip().rstrip("*_")[-1:]) is not None

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        marked = other.type in _FINAL_MARKS and other.type != "start_end:last_phrase"
        return super().conflicts(params, other) or other.type in FRAMED or marked


def _is_worth_asking(text: ParsedText, ends: tuple[str, ...]) -> bool:
    """Tell whether a text of some length, not all of it data or code, ends with one of the marks."""
    if not text.raw.rstrip().endswith(ends) or len(text.words) < _FEWEST_WORDS or len(text.sentences) < 2:
        return False
    last = next(line.kind for line in reversed(text.marked_lines) if line.kind != "blank")
    return last in ("text", "bullet", "number")


TYPES: tuple[ConstraintType, ...] = (QuestionEnd(), ExclamationEnd(), Mark(), BareEnd())
