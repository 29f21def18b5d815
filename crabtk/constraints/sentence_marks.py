"""How sentences are closed and joined."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.punctuation import MARKS
from crabtk.quantities import Limit
from crabtk.sentences import split
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf

_FEWEST_SENTENCES = 4
_CLOSERS = "\"'”’»」』）)]}*_ \t"
_ENDINGS = {"full_stop": "full stop", "exclamation_mark": "exclamation mark", "question_mark": "question mark"}
_OTHER_ENDS = "…‽‼⁉⁈⁇:："
_OTHERS = {
    mark: frozenset(_OTHER_ENDS).union(*(MARKS[other] for other in _ENDINGS if other != mark)) for mark in _ENDINGS
}
"""What else may end a sentence, by mark."""
_JOINT = re.compile(r"(?<![.!?…。！？])([.!?…。！？]++[\"'”’»)\]]*)-(?=[^\s-])")
_DASHED = re.compile(r"(?<![.!?…。！？])([.!?…。！？]++[\"'”’»)\]]*)-{2,}(?=[^\s-])")
_PARTED = re.compile(r"[.!?…。！？][\"'”’»)\]]*\s+\S")
_LAST_MARK = {"start_end:question_end": "question_mark", "start_end:exclamation_end": "exclamation_mark"}


class SentenceEnd(ConstraintType):
    """Every sentence ends with the mark, closing quotation marks and brackets aside.

    Headings and list items are sentences.
    """

    name = "punctuation:sentence_end"
    fields: ClassVar[Mapping[str, Field]] = {
        "mark": OneOf({mark: f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for mark, name in _ENDINGS.items()}),
        "mark.many": OneOf({mark: f"{name}s" for mark, name in _ENDINGS.items()}),
    }
    wordings = (
        "End every sentence with {mark}.",
        "Your response must close each sentence with {mark}, headings and list items included.",
        "Close all of your sentences with {mark.many}.",
        "Only {mark} may end a sentence; a closing quotation mark or bracket can follow it.",
        "Final mark of every sentence in the response: {mark}.",
        "Could you let {mark} stand at the end of each and every sentence?",
        "Each sentence, from the first to the last, has to end in {mark}.",
        "There must be no sentence that ends with anything but {mark}, not even in a heading or a list.",
        "For a uniform look, I want {mark.many} and nothing else at the ends of the sentences.",
        "Write in such a way that, whichever sentence I pick, the last mark of it is {mark}.",
        "Sentences without {mark} at their end are not allowed.",
    )
    examples = ("What is a road? Who built it? Where does it lead? Shall we follow it?",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.sentences) < _FEWEST_SENTENCES or not text.is_prose or ".." in text.raw:
            return None
        lines = [line.rstrip() for line in text.lines if line.strip()]
        for mark, others in _OTHERS.items():
            # Wherever readers part the sentences, each ends with the mark if no other one ends anything.
            ends = tuple(MARKS[mark])
            if all(line.endswith(ends) for line in lines) and not any(sign in text.raw for sign in others):
                return {"mark": mark} if self.check(text, {"mark": mark}) else None
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        ends = tuple(MARKS[params["mark"]])
        return share(sum(sentence.rstrip(_CLOSERS).endswith(ends) for sentence in text.sentences), len(text.sentences))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        mark = params["mark"]
        last = _LAST_MARK.get(other.type, mark) != mark
        mixed = other.type in ("sentence:balance", "sentence:type_ratio", "emoji:sentence_end", "json:valid")
        question = mark != "question_mark" and other.type == "start_end:question_first"
        return super().conflicts(params, other) or last or mixed or question

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        mark = params["mark"]
        if mark == "full_stop":
            return (Limit("questions", high=0), Limit("exclamations", high=0))
        none, each = ("exclamations", "questions") if mark == "question_mark" else ("questions", "exclamations")
        return (Limit(none, high=0), Limit(f"mark:{mark}", low=1, per="sentences"), Limit(each, low=1, per="sentences"))


class HyphenJoined(ConstraintType):
    """Two or more sentences, each joined to the next by one hyphen without a space on either side."""

    name = "punctuation:hyphen_joined"
    wordings = (
        "Join your sentences with hyphens, without spaces between them.",
        "Between any two sentences there must be a hyphen and no space.",
        "Your response must consist of sentences that are connected by hyphens, with no space on either side of them.",
        "Write several sentences, but in place of the space after each one put a hyphen.",
        "Separator between sentences: a hyphen, no spaces.",
        "Could you string the sentences together with hyphens, leaving no space around them?",
        "After the end of each sentence, a hyphen follows at once, and after the hyphen, at once the next sentence.",
        "My parser splits sentences at hyphens, so connect all of your sentences by hyphens and leave out the spaces "
        "that would stand between them.",
        "Instead of spaces, use hyphens to connect one sentence to the next.",
        "No sentence may be parted from the next by a space: a hyphen has to take its place.",
        "Sentences should run on like this.-The next one follows a hyphen.-So does every other.",
    )
    examples = ("The door is open.-Nobody is in.-The lamp still burns.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if len(text.lines) == 1 and not _PARTED.search(text.raw) and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        opened, joints = _JOINT.subn(r"\1 ", text.raw.strip())
        if not joints:
            return 0.0
        opened = _DASHED.sub(r"\1 ", opened)
        boundaries = sum(bool(WORD.search(part)) for part in split(opened, text.detected)) - 1
        return min(1.0, share(joints, boundaries))

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return ("-",)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("json:valid", "emoji:sentence_end")


TYPES: tuple[ConstraintType, ...] = (SentenceEnd(), HyphenJoined())
