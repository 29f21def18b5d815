"""Lists for which a format of its own is prescribed: a marker instead of bullets, or sentences before them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.listing import doubts
from crabtk.constraints.lists import BULLET_MARKS
from crabtk.constraints.numbers import nearness
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, OneOf, Quoted

_CUSTOM = regex.compile(r"([\p{So}\p{Pd}←-⇿·◦‣▪●○…][\p{So}\p{Pd}←-⇿\ufe0f.!?]{0,4})[ \t]+\w")
_TAKEN = frozenset({"-"})
_MOST_SENTENCES = 4


class CustomMarker(ConstraintType):
    """Two lines or more that begin with the marker, indentation aside, and hold a word after it."""

    name = "list:custom_marker"
    fields: ClassVar[Mapping[str, Field]] = {"marker": Quoted()}
    wordings = (
        "List items on lines of their own, with {marker} in front of each; two items or more.",
        "Item marker in place of a bullet: {marker}, on at least two lines.",
        "Your response must contain at least two list items, each on a line that begins with {marker}.",
        "Use {marker} to begin the line of every item that you list, and list two or more.",
        "Could you list your items, two at least, on lines that open with {marker} in place of a bullet?",
        "Instead of bullets, put {marker} at the beginning of the lines that list your items; two lines or more.",
        "Two or more lines should each start with {marker}, followed by an item of the list.",
        "Begin each item on a new line with {marker} and then the text of the item, for no fewer than two items.",
        "As the bullet for the items that you list, of which I want at least two, take {marker} and start the line "
        "with it.",
        "My old parser splits a list at lines that begin with {marker}, so write two or more items that way, each with "
        "its text after the marker.",
    )
    examples = ("Bring:\n\n→ a rope\n→ a lamp\n",)
    example_params: ClassVar[Sequence[Params]] = ({"marker": "!?!?"}, {"marker": "..."}, {"marker": "SEPARATOR"})
    evaluation_only = True

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if text.code_blocks:
            return None
        found = (_CUSTOM.match(line.text) for line in text.marked_lines if line.kind == "text")
        marks = Counter(match[1] for match in found if match and match[1] not in _TAKEN)
        mark, lines = max(marks.items(), key=lambda entry: entry[1], default=("", 0))
        return {"marker": mark} if lines > 1 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        marker = str(params["marker"]).strip()
        lines = (line.strip() for line in text.lines)
        count = sum(line.startswith(marker) and bool(WORD.search(line, len(marker))) for line in lines)
        return nearness(count, 2, None)


class AfterSentences(ConstraintType):
    """Sentences that end in a full stop, and after them bullet points of one mark; at least so many of each."""

    name = "list:after_sentences"
    fields: ClassVar[Mapping[str, Field]] = {"sentences": Count(), "items": Count(), "marker": OneOf(BULLET_MARKS)}
    wordings = (
        "Write at least {sentences} {sentences|sentence|sentences} ending in a full stop, and after that at least "
        "{items} bullet {items|point|points} marked with {marker}.",
        "Before the first bullet point marked with {marker}, have {sentences} or more sentences that end in a full "
        "stop; the number of such bullet points must be {items} or more.",
        "Your response must contain no fewer than {items} bullet {items|point|points} with {marker}, and ahead of "
        "the first one no fewer than {sentences} {sentences|sentence|sentences} closed by a full stop.",
        "Minimum of full-stop sentences up front: {sentences}. Minimum of bullet points after them, each with "
        "{marker}: {items}.",
        "Could you lead in with at least {sentences} {sentences|sentence|sentences} that {sentences|ends|end} in a "
        "full stop, and only then give at least {items} bullet {items|point|points} with {marker}?",
        "Start in running text, {sentences} or more sentences with a full stop at the end, and go on to {items} or "
        "more bullet points that begin with {marker}.",
        "No bullet point with {marker} may come before {sentences} {sentences|sentence|sentences} that "
        "{sentences|ends|end} in a full stop, and at least {items} must follow.",
        "At least {items} bullet {items|point|points} marked with {marker} should follow at least {sentences} "
        "{sentences|sentence|sentences} with a final full stop.",
        "Introduce the bullet points, which begin with {marker} and number at least {items}, by at least {sentences} "
        "{sentences|sentence|sentences} ending in a full stop.",
        "I skip bullet points that come without context, so give me {sentences} or more sentences with a full stop at "
        "the end first, and then {items} or more bullet points marked with {marker}.",
    )
    examples = (
        "The attic is full. Most of it can go. Please take these away:\n\n* the old lamp\n* two chairs\n* the trunk\n",
    )
    evaluation_only = True

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        marks = {item.mark for item in text.bullet_items}
        if len(marks) != 1 or text.code_blocks or text.numbered_items or "bullet" in text.part(doubts):
            return None
        marker = marks.pop()
        sentences, items = _before(text, marker)
        if sentences < 2 or items < 2 or len({item.indent for item in text.bullet_items}) != 1:
            return None
        # Where a sentence ends is read in more than one way; half of them is safe.
        return {"sentences": min((sentences + 1) // 2, _MOST_SENTENCES), "items": items, "marker": marker}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        sentences, items = _before(text, params["marker"])
        return (nearness(sentences, int(params["sentences"]), None) + nearness(items, int(params["items"]), None)) / 2

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        one_mark = other.type == "list:marker" and other.params.get("marker") != params["marker"]
        return super().conflicts(params, other) or one_mark

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("sentences", low=params["sentences"]), Limit("bullets", low=params["items"]))


def _before(text: ParsedText, marker: str) -> tuple[int, int]:
    """Count the sentences with a full stop before the first bullet point of a mark, and the points of that mark."""
    points = [number for number, line in enumerate(text.marked_lines) if line.kind == "bullet" and line.mark == marker]
    if not points:
        return 0, 0
    opening = ParsedText("\n".join(text.lines[: points[0]]))
    return sum(sentence.endswith((".", "。", "।")) for sentence in opening.sentences), len(points)


TYPES: tuple[ConstraintType, ...] = (CustomMarker(), AfterSentences())
