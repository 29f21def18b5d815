"""The first and the last sentence of a response."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import nearness, upper_bound
from crabtk.constraints.running_text import sure_pieces
from crabtk.markdown import Line
from crabtk.sentences import split
from crabtk.text import WORD, ParsedText, words_in
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

_FEWEST_SENTENCES = 3
_MOST_WORDS = 25
_CLOSERS = "\"'”’»)]*_ "
_QUESTION = ("?", "？", "؟")
_ENDS = (".", "!", "?", "…", ":", "。", "！", "？", "؟", "।")
_END = regex.compile(r"[.!?…]+[\"'”’)\]*_]*(?:\s+|$)")
_ASCII_END = re.compile(r"[.!?]+[\"')\]*_]*(?:[ \t-\r]+|$)")
"""The same in a text of ASCII, at a better speed."""
_LABEL = regex.compile(r"[^\s:：]+(?:\s+[^\s:：]+){0,3}\s*[:：](?:\s*\S|$)")
_PASSED_OVER = frozenset({"blank", "heading", "rule"})


class QuestionFirst(ConstraintType):
    """The first sentence, headings (``#``) aside, ends with a question mark of any script."""

    name = "start_end:question_first"
    wordings = (
        "Open with a question, headings aside.",
        "First sentence, headings aside: a question ending with a question mark.",
        "The first sentence of your response (a heading does not count) must end with a question mark.",
        "Begin by asking something: leaving headings aside, the very first sentence has to be a question.",
        "Could you start with a question, be it directly or below a heading?",
        "Your response should have a question mark at the end of its first sentence, headings not counted.",
        "Put a question before everything else except headings.",
        "Let a question be your first sentence, not counting any heading.",
        "Readers of this column like to be drawn in, so the first sentence below any heading must be a question.",
        "Whatever follows, the sentence that comes first, headings aside, has to be a question with a question mark.",
    )
    examples = (
        "Have you ever wondered why the tea goes cold so fast? A thin cup has little to give. A thick one drinks "
        "the heat first, and then it keeps what it took.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        first = text.part(_first)
        plain = first.endswith(_QUESTION) and len(text.sentences) >= _FEWEST_SENTENCES and len(first.split()) > 2
        return {} if plain and _begins_in_prose(text) and text.raw.lstrip().startswith(first) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return text.part(_first).rstrip(_CLOSERS).endswith(_QUESTION)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("json:valid", "code:only", "document:greeting")


class FirstSentence(ConstraintType):
    """The most words that the first sentence, headings (``#``) aside, may have."""

    name = "start_end:first_sentence"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count()}
    wordings = (
        "First sentence, headings aside: at most {words} {words|word|words}.",
        "Open with a sentence of no more than {words} {words|word|words}, headings aside.",
        "The first sentence of your response (a heading does not count) must have {words} {words|word|words} or fewer.",
        "Keep the opening sentence, not counting headings, to {words} {words|word|words} at most.",
        "Could you hold the first sentence to {words} {words|word|words} or fewer, headings not counted?",
        "Your first sentence, leaving headings aside, may not exceed {words} {words|word|words}.",
        "Maximum length of the first sentence below any heading: {words} {words|word|words}.",
        "Begin briefly: apart from headings, the first sentence should not run past {words} {words|word|words}.",
        "Previews show just the first sentence below any heading, so that sentence must fit into {words} "
        "{words|word|words}.",
        "Whatever length the others have, the sentence that comes first, headings aside, gets {words} "
        "{words|word|words} at most.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        first = text.part(_first)
        known = _begins_in_prose(text) and first.rstrip(_CLOSERS).endswith(_ENDS)
        if not known or not text.spaced or len(text.sentences) < _FEWEST_SENTENCES:
            return None
        block = text.paragraphs[0]
        if _size(first) > _MOST_WORDS:
            return None
        end = (_ASCII_END if block.isascii() else _END).search(block)
        # A reader may end it later than the splitter: at no initial, and at no question that is quoted within it.
        return _most_words({first, block[: end.end()].strip() if end else block, sure_pieces(block)[0]}, rng)

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        words = len(WORD.findall(text.part(_first)))
        return nearness(words, None, int(params["words"])) if words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or _repeated(params, other) or other.type == "document:greeting"


class LastSentence(ConstraintType):
    """The most words that the last sentence, headings (``#``) aside, may have."""

    name = "start_end:last_sentence"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count()}
    wordings = (
        "Last sentence, headings aside: at most {words} {words|word|words}.",
        "End with a sentence of no more than {words} {words|word|words}, headings aside.",
        "The last sentence of your response (a heading does not count) must have {words} {words|word|words} or fewer.",
        "Keep the closing sentence, not counting headings, to {words} {words|word|words} at most.",
        "Could you hold the final sentence to {words} {words|word|words} or fewer, headings not counted?",
        "Your final sentence, leaving headings aside, may not exceed {words} {words|word|words}.",
        "Maximum length of the last sentence, headings aside: {words} {words|word|words}.",
        "Finish briefly: apart from headings, the last sentence should not run past {words} {words|word|words}.",
        "People remember what they read last, so the last sentence, headings aside, must fit into {words} "
        "{words|word|words}.",
        "However long the others are, the sentence that comes last, headings aside, gets {words} "
        "{words|word|words} at most.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        last = text.part(_last)
        line = next((line for line in reversed(text.marked_lines) if line.kind != "blank"), None)
        known = line is not None and line.kind == "text" and last.rstrip(_CLOSERS).endswith(_ENDS)
        if not known or not text.spaced or len(text.sentences) < _FEWEST_SENTENCES:
            return None
        block = text.paragraphs[-1]
        if _size(last) > _MOST_WORDS:
            return None
        found = (_ASCII_END if block.isascii() else _END).finditer(block)
        ends = [match.end() for match in found if match.end() < len(block.rstrip())]
        return _most_words({last, block[ends[-1] :] if ends else block, sure_pieces(block)[-1]}, rng)

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        words = len(WORD.findall(text.part(_last)))
        return nearness(words, None, int(params["words"])) if words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or _repeated(params, other) or other.type == "start_end:last_phrase"


def _first(text: ParsedText) -> str:
    """Return the first sentence below the headings that the response begins with, or an empty string."""
    return next(iter(text.sentences[_in_headings(text, text.marked_lines) :]), "")


def _last(text: ParsedText) -> str:
    """Return the last sentence above the headings that the response ends with, or an empty string."""
    after = _in_headings(text, reversed(text.marked_lines))
    return next(iter(reversed(text.sentences[: len(text.sentences) - after])), "")


def _begins_in_prose(text: ParsedText) -> bool:
    """Tell whether nobody wonders what the first sentence is: no title in bold, no "Subject:", no speaker's name."""
    line = next((line for line in text.marked_lines if line.kind != "blank"), None)
    return line is not None and line.kind == "text" and line.text[0] not in "*_" and not _LABEL.match(line.text)


def _in_headings(text: ParsedText, lines: Iterable[Line]) -> int:
    """Count the sentences of the headings that come before any other line."""
    found = 0
    for line in lines:
        if line.kind not in _PASSED_OVER:
            break
        if line.kind == "heading":
            found += sum(WORD.search(part) is not None for part in split(line.text, text.detected))
    return found


def _most_words(readings: Iterable[str], rng: random.Random) -> Params | None:
    """Return a round limit for the longest of the readings of a sentence, if it is short enough to be asked for."""
    longest = max(map(_size, readings))
    words = upper_bound(longest, rng)
    return {"words": words} if 4 <= words <= _MOST_WORDS else None


def _size(part: str) -> int:
    """Count words by letters or by spaces, whichever gives more."""
    return max(len(words_in(part) if part.isascii() else WORD.findall(part)), len(part.split()))


def _repeated(params: Params, other: Constraint) -> bool:
    """Tell whether a limit for every sentence says as much."""
    return other.type == "length:words_per_sentence" and int(other.params["words"]) <= int(params["words"])


TYPES: tuple[ConstraintType, ...] = (QuestionFirst(), FirstSentence(), LastSentence())
