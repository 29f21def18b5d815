"""The words that a response begins and ends with."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.quoting import inner
from crabtk.constraints.stopwords import stopwords
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, Quoted

_FEWEST_WORDS = 40
_MOST_WORDS = 4
_MOST_ADDED = 4
_MOST_TOKENS = _MOST_WORDS + _MOST_ADDED
_CLOSING_QUOTES = "\"'”’»“"
_QUOTABLE = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N} ,;:'’!?.()/&%$€£-]*")

FRAMED = frozenset({"json:valid", "code:only", "tag:wrapped"})
"""Types whose brackets, fences or tags are the first and last thing of a response."""

BEGINNINGS = frozenset(
    {"start_end:first_phrase", "start_end:first_word", "start_end:first_letter", "copy:prompt_first"}
)
"""Types that fix how a response begins, so that any two of them repeat or contradict one another."""


class FirstPhrase(ConstraintType):
    """The first few words of the response, letter by letter."""

    name = "start_end:first_phrase"
    fields: ClassVar[Mapping[str, Field]] = {"phrase": Quoted()}
    wordings = (
        "Begin your response with the exact words {phrase}.",
        "The first words of the response must be {phrase}, exactly as written here.",
        "Start with {phrase} and change no letter of it.",
        "Opening, to be copied exactly: {phrase}.",
        "Could you open with precisely the words {phrase}?",
        "I sort my notes by their opening, so this one has to start with {phrase}, word for word, capitals included.",
        "Open with {phrase}, letter for letter.",
        "Exact opening of the response: {phrase}.",
        "Let nothing come before {phrase}, which must open the response exactly as quoted.",
        "Our parser looks for {phrase} at the very start of the text, so put it there exactly as "
        "written, capitals and punctuation included.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        if text.marked_lines[0].kind not in ("text", "blank"):
            return None
        line = next((line for line in text.lines if line.strip()), "").strip()
        # No more of it is needed than the words that are quoted.
        line = " ".join(line.split(" ", _MOST_TOKENS)[:_MOST_TOKENS])
        quotable = _QUOTABLE.match(line)
        if quotable is None:
            return None
        phrase = _first_words(quotable[0].split("(")[0], text.language, rng.randint(3, _MOST_WORDS))
        return {"phrase": phrase} if phrase and self.check(text, {"phrase": phrase}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        raw, phrase = text.raw.strip(), str(params["phrase"])
        begins = bool(text.words) and bool(phrase) and raw.startswith(phrase)
        return begins and not (len(raw) > len(phrase) and inner(phrase[-1]) and inner(raw[len(phrase)]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        framed = other.type in FRAMED or other.type in ("quotation:whole", "heading:first")
        return super().conflicts(params, other) or framed or other.type in BEGINNINGS

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (_at_least_once(str(params["phrase"])),)

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (str(params["phrase"]),)


class LastPhrase(ConstraintType):
    """The words and final mark that the response ends with, letter case aside: a short last sentence or its end.

    A closing quotation mark may follow, so that a quoted response can end with the phrase.
    """

    name = "start_end:last_phrase"
    fields: ClassVar[Mapping[str, Field]] = {"phrase": Quoted()}
    wordings = (
        "End your response with the words {phrase}, in any letter case.",
        "The response must end with {phrase} and nothing after it but perhaps a quotation mark; letter case is free.",
        "Finish on {phrase}, word for word but for letter case; add nothing after that.",
        "Ending, to be copied with its punctuation but in any letter case, with nothing to follow: {phrase}",
        "Could you make {phrase} the very last words of the response, whatever their letter case?",
        "So that I can tell that nothing was cut off, the last words must be {phrase}, as quoted save for letter case.",
        "Close with {phrase}, letter case aside, as the very end of the text.",
        "Required ending of the response, in capitals or not: {phrase}",
        "Let no word follow {phrase}, which must stand at the end of the response as quoted, letter case aside.",
        "Our script takes {phrase}, in upper or lower case, for the sign that the text is complete, so these words "
        "have to end it.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced or not text.sentences:
            return None
        line = next((line for line in reversed(text.marked_lines) if line.kind != "blank"), None)
        if line is None or line.kind not in ("text", "bullet", "number"):
            return None
        phrase = _last_words(line.text, text.sentences[-1], rng.randint(3, 5))
        return {"phrase": phrase} if phrase and self.check(text, {"phrase": phrase}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        raw, phrase = text.raw.strip().casefold(), str(params["phrase"]).casefold()
        if not text.words or not phrase:
            return False
        end = raw if raw.endswith(phrase) else raw.rstrip(_CLOSING_QUOTES).rstrip()
        before = end.removesuffix(phrase)[-1:]
        return end.endswith(phrase) and not (before and inner(phrase[0]) and inner(before))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        marked = other.type in ("start_end:question_end", "start_end:exclamation_end", "start_end:mark")
        framed = other.type in FRAMED or other.type in ("quotation:whole", "emoji:sentence_end")
        return super().conflicts(params, other) or marked or framed or other.type == "start_end:last_word"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (_at_least_once(str(params["phrase"])),)

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (str(params["phrase"]),)


def _at_least_once(phrase: str) -> Limit:
    return Limit(f"phrase:{' '.join(phrase.split()).casefold()}", low=1)


def _first_words(line: str, language: str, at_most: int) -> str:
    """Return the words up to an early comma or full stop, else about as many as asked for.

    A phrase that breaks off after "the" or "to" would read as a slip: it goes on to the next content word.
    """
    stop = stopwords(language)
    tokens = line.split(" ")[: at_most + _MOST_ADDED]
    bare = [token.rstrip(",;:!?.") for token in tokens]
    pauses = [number for number in range(1, min(len(tokens), 6)) if bare[number] != tokens[number]]
    ends = [number for number in range(at_most - 1, len(tokens) - 1) if bare[number].lower() not in stop]
    last = next(iter(pauses or ends), 0)
    phrase = " ".join([*tokens[:last], bare[last]])
    return phrase if last and "  " not in phrase and bare[last] else ""


def _last_words(line: str, sentence: str, at_most: int) -> str:
    """Return the last sentence if it is short, else the last words of the line."""
    tokens = line.split(" ")
    phrase = " ".join(tokens[-at_most:]) if len(tokens) > at_most else ""
    if len(sentence.split()) <= at_most + 3 and line.endswith(sentence):
        phrase = sentence
    balanced = phrase.count("(") == phrase.count(")")
    return phrase if balanced and _QUOTABLE.fullmatch(phrase) and "  " not in phrase else ""


TYPES: tuple[ConstraintType, ...] = (FirstPhrase(), LastPhrase())
