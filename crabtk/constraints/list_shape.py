"""The shape of lists: how many there are, how many items they have, and how deep these are nested."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, at_most
from crabtk.constraints.listing import ItemList, ListItem, lists, plain_lists
from crabtk.constraints.lists import BULLET_MARKS
from crabtk.constraints.numbers import nearness, share
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, OneOf

_MOST_LEVELS = 3
_FEWEST_FLAT = 8
_NESTED = (
    "- pack\n  - tent\n  - stove\n- travel\n  - tickets\n- arrive\n\nThat is all.",
    "Our plan:\n\n* Monday\n    - clean the pond\n    - feed the carp\n* Tuesday\n    - mend the net\n",
)


class Lists(CountedType):
    """Number of lists: runs of bulleted or of numbered items set off by other text, each with its sub-lists."""

    name = "list:count"
    wordings = (
        "Lists, bulleted or numbered: {relation} {n}.",
        "Use {relation} {n} separate {n|list|lists}, bulleted or numbered.",
        "Your response must contain {relation.firm} {n} bulleted or numbered {n|list|lists} set off by other text.",
        "{relation.limit} number of lists, with bullets or with numbers, in the response: {n}.",
        "{relation.cap} {n} bulleted or numbered {n|list|lists} should appear; items without other text between "
        "them make one list.",
        "Could you arrange the material in {n} bulleted or numbered {n|list|lists}{relation.tail}?",
        "The number of lists, be they bulleted or numbered, {relation.must} {n}.",
        "I turn every bulleted or numbered list into a handout, and I need {relation} {n} of them.",
        "Break up the text with bulleted or numbered lists, {relation.firm} {n} in all, where a run of items with its "
        "sub-items is one list.",
        "When you are done, count the bulleted and numbered lists, each run of items being one: I asked for "
        "{n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(lists)
        # Sub-lists are lists of their own to some readers.
        if not found or text.code_blocks or not text.part(plain_lists) or not all(each.flat for each in found):
            return None
        return agreed({len(found)}, rng)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(lists))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("lists", params["relation"], params["n"]),)


class ItemsEach(ConstraintType):
    """Exact number of outer items of every list; there must be a list."""

    name = "list:items_each"
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = (
        "Use bulleted or numbered lists of exactly {n} {n|item|items} each, sub-items not counted.",
        "Items per list, bulleted or numbered, sub-items left out: exactly {n}, and one list at least.",
        "Your response must contain at least one bulleted or numbered list, and every list must have exactly {n} "
        "top-level {n|item|items}.",
        "Each bulleted or numbered list that you write, and you must write one, has precisely {n} top-level "
        "{n|item|items}.",
        "Could you give every list, bulleted or numbered, {n} top-level {n|item|items}, no more and no fewer, and "
        "include at least one list?",
        "Include lists with bullets or numbers, and let every one of them have {n} {n|item|items}, neither more nor "
        "fewer, apart from sub-items.",
        "No bulleted or numbered list may have more or fewer than {n} {n|item|items} at the top level, and there must "
        "be such a list.",
        "Put {n} {n|item|items}, not counting sub-items, into each bulleted or numbered list, not one more or less; a "
        "response without a list will not do.",
        "All lists, bulleted or numbered, must have the same number of top-level items, namely {n}, and at least one "
        "list is required.",
        "The cards that I print your bulleted or numbered lists on have room for {n} {n|item|items}, and they must be "
        "full: every list, and there must be one, needs that many items at the top level.",
    )
    examples = ("Before the trip:\n\n- buy tickets\n- pack\n\nOn the way:\n\n1. read\n2. sleep\n\nThat is all.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(lists)
        sizes = {len(each.items) for each in found}
        if len(found) < 2 or len(sizes) != 1 or not all(each.flat for each in found):
            return None
        return None if text.code_blocks or not text.part(plain_lists) else {"n": sizes.pop()}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        found, n = text.part(lists), int(params["n"])
        if not found or not text.words:
            return 0.0
        return sum(nearness(len(each.outer), n, n) for each in found) / len(found)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("lists", low=1),)


class SubItems(CountedType):
    """Number of list items, bulleted or numbered, that are indented under another item, at whatever depth."""

    name = "list:sub_items"
    wordings = (
        "Sub-items in lists: {relation} {n}.",
        "Use {relation} {n} {n|sub-item|sub-items}, indented under other list items.",
        "Your response must contain {relation.firm} {n} nested list {n|item|items}, indented under another item.",
        "{relation.limit} number of list items indented under another item: {n}.",
        "{relation.cap} {n} list {n|item|items} should be indented under another list item.",
        "Could you indent list items under others so as to get {n} {n|sub-item|sub-items}{relation.tail}?",
        "The number of indented sub-items, over all lists, {relation.must} {n}.",
        "Make an outline: list items with further items indented below them, and of these sub-items, at whatever "
        "depth, {relation} {n}.",
        "My outliner folds list items that are indented under another item, and it should find {relation} {n} of "
        "those in your response.",
        "When you are done, count the list items that are indented under another one: I asked for {n}{relation.tail}.",
    )
    examples = _NESTED

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        count = self.count(text, {})
        return agreed({count}, rng) if count > 1 and text.part(plain_lists) else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return sum(item.depth > 1 for each in text.part(lists) for item in each.items)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        none = other.type == "list:depth" and other.params.get("n") == 1 and params["relation"] != "at_most"
        none = none or (other.type == "list:two_level" and at_most(params) == 0)
        return super().conflicts(params, other) or none


class Depth(ConstraintType):
    """The most levels that any list may have, the outer items being the first; there must be a list."""

    name = "list:depth"
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = (
        "Use bulleted or numbered lists of at most {n} {n|level|levels}.",
        "Maximum depth of lists, bulleted or numbered: {n} {n|level|levels}. There must be a list.",
        "Your response must contain a list, bulleted or numbered, and no list may be more than {n} {n|level|levels} "
        "deep.",
        "Include a bulleted or numbered list, and keep every list to no more than {n} {n|level|levels}, the outermost "
        "items included.",
        "Could you give me a bulleted or numbered list that has {n} {n|level|levels} of items at most, as every list "
        "in the response should?",
        "Lists, of which there must be one with bullets or numbers, may be no deeper than {n} {n|level|levels}.",
        "No bulleted or numbered item may stand below level {n}, level one being the outermost, and there must be such "
        "items.",
        "Write at least one list with bullets or numbers; counting the outermost items as a level, {n} "
        "{n|level|levels} per list {n|is|are} the limit.",
        "With its outermost items as the first level, no list may have more than {n} {n|level|levels}, and the "
        "response must have a bulleted or numbered list.",
        "My editor shows bulleted or numbered lists only down to level {n}, where the outermost items are level one, "
        "so give me a list and nest none any deeper.",
    )
    examples = _NESTED

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        depth = self._depth(text)
        items = sum(len(each.items) for each in text.part(lists))
        # That a short list is not nested goes without saying.
        if not 1 <= depth <= _MOST_LEVELS or (depth == 1 and items < _FEWEST_FLAT):
            return None
        return {"n": depth} if text.part(plain_lists) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        depth = self._depth(text)
        return nearness(depth, None, int(params["n"])) if depth and text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or (other.type == "list:two_level" and params["n"] < 2)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("lists", low=1),)

    def _depth(self, text: ParsedText) -> int:
        return max((item.depth for each in text.part(lists) for item in each.items), default=0)


class TwoLevel(ConstraintType):
    """Top-level bullet points all of one mark, each with a sub-item of the other mark indented under it."""

    name = "list:two_level"
    fields: ClassVar[Mapping[str, Field]] = {"marker": OneOf(BULLET_MARKS), "sub_marker": OneOf(BULLET_MARKS)}
    wordings = (
        "Mark every top-level bullet point with {marker}, and under each indent at least one sub-point marked with "
        "{sub_marker}.",
        "Use {marker} for the main bullet points and {sub_marker} for sub-points, with one sub-point or more indented "
        "under every main point.",
        "Your response must have bullet points that begin with {marker}, the top-level ones all doing so, and each of "
        "them must have an indented sub-point that begins with {sub_marker}.",
        "Main bullets: {marker}; indented sub-bullets: {sub_marker}; no main bullet without a sub-bullet.",
        "Could you write bullet points with {marker} at the top level, each followed by at least one indented "
        "sub-point with {sub_marker}?",
        "Every main point is a bullet marked with {marker} and has below it, indented, at least one bullet marked with "
        "{sub_marker}.",
        "Bullet points are required, on two levels: all those at the top carry {marker}, and under each of them stands "
        "at least one indented point with {sub_marker}.",
        "No top-level bullet may begin with anything but {marker} or lack an indented sub-bullet that begins with "
        "{sub_marker}, and there must be such bullets.",
        "Put {marker} before each outer bullet point and {sub_marker} before at least one point that is indented under "
        "it.",
        "I convert your notes by script, so begin all outer bullet points with {marker} and give each of them one or "
        "more indented sub-points that begin with {sub_marker}.",
    )
    examples = (*_NESTED[1:], "Checks:\n\n- engine\n  - oil\n  - belts\n- wheels\n  - air\n")
    evaluation_only = True

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        groups = text.part(_bullet_groups)
        marks = {outer.mark for outer, _ in groups}
        shared = set.intersection(*({item.mark for item in below} for _, below in groups)) if groups else set()
        shared -= {mark for mark in shared if mark not in BULLET_MARKS}
        # Bullets under numbers are top-level bullets to some readers.
        bullets = sum(1 + sum(item.mark in BULLET_MARKS for item in below) for _, below in groups)
        sure = bullets == len(text.bullet_items) and text.part(plain_lists)
        if len(groups) < 2 or len(marks) != 1 or len(shared) != 1 or not sure:
            return None
        return {"marker": marks.pop(), "sub_marker": shared.pop()}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        groups = text.part(_bullet_groups) if text.words else ()
        good = (
            outer.mark == params["marker"] and any(item.mark == params["sub_marker"] for item in below)
            for outer, below in groups
        )
        return share(sum(good), len(groups))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        marks = (params["marker"], params["sub_marker"])
        one_mark = other.type == "list:marker" and any(mark != other.params.get("marker") for mark in marks)
        return super().conflicts(params, other) or one_mark

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("lists", low=1), Limit("bullets", low=2))


def _bullet_groups(text: ParsedText) -> tuple[tuple[ListItem, list[ListItem]], ...]:
    """Return each top-level bullet point with the items below it, at whatever depth."""
    groups = (group for each in text.part(lists) for group in _groups(each))
    return tuple((outer, below) for outer, below in groups if outer.mark in BULLET_MARKS)


def _groups(found: ItemList) -> list[tuple[ListItem, list[ListItem]]]:
    groups: list[tuple[ListItem, list[ListItem]]] = []
    for item in found.items:
        if item.depth == 1:
            groups.append((item, []))
        else:
            groups[-1][1].append(item)
    return groups


TYPES: tuple[ConstraintType, ...] = (Lists(), ItemsEach(), SubItems(), Depth(), TwoLevel())
