"""Bulleted, numbered and lettered items, how they are marked, and doing without lists."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.listing import all_items, doubts, is_absent, lists
from crabtk.constraints.numbers import share
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf

BULLET_MARKS: Mapping[str, str] = {
    "-": "a hyphen (-)",
    "*": "an asterisk (*)",
    "+": "a plus sign (+)",
    "•": "a round bullet (•)",
}
"""The characters that mark a bullet point."""

_FEWEST_WORDS = 200
_LETTERED = re.compile(r"([A-Za-z])[.)][ \t]+\S")
_OTHER_LETTERED = re.compile(r"[>#\-+•\s]*+(?:[*_]++\(?[A-Za-z][.)]|[*_]*+(?:\([A-Za-z]\)|[A-Za-z][.)](?:\S|$)))")


class Bullets(CountedType):
    """Number of bullet points in the whole response, at any depth."""

    name = "list:bullets"
    wordings = (
        "Bullet points: {relation} {n}.",
        "Use {relation} {n} {n|bullet point|bullet points}.",
        "Your response must contain {relation.firm} {n} bulleted {n|item|items}.",
        "{relation.limit} number of bullet points in the whole response: {n}.",
        "{relation.cap} {n} {n|line|lines} of the response should begin with a bullet.",
        "Could you give me {n} {n|bullet point|bullet points}{relation.tail}?",
        "The number of bullet points, sub-points counted, {relation.must} {n}.",
        "I will turn each bullet point into a slide, and there should be {relation} {n} of them.",
        "Break the matter down into {relation.firm} {n} {n|bullet point|bullet points}, counted over the whole text.",
        "When you are done, count the bullet points at every level: I asked for {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        items = text.bullet_items
        if len(items) < 2 or not text.words:
            return None
        # Where points are nested, some readers count the outer ones alone; and one bullet makes no list to all.
        outer = min(item.indent for item in items)
        in_lists = [
            [item for item in each.items if not item.mark[0].isdigit()]
            for each in text.part(lists)
            if len(each.items) > 1
        ]
        counts = (len(items), sum(item.indent == outer for item in items), sum(map(len, in_lists)))
        return agreed(counts, rng, sure="bullet" not in text.part(doubts))

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.bullet_items)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("bullets", params["relation"], params["n"]),)


class Numbered(CountedType):
    """Number of numbered items in the whole response; measured where they form one list from 1 to n."""

    name = "list:numbered"
    wordings = (
        "Numbered items: {relation} {n}.",
        "Use {relation} {n} numbered {n|item|items}.",
        "Your response must contain {relation.firm} {n} numbered {n|item|items}, one to a line.",
        "{relation.limit} number of numbered items in the whole response: {n}.",
        "{relation.cap} {n} {n|line|lines} of the response should begin with a list number.",
        "Could you number your points, one per line, so that there {n|is|are} {n} of them{relation.tail}?",
        "The number of lines that start with a list number {relation.must} {n}.",
        "I will go through the numbered items one a day, and there should be {relation} {n} of them.",
        "Set out the steps or points as numbered items, {relation.firm} {n} in the response as a whole.",
        "When you are done, count the items that carry a number: I asked for {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        items = text.numbered_items
        numbers = [int(item.mark[:-1]) for item in items]
        one_list = numbers == list(range(1, len(items) + 1)) and len({item.indent for item in items}) == 1
        if not one_list or len(items) < 2:
            return None
        return agreed({len(items)}, rng, sure="number" not in text.part(doubts), most_exact=20)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.numbered_items)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        items = counted("numbered_items", params["relation"], params["n"])
        return (items,) if items.low is None else (items, Limit("digits", low=items.low))


class Lettered(CountedType):
    """Number of lines outside code that begin with one Latin letter, ``.`` or ``)``, and a space."""

    name = "list:lettered"
    wordings = (
        'Lettered items, such as "a)" or "b.": {relation} {n}.',
        'Use {relation} {n} {n|item|items} lettered like "a)" or "a.", each on a line of its own.',
        "Your response must contain {relation.firm} {n} lettered {n|item|items}, that is, {n|a line that begins|lines "
        'that begin} with a single letter and a closing bracket or full stop, as in "a)" or "B.".',
        '{relation.limit} number of lettered list items like "a)" or "A.": {n}.',
        '{relation.cap} {n} {n|line|lines} should begin with one letter and a bracket or full stop ("a)" or "a.").',
        'Could you give me {n} lettered {n|point|points}{relation.tail}, one per line, in the manner of "a)" or "a."?',
        'The number of list items that open with a letter, like "a." or "c)", {relation.must} {n}.',
        'I will refer to points by their letter, so put "a)", "b)" or "a.", "b." and so on at the start of the line; '
        "there should be {relation} {n} such {n|line|lines}.",
        'Letter the options "A)", "B)" or "A.", "B.", one to a line, and give {relation.firm} {n} of them.',
        'When you are done, count the lines that start with a letter such as "a)" or "a.": I asked for '
        "{n}{relation.tail}.",
    )
    examples = (
        "Which metal is liquid at room temperature?\n\na) iron\nb) mercury\nc) zinc\n\nChoose one.",
        "Bring these:\n\nA. a rope\nB. a lamp\nC. dry socks\nD. bread",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        letters = text.part(_letters)
        if len(letters) < 2 or any(line.kind == "code" and _LETTERED.match(line.text) for line in text.marked_lines):
            return None
        # Each run goes from "a" on without a gap: "I. Introduction" and "A. Poe" are no lettered items to all.
        runs_from_a = letters[0].lower() == "a" and all(
            after.lower() == "a" or ord(after) - ord(before) == 1 for before, after in pairwise(letters)
        )
        alone = "aa" in "".join(letters).lower() or letters[-1].lower() == "a"
        if not runs_from_a or alone:
            return None
        others = any(_OTHER_LETTERED.match(line.text) for line in text.marked_lines if line.kind != "code")
        return agreed({len(letters)}, rng, sure=not others)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_letters))


class Marker(ConstraintType):
    """The character that marks every bullet point; there must be bullet points."""

    name = "list:marker"
    fields: ClassVar[Mapping[str, Field]] = {"marker": OneOf(BULLET_MARKS)}
    wordings = (
        "Use bullet points, each marked with {marker}.",
        "Bullets required; character for all of them: {marker}.",
        "Your response must contain a bulleted list, and {marker} must mark every bullet point.",
        "Include bullet points; begin each of them with {marker} followed by a space.",
        "Give a list of bullet points in which the only marker is {marker}.",
        "Could you use bullet points, with {marker} in front of every one of them?",
        "Every bullet point, and there must be at least one, starts with {marker}.",
        "No bullet other than {marker} may be used, and bullet points there must be.",
        "Mark all bullet points, of which the response needs at least one, with {marker}.",
        "My editor only recognises bullet points that start with {marker}, so use that for all of "
        "yours; there should be some.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        markers = {item.mark for item in text.bullet_items}
        if len(markers) != 1 or len(text.bullet_items) < 2 or not text.words or "bullet" in text.part(doubts):
            return None
        return {"marker": markers.pop()}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        items = text.bullet_items if text.words else ()
        return share(sum(item.mark == params["marker"] for item in items), len(items))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("bullets", low=1),)


class Numbering(ConstraintType):
    """What follows the number of every numbered item, ``.`` or ``)``; there must be numbered items."""

    name = "list:numbering"
    fields: ClassVar[Mapping[str, Field]] = {
        "style": OneOf({"full_stop": 'a full stop ("1.")', "bracket": 'a closing bracket ("1)")'})
    }
    wordings = (
        "Use a numbered list with {style} after every number.",
        "Numbered list required; after each number: {style}.",
        "Your response must contain numbered items, and every item number must be followed by {style}.",
        "Include a numbered list in which {style} follows each number.",
        "Could you number your points, one per line, and put {style} after each of the numbers?",
        "Number the points, each on a line of its own, and let {style} follow every number.",
        "Every numbered item, and there must be at least one, has {style} right after its number.",
        "There must be a numbered list, and the only sign allowed after an item's number is {style}.",
        "All list numbers, of which the response needs at least one, are to be written with {style}.",
        "My converter only recognises numbered items that have {style} after the number, so write all of yours that "
        "way; there should be some.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        ends = {item.mark[-1] for item in text.numbered_items}
        if len(ends) != 1 or len(text.numbered_items) < 2 or "number" in text.part(doubts):
            return None
        return {"style": "full_stop" if ends.pop() == "." else "bracket"}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        end = "." if params["style"] == "full_stop" else ")"
        items = text.numbered_items
        return share(sum(item.mark.endswith(end) for item in items), len(items))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        mark = "full_stop" if params["style"] == "full_stop" else "round_bracket"
        return super().conflicts(params, other) or is_absent(other, mark)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("numbered_items", low=1), Limit("digits", low=1))


class NoLists(ConstraintType):
    """No bulleted and no numbered item."""

    name = "list:absent"
    wordings = (
        "Do not use any bulleted or numbered lists.",
        "No bullet points and no numbered items.",
        "Your response must not contain bulleted or numbered lists, not even with a single item.",
        "Lists with bullets or numbers are not allowed.",
        "Bulleted or numbered list items: none.",
        "Could you answer without bullet points and without numbered items?",
        "Avoid bulleted lists and numbered lists altogether.",
        "Keep everything out of list form, which means neither bullet points nor numbered items.",
        "Whatever you enumerate, do it inside the sentences: no line may begin with a bullet or a list number.",
        "I find lists hard to follow when they are read aloud, so please leave out bullet points and numbered items "
        "completely.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        short = len(text.words) < _FEWEST_WORDS or "<li>" in text.raw
        return None if short or text.code_blocks or text.part(all_items) or text.part(doubts) else {}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1 / (1 + len(text.part(all_items))) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        of_lists = other.type.startswith("list:") and other.type not in ("list:lettered", "list:custom_marker")
        return super().conflicts(params, other) or of_lists or other.type == "markdown:absent"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return tuple(Limit(quantity, high=0) for quantity in ("lists", "bullets", "numbered_items"))


def _letters(text: ParsedText) -> str:
    """Return the letters that mark lettered items, in order."""
    found = (_LETTERED.match(line.text) for line in text.marked_lines if line.kind == "text")
    return "".join(match[1] for match in found if match)


TYPES: tuple[ConstraintType, ...] = (Bullets(), Numbered(), Lettered(), Marker(), Numbering(), NoLists())
