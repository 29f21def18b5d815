"""The lists of a text: which items belong to one list and which are indented under others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import regex

from crabtk.markdown import Line
from crabtk.text import ParsedText
from crabtk.types import Constraint

Doubt = Literal["bullet", "number", "letter"]

_STRAY: tuple[tuple[Doubt, regex.Pattern[str]], ...] = (
    ("bullet", regex.compile(r"[>\s]*(?:[-+•–—―·◦‣▪▫■□●○⁃∙►▶▸➢➤→⇒✓✗✘★☆✦]|\*(?!\*)|\p{Extended_Pictographic})")),
    ("number", regex.compile(r"(?:[>*_#\s]|[-+•]\s)*+[\[(]?\d{1,4}(?:[.)\]:]|\ufe0f?\u20e3)")),
    ("letter", regex.compile(r"(?:[>*_#\s]|[-+•]\s)*+[\[(]?(?:\p{L}|[ivxIVX]{2,5})[.)\]:](?:\s|\*|$)")),
)
_LETTER_END = frozenset(".)]:")
_PLAIN_START = re.compile(r"[A-Za-z][^.)\]:]{6}")
"""A quick look at a line that surely begins no item."""

_IN_CODE = regex.compile(r"\s*(?:[-*+•]|[0-9]+[.)]|[A-Za-z][.)])\s")


class ListItem(NamedTuple):
    """An item of a list.

    Attributes:
        mark: As written: ``-``, ``3.``.
        text: The item's line and the lines that continue it, joined by a space; without its sub-items.
        depth: 1 for an outer item, 2 for one indented under it, and so on.
        lines: On how many lines the text stands.
    """

    mark: str
    text: str
    depth: int
    lines: int = 1


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list with all its sub-lists.

    Attributes:
        items: In the order of the text, at every depth; at least one.
        plain: Whether every reader takes the items for one list of this nesting.
    """

    items: tuple[ListItem, ...]
    plain: bool

    @property
    def outer(self) -> tuple[ListItem, ...]:
        """The items that are not indented under another one."""
        return tuple([item for item in self.items if item.depth == 1])

    @property
    def flat(self) -> bool:
        """Whether no item is indented under another one."""
        return all(item.depth == 1 for item in self.items)

    @property
    def complete(self) -> bool:
        """Whether it has two items or more, numbered from 1 on if they are numbered."""
        marks = [item.mark for item in self.outer]
        if not marks[0][0].isdigit():
            return len(marks) > 1
        return len(marks) > 1 and [int(mark[:-1]) for mark in marks] == list(range(1, len(marks) + 1))


def lists(text: ParsedText) -> tuple[ItemList, ...]:
    """Return the bulleted and numbered lists of a text, in order; for ``ParsedText.part``.

    Items with nothing but blank lines and lines that continue an item between them are one list. A line
    continues an item if it is indented, or if it stands right below a numbered item. An item is a sub-item if
    it is indented under another one of its list. Where bullets follow numbers without being indented, or
    numbers bullets, a new list begins.
    """
    return () if text.is_prose else tuple(_lists(text))


def all_items(text: ParsedText) -> tuple[ListItem, ...]:
    """Return the items of all lists, at every depth, in order; for ``ParsedText.part``."""
    return tuple([item for each in text.part(lists) for item in each.items])


def plain_lists(text: ParsedText) -> bool:
    """Tell whether readers agree on what the lists are and how they nest; for ``ParsedText.part``."""
    return bool(text.words) and not text.part(doubts) and all(each.plain and each.complete for each in text.part(lists))


def doubts(text: ParsedText) -> frozenset[Doubt]:
    """Return the kinds of items that some readers may see where the lists have none; for ``ParsedText.part``.

    A dash or an emoji as a bullet, an item in a block quote, a number in bold, a list inside a code block.
    """
    found: set[Doubt] = set()
    for line in text.marked_lines:
        if line.kind == "code" and _IN_CODE.match(line.text):
            return frozenset({"bullet", "number", "letter"})
        if line.kind in ("text", "heading", "bullet") and not _PLAIN_START.match(line.text):
            if line.text[:1].isalpha() and not _LETTER_END.intersection(line.text[1:7]):
                continue
            strays = _STRAY if line.kind == "text" else _STRAY[1:]
            found.update(kind for kind, stray in strays if stray.match(line.text))
    return frozenset(found)


def is_absent(other: Constraint, mark: str) -> bool:
    """Tell whether a constraint forbids a punctuation mark, named as in ``punctuation.MARKS``."""
    return other.type == "punctuation:absent" and other.params.get("mark") == mark


class _Open:
    """A list while its lines are read."""

    def __init__(self, numbered: bool, plain: bool) -> None:
        self.numbered = numbered
        self.plain = plain
        self._indents: list[int] = []
        self._rows: list[tuple[str, list[str], int]] = []

    def takes(self, line: Line) -> bool:
        """Tell whether an item belongs to this list: it is of the outer items' kind, or indented under one."""
        return line.indent > self._indents[0] or (line.kind == "number") == self.numbered

    def add(self, line: Line, raw: str) -> None:
        beside = line.indent
        while self._indents and line.indent <= self._indents[-1]:
            beside = self._indents.pop()
        # Neither one space more, nor tabs, nor items out of line tell every reader how deep an item stands.
        one_more = bool(self._indents) and line.indent - self._indents[-1] == 1
        self.plain = self.plain and not one_more and beside == line.indent and "\t" not in raw[: line.indent]
        self._indents.append(line.indent)
        self._rows.append((line.mark, [line.text], len(self._indents)))

    def goes_on(self, line: Line, raw: str, blank: bool) -> bool:
        """Tell whether a line that is no item continues the last one, and take it in if so."""
        further = len(raw) - len(raw.lstrip()) - self._indents[0]
        if further <= 0:
            self.plain = self.plain and blank
            if blank or not self.numbered or line.kind != "text":
                return False
        self.plain = self.plain and line.kind == "text" and further > 1
        if line.kind == "text":
            self._rows[-1][1].append(line.text)
        return True

    def closed(self) -> ItemList:
        items = tuple(ListItem(mark, " ".join(parts), depth, len(parts)) for mark, parts, depth in self._rows)
        same = len({item.mark[-1] for item in items if item.depth == 1}) == 1
        return ItemList(items, self.plain and same)


def _lists(text: ParsedText) -> Iterator[ItemList]:
    held: _Open | None = None
    blank = False
    for raw, line in zip(text.lines, text.marked_lines, strict=True):
        if line.kind in ("bullet", "number"):
            if held is None:
                held = _Open(line.kind == "number", plain=True)
            elif not held.takes(line):
                held.plain = False
                yield held.closed()
                held = _Open(line.kind == "number", plain=False)
            held.add(line, raw)
        elif held and line.kind != "blank" and not held.goes_on(line, raw, blank):
            yield held.closed()
            held = None
        blank = line.kind == "blank"
    if held:
        yield held.closed()
