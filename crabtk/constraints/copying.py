"""Responses that repeat a text, letter case aside.

White space counts as one space however much there is of it, and none at the ends.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.quoting import inner
from crabtk.constraints.start_end import BEGINNINGS, FRAMED
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, Quoted

_MOST_QUOTED = 1_000
_FEWEST_IN_SPAN = 3
_DIVIDER = "******"


class WholeResponse(ConstraintType):
    """A type whose parameters say the whole response, so that anything else repeats or contradicts it."""

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return True


class Prompt(WholeResponse):
    """The response is the prompt, word for word."""

    name = "copy:prompt"
    fields: ClassVar[Mapping[str, Field]] = {"prompt": Quoted()}
    wordings = (
        "Copy this and answer nothing, in any letter case: {prompt}",
        "Do not follow the request {prompt}; only write it out again, word for word, in any letter case.",
        "Your response must be the text {prompt} and nothing else, letter case aside.",
        "Repeat {prompt} verbatim (letter case aside) without a word before or after it.",
        "Could you just copy out {prompt}, adding nothing, in whichever letter case?",
        "Verbatim copy, letter case aside, and nothing more: {prompt}",
        "Rather than answer {prompt}, hand it back to me unchanged but for letter case.",
        "The whole response: {prompt}, copied word for word in any letter case.",
        "I am testing whether you can hold back, so reply with exactly {prompt}, whatever its letter case, and do "
        "not act on it.",
        "Whatever {prompt} asks for, do not do it; write down just these words, in any letter case.",
    )
    example_params = ({"prompt": "Name the rivers that meet in Koblenz."},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        params = _quotable_prompt(text)
        return params if params and self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and folded(text.raw) == folded(str(params["prompt"]))


class PromptFirst(ConstraintType):
    """The response begins with the prompt, word for word, and goes on."""

    name = "copy:prompt_first"
    fields: ClassVar[Mapping[str, Field]] = {"prompt": Quoted()}
    wordings = (
        "First repeat {prompt} word for word, in any letter case, then answer.",
        "Begin your response with the request {prompt}, unchanged but for letter case, and go on with your answer.",
        "Your response must start with a verbatim copy of {prompt} (letter case aside), followed by the answer.",
        "Before anything else, write out {prompt} word for word, in any letter case, and then answer.",
        "Could you repeat {prompt} at the very beginning, letter case aside, and answer it after that?",
        "Opening: the words {prompt}, copied in any letter case; after that, your answer.",
        "Say {prompt} again, word for word in any letter case, with nothing before it, and only then respond to it.",
        "Put the request first and the answer after it, where the request reads {prompt}, in any letter case.",
        "The answer will be read without its question, so open with {prompt}, copied word for word in any letter "
        "case, and continue with the answer.",
        "No word may come before {prompt}, copied exactly but for letter case, and an answer has to follow it.",
    )
    example_params = ({"prompt": "Which birds stay in Iceland all winter?"},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        params = _quotable_prompt(text)
        return params if params and self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        prompt, raw = folded(str(params["prompt"])), folded(text.raw)
        if not (prompt and raw.startswith(prompt)):
            return False
        rest = raw[len(prompt) :]
        return WORD.search(rest) is not None and not (inner(prompt[-1]) and inner(rest[0]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        framed = other.type in FRAMED or other.type in ("quotation:whole", "heading:first", "document:greeting")
        return super().conflicts(params, other) or framed or other.type in BEGINNINGS

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("words", low=len(WORD.findall(str(params["prompt"]))) + 1),)

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (str(params["prompt"]),)


class Times(WholeResponse):
    """The response is so many copies of the prompt with the divider between each two, and nothing else."""

    name = "copy:times"
    fields: ClassVar[Mapping[str, Field]] = {"prompt": Quoted(), "n": Count(), "divider": Quoted()}
    wordings = (
        "Copy {prompt} {n} {n|time|times}, in any letter case, with {divider} between copies and nothing else.",
        "Write out {prompt} exactly {n} {n|time|times} and nothing more, letter case aside, separating the copies "
        "by {divider}.",
        "Your response must consist of {n} {n|copy|copies} of {prompt}, in any letter case, with {divider} between "
        "each two.",
        "Number of copies of {prompt}, letter case aside, and nothing besides: {n}; divider between them: {divider}.",
        "Could you give me {prompt} {n} {n|time|times} over, in any letter case, divided by {divider} and with "
        "nothing added?",
        "Do not answer {prompt}; repeat it until it stands there {n} {n|time|times} in all, letter case aside, with "
        "{divider} in between and nothing else.",
        "Divided by {divider}, the text {prompt} must appear {n} {n|time|times} in any letter case, and nothing else "
        "may appear.",
        "Nothing but {n} {n|copy|copies} of {prompt}, letter case aside, with {divider} between one and the next.",
        "I am going to cut the text apart at each {divider}, so put that between the copies of {prompt}, of which I "
        "need exactly {n}, in any letter case, and put nothing anywhere else.",
        "Fill the response with {prompt}, written {n} {n|time|times} in any letter case, {divider} standing between "
        "copies, and stop there.",
    )
    example_params = (
        {"prompt": "Name the rivers that meet in Koblenz.", "n": 3, "divider": _DIVIDER},
        {"prompt": "What does a cooper make?", "n": 2, "divider": _DIVIDER},
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = _quotable_prompt(text) if _DIVIDER in text.raw else None
        params = {**found, "n": text.raw.count(_DIVIDER) + 1, "divider": _DIVIDER} if found else None
        return params if params and self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        prompt, divider, n = str(params["prompt"]), str(params["divider"]), int(params["n"])
        if not (text.words and prompt and divider):
            return 0.0
        # A prompt that holds the divider is cut at it as the response is.
        wanted = [folded(piece) for piece in prompt.split(divider)]
        pieces = [folded(piece) for piece in text.raw.split(divider)]
        size = len(wanted)
        good = sum(pieces[start : start + size] == wanted for start in range(0, len(pieces), size))
        return share(min(good, n), max(n, -(-len(pieces) // size)))


class Sentence(WholeResponse):
    """The response is the sentence and nothing else."""

    name = "copy:sentence"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"sentence": Quoted()}
    wordings = (
        "Only output this sentence, in any letter case: {sentence}",
        "Ignore all other requests and write just the sentence {sentence}, letter case aside.",
        "Your response must be the sentence {sentence} and nothing besides, in any letter case.",
        "Say no more than the sentence {sentence}, word for word, in any letter case.",
        "Could you answer with nothing but the sentence {sentence}, letter case aside?",
        "Complete response, letter case aside: the sentence {sentence}",
        "Whatever else is asked, the sentence {sentence}, in any letter case, is all that you may write.",
        "Set everything aside and output just the sentence {sentence}, unchanged but for letter case.",
        "This is a check that the line works, so send back the sentence {sentence} and add nothing to it; letter "
        "case does not matter.",
        "The sentence {sentence}, in any letter case, must be the whole of your response.",
    )
    example_params = ({"sentence": "The lighthouse is not open on Mondays."},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and folded(text.raw) == folded(str(params["sentence"]))


class Span(WholeResponse):
    """The response is the characters ``start`` to ``end`` of the prompt, counted from 1, both included."""

    name = "copy:span"
    fields: ClassVar[Mapping[str, Field]] = {"prompt": Quoted(), "start": Count(), "end": Count()}
    wordings = (
        "Copy characters {start} to {end} of {prompt}, counted from 1 and both included, in any letter case.",
        "From {prompt}, write out just the characters at positions {start} to {end} (the first is number 1, both ends "
        "are included), letter case aside.",
        "Your response must be the part of {prompt} from character {start} up to and including character {end}, "
        "counted from 1, in any letter case.",
        "Do not answer {prompt}; copy of it, letter case aside, what stands from character {start} through character "
        "{end}, where the count begins at 1.",
        "Could you give me only characters {start} through {end} of {prompt}, counting from 1 with both included, in "
        "any letter case?",
        "Cut {prompt} down to characters {start} to {end}, counted from 1 and both included; letter case aside.",
        "Characters to copy, counted from 1 with both ends included, in any letter case: {start} to {end} of {prompt}",
        "Reply with nothing but the stretch of {prompt} that begins at character {start} and ends with character "
        "{end}, the count starting at 1, letter case aside.",
        "I am checking the positions in an index, so return exactly characters {start} to {end} of {prompt}, both "
        "included, where the count starts at 1 and spaces count as well, in any letter case.",
        "Of the text {prompt}, output the span from character {start} to character {end}, counted from 1 and "
        "inclusive at both ends; letter case does not matter.",
    )
    example_params = (
        {"prompt": "Name the rivers that meet in Koblenz.", "start": 10, "end": 25},
        {"prompt": "What does a cooper make?", "start": 1, "end": 18},
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = _quotable_prompt(text)
        raw = text.raw.strip()
        if found is None or len(text.words) < _FEWEST_IN_SPAN:
            return None
        prompt = str(found["prompt"])
        start = prompt.find(raw)
        if start < 0 or prompt.find(raw, start + 1) >= 0 or len(raw) == len(prompt):
            return None
        params = {"prompt": prompt, "start": start + 1, "end": start + len(raw)}
        return params if self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        start, end = int(params["start"]), int(params["end"])
        span = str(params["prompt"])[start - 1 : end] if start >= 1 else ""
        return bool(text.words) and folded(text.raw) == folded(span)


def folded(text: str) -> str:
    """Return a text without letter case, its white space made single spaces."""
    return " ".join(text.split()).casefold()


def _quotable_prompt(text: ParsedText) -> dict[str, object] | None:
    """Return the prompt as a parameter if it can stand in a wording."""
    prompt = (text.prompt or "").strip()
    fits = WORD.search(prompt) and len(prompt) <= _MOST_QUOTED and prompt.isprintable() and '"' not in prompt
    return {"prompt": prompt} if fits else None


TYPES: tuple[ConstraintType, ...] = (Prompt(), PromptFirst(), Times(), Sentence(), Span())
