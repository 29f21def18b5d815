"""What the items of lists are like: their length, their beginnings and ends and their order."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.listing import ItemList, ListItem, all_items, is_absent, lists, plain_lists
from crabtk.constraints.numbers import share, upper_bound
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText, words_in
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, OneOf

_FEWEST_ITEMS = 3
_FEWEST_SORTED = 4
_LEAST_LIMIT, _HIGHEST_LIMIT = 3, 60
_LONGEST_LABEL = 8

_LABEL = regex.compile(r"(?:\*\*([^*\n]+)\*\*|__([^_\n]+)__)(.*)")
_ENDS = ".,;:!?…。，、；：！？।"
_FULL_STOPS = ".。।"
# Of the bytes of a text of ASCII, its words and line ends remain.
_ONLY_WORDS = bytes(code if code < 128 and (chr(code).isalnum() or chr(code) == "\n") else 32 for code in range(256))
_EMPHASIS_MARKS = "*_ "
_LIST = "Shopping:\n\n- bread\n- butter\n- milk\n- plums\n\nPlease hurry."


class ItemWords(ConstraintType):
    """The longest list item that may be written, each sub-item by itself; there must be a list item."""

    name = "list:item_words"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count()}
    wordings = (
        "Use bulleted or numbered list items of at most {words} {words|word|words} each.",
        "Maximum length of list items, bulleted or numbered: {words} {words|word|words}. There must be a list.",
        "Your response must contain a bulleted or numbered list, and no item or sub-item may be longer than {words} "
        "{words|word|words}.",
        "Include a list with bullets or numbers, and keep each item, sub-items taken by themselves, to {words} "
        "{words|word|words} or fewer.",
        "Could you write a bulleted or numbered list and spend no more than {words} {words|word|words} on any of its "
        "items?",
        "No list item may run past {words} {words|word|words}, and there must be items, bulleted or numbered.",
        "Every bulleted or numbered item, of which the response needs at least one, has {words} {words|word|words} or "
        "fewer.",
        "List items, with bullets or numbers, are required, but none of more than {words} {words|word|words}.",
        "In bulleted and numbered lists, and there must be one, allow each item {words} {words|word|words} at most.",
        "The items of your bulleted or numbered list go on slides, so there must be such a list, and an item must not "
        "exceed {words} {words|word|words}.",
    )
    examples = (_LIST,)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        items = text.part(all_items)
        sure = len(items) >= _FEWEST_ITEMS and text.spaced and text.part(plain_lists) and not text.code_blocks
        # A paragraph below an item and what is indented under it belong to the item for some readers.
        if not sure or any(item.lines > 1 or item.depth > 1 for item in items):
            return None
        by_spaces = max([len(item.text.split()) for item in items])
        words = upper_bound(max(by_spaces, *text.part(_word_counts)), rng)
        return {"words": words} if _LEAST_LIMIT <= words <= _HIGHEST_LIMIT else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        counts = text.part(_word_counts) if text.words else ()
        return share(sum([count <= params["words"] for count in counts]), len(counts))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("lists", low=1),)


class ItemLabel(ConstraintType):
    """Every list item, sub-items too, begins with words in bold and goes on after them; there must be one."""

    name = "list:item_label"
    wordings = (
        "Begin every list item with a label in bold, followed by further text; there must be a list.",
        "List items: bold label first, then the text. At least one item, with no exceptions.",
        "Your response must contain a list, and each item, sub-items included, must begin with a bold label that other "
        "text follows.",
        "Use a bulleted or numbered list in which every item starts with words in bold and goes on in normal type.",
        "Could you give me a list whose items all open with a label in bold, with some explanation after it?",
        "Every bulleted or numbered item, and there must be at least one, opens with a bold label ahead of its text.",
        "Put a label in bold Markdown at the very beginning of each list item and some text after it; a response "
        "without a list will not do.",
        "No list item without a bold label at its start and text after that label, please, and do include a list.",
        "Include a list, and introduce all of its items with a catchword in Markdown bold before you go on.",
        "People will skim the list that you write, so each bulleted or numbered item must start with its catchword in "
        "bold and then explain it.",
    )
    examples = ("Two tools:\n\n- **Saw:** cuts boards.\n- **Plane:** smooths them.\n\nKeep both sharp.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        items = text.part(all_items)
        if len(items) < 2 or not _label(items[0]) or text.code_blocks or not text.part(plain_lists):
            return None
        if any(item.lines > 1 or "__" in item.text for item in items):
            return None
        return {} if all(0 < len(_label(item).split()) <= _LONGEST_LABEL for item in items) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        items = text.part(all_items)
        return share(sum(bool(_label(item)) for item in items), len(items))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("emphasis:absent", "markdown:absent")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("lists", low=1), Limit("bold_spans", low=1))


class ItemEnd(ConstraintType):
    """How every list item ends, marks of emphasis aside; there must be a list item."""

    name = "list:item_end"
    fields: ClassVar[Mapping[str, Field]] = {
        "mark": OneOf({"full_stop": "a full stop", "none": "no punctuation mark (. , ; : ! or ?)"})
    }
    wordings = (
        "End every list item with {mark}; there must be a list, bulleted or numbered.",
        "List items, at least one, bulleted or numbered; at the end of each: {mark}.",
        "Your response must contain a bulleted or numbered list, and all items, sub-items included, must end with "
        "{mark}.",
        "Use a list with bullets or numbers, and put {mark} at the end of each item.",
        "Could you write a bulleted or numbered list with {mark} at the end of every item?",
        "Every bulleted or numbered item, of which the response needs at least one, closes with {mark}.",
        "Include a list with bullets or numbers whose items, without exception, have {mark} as their ending.",
        "Finish each item of your bulleted or numbered list with {mark}, and do include such a list.",
        "All list items should have {mark} at their end, and there must be such items, with bullets or numbers.",
        "Our style guide wants {mark} at the end of every bulleted or numbered list item, so follow it in the list "
        "that you are to include.",
    )
    examples = (_LIST, "Steps:\n\n1. Fill the pan.\n2. Light the stove.\n3. Wait.\n\nGood luck!")

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        items = text.part(all_items)
        plain = len(items) >= _FEWEST_ITEMS and text.part(plain_lists) and not text.code_blocks
        if not plain or any(item.lines > 1 for item in items):
            return None
        if all(item.text.endswith(".") and not item.text.endswith(("..", "etc.")) for item in items):
            return {"mark": "full_stop"}
        return {"mark": "none"} if all(item.text[-1].isalnum() or item.text[-1] == ")" for item in items) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        items = text.part(all_items) if text.words else ()
        full_stop = params["mark"] == "full_stop"
        return share(sum(_ends(item, full_stop) for item in items), len(items))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        stop = params["mark"] == "full_stop" and is_absent(other, "full_stop")
        return super().conflicts(params, other) or stop

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("lists", low=1),)


class Alphabetical(ConstraintType):
    """The outer items of every list in alphabetical order, case and marks aside; a list of two or more exists."""

    name = "list:alphabetical"
    wordings = (
        "Sort the top-level items of every list alphabetically; there must be a list of two or more items.",
        "List order: alphabetical, by top-level items, in every list; one list of two or more items is required.",
        "Your response must contain a bulleted or numbered list of at least two items, and the top-level items of each "
        "list must stand in alphabetical order.",
        "Use a list with bullets or numbers, two items or more, and arrange the top level of every list from A to Z.",
        "Could you give me a bulleted or numbered list of two items or more, and put the top-level items of each list "
        "in alphabetical order?",
        "Every bulleted or numbered list, and there must be one with at least two items, is to be in alphabetical "
        "order at its top level.",
        "Alphabetical order is a must for the top-level items of all lists, and the response needs a list of at least "
        "two.",
        "Order by the alphabet whatever top-level items you list with bullets or numbers, and list two or more.",
        "In no list may a top-level item stand before one that precedes it in the alphabet, and there must be a list "
        "of two or more items.",
        "Readers will look entries up in your list, so it must exist, have at least two items, and be alphabetical at "
        "the top level like any other list in the response.",
    )
    examples = (_LIST,)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(lists)
        longest = max([len(each.items) for each in found], default=0)
        if longest < _FEWEST_SORTED or not all(map(_may_be_sorted, found)):
            return None
        if text.code_blocks or not text.part(plain_lists) or not all(each.flat for each in found):
            return None
        keys = text.part(_keys)
        # Accents, digits, and spaces within an entry are sorted in more ways than one.
        plain = all(key and key[0].isalpha() and all(word.isascii() for word in key) for each in keys for key in each)
        letters = [[("".join(key),) for key in each] for each in keys]
        sorted_ = all(_ascending(each) for each in letters) and all(_ascending(each) for each in keys)
        return {} if plain and sorted_ else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        pairs = [pair for each in text.part(_keys) for pair in pairwise(each)] if text.words else []
        return share(sum(one <= two for one, two in pairs), len(pairs))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("lists", low=1),)


def _words(text: str) -> list[str]:
    """Return the runs of letters and digits; scripts without spaces are not divided further."""
    return words_in(text) if text.isascii() else WORD.findall(text)


def _word_counts(text: ParsedText) -> tuple[int, ...]:
    """Return the number of words of each item."""
    texts = [item.text for item in text.part(all_items)]
    if not texts or not text.raw.isascii():
        return tuple([len(_words(each)) for each in texts])
    only_words = "\n".join(texts).encode().translate(_ONLY_WORDS)
    return tuple([len(each.split()) for each in only_words.split(b"\n")])


def _label(item: ListItem) -> str:
    """Return the bold words that begin an item, or nothing where there are none or no text follows."""
    match = _LABEL.match(item.text) if item.text[0] in "*_" else None
    label = (match[1] or match[2]) if match else ""
    return label if match and WORD.search(label) and WORD.search(match[3]) else ""


def _ends(item: ListItem, full_stop: bool) -> bool:
    text = item.text.rstrip(_EMPHASIS_MARKS)
    if full_stop:
        return text.endswith(tuple(_FULL_STOPS)) and not text.endswith("..")
    return not text.endswith(tuple(_ENDS))


def _keys(text: ParsedText) -> list[list[tuple[str, ...]]]:
    """Return the words of each list's outer items, case folded."""
    return [[tuple(_words(item.text.casefold())) for item in each.outer] for each in text.part(lists)]


def _may_be_sorted(found: ItemList) -> bool:
    """Tell whether the first words of the outer items allow for an alphabetical order; of most lists, two refuse."""
    last = ""
    for item in found.outer:
        match = WORD.search(item.text.casefold())
        if match is None or match[0] < last:
            return False
        last = match[0]
    return True


def _ascending(keys: Sequence[tuple[str, ...]]) -> bool:
    return all(one < two for one, two in pairwise(keys))


TYPES: tuple[ConstraintType, ...] = (
    ItemWords(), ItemLabel(), ItemEnd(), Alphabetical(),
)  # fmt: skip
