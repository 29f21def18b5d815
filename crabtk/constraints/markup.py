"""Placeholders, and the absence of all markup."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.paragraph import STRUCTURE
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_FEWEST_WORDS = 50
_MARKS = "*`|_~"
_HTML = re.compile(r"</?(?:[bip]|[uo]l|li|t[drh]|pre|code|strong|table|h[1-6])\b")
"""Headings, lists and so on of HTML."""

_MARKED_LINE = re.compile(
    r"\n[^\S\n]*+(?:[#>•]|[-+]\s|[=-]+[^\S\n]*+$|\(?(?:\d+|[A-Za-z]|[ivxlIVXL]+)[.)])"
    r"|\n(?: {4}|\t)[^\S\n]*+\S",  # Markdown shows what is indented so far as code
    re.MULTILINE,
)
_BRACKET = re.compile(r"\[[^\[\]\n]*\]?")
_NO_PLACEHOLDER = re.compile(r"\[(?<=[\w\\\])]\[)")
"""The bracket of a formula, of an index in code or of a link."""
_MARKED_UP = frozenset(
    {
        "emphasis:bold",
        "emphasis:keyword",
        "section:count",
        "section:words",
        "document:thesis",
        "table:rows",
        "table:count",
        "table:header",
        "code:tagged",
        "code:function",
        "code:only",
        "code:lines",
        "code:comments",
        "code:absent",
    }
)
"""Types besides ``STRUCTURE`` that demand, or forbid once more, what plain text does without."""


class Placeholders(CountedType):
    """Number of placeholders in square brackets, such as ``[Your Name]``; repeated ones count each time."""

    name = "placeholder:count"
    wordings = (
        "Placeholders like [name]: {relation} {n}.",
        "Use {relation} {n} {n|placeholder|placeholders} in square brackets, such as [address].",
        "Your response must contain {relation.firm} {n} {n|placeholder|placeholders} of the form [name].",
        "{relation.limit} number of placeholders in square brackets, such as [date], for me to fill in: {n}.",
        "{relation.cap} {n} {n|detail|details} should be left open as {n|a placeholder|placeholders} in square "
        "brackets, for instance [phone number].",
        "Could you leave gaps like [name] in square brackets, {n} {n|placeholder|placeholders}{relation.tail}?",
        "The number of bracketed placeholders, such as [title], repeated ones counted each time, {relation.must} {n}.",
        "I will fill in the details myself, so leave {relation} {n} {n|gap|gaps} marked like [this].",
        "This is a template with {relation.firm} {n} {n|placeholder|placeholders} in square brackets, like [city].",
        "When you are done, count the placeholders such as [company] in square brackets: I asked for "
        "{n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        count = len(text.placeholders)
        # What a colon follows defines a link to some readers and is a label to others.
        if not count or text.code_blocks or "]:" in text.raw or _NO_PLACEHOLDER.search(text.raw):
            return None
        # What else stands in square brackets is a placeholder to some readers.
        brackets = len(_BRACKET.findall(text.raw))
        distinct = len(set(text.placeholders))
        return agreed({count, distinct}, rng, sure=brackets == count)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.placeholders)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("placeholders", params["relation"], params["n"]),)


class NoMarkdown(ConstraintType):
    """Plain paragraphs: no headings, lists, tables, bold text or code blocks."""

    name = "markdown:absent"
    wordings = (
        "Do not use Markdown headings, lists, tables, bold text or code blocks.",
        "No headings, lists, tables, bold text or code blocks.",
        "Your response must be plain text, without headings, lists, tables, bold text or code blocks.",
        "Write running text only: no Markdown headings, no lists, no tables, no bold text, no code blocks.",
        "Headings, lists, tables, bold text and code blocks are not allowed.",
        "Could you do without headings, lists, tables, bold text and code blocks?",
        "Plain paragraphs, please: headings, lists, tables, bold text and code blocks are all to be avoided.",
        "Refrain from every kind of heading, list, table, bold text and code block in Markdown.",
        "I will paste the text into a form that shows formatting marks as they are, so write ordinary paragraphs "
        "without headings, lists, tables, bold text or code blocks.",
        "My display shows no formatting, so leave out all headings, lists, tables, bold text and code blocks.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or text.json is not None:
            return None
        return None if _has_any_markup(text) or not self.check(text, {}) else {}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        lists = text.bullet_items or text.numbered_items
        kinds = (text.headings, lists, text.tables, text.bold_spans, text.code_blocks)
        return 1 - sum(map(bool, kinds)) / len(kinds)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        marked_up = other.type in STRUCTURE or other.type in _MARKED_UP or other.type.startswith("heading:")
        of_lists = other.type.startswith("list:") and other.type not in ("list:lettered", "list:custom_marker")
        return super().conflicts(params, other) or marked_up or of_lists

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        none = ("headings", "lists", "bullets", "numbered_items", "tables", "bold_spans", "code_blocks")
        return tuple(Limit(quantity, high=0) for quantity in none)


def _has_any_markup(text: ParsedText) -> bool:
    """Tell whether some reader may see a mark of Markdown or HTML."""
    raw = text.raw
    if text.bullet_items or text.numbered_items or any(mark in raw for mark in _MARKS) or ("]" in raw and "](" in raw):
        return True
    if "<" in raw and _HTML.search(raw):
        return True
    # Line by line: what ends a line in Unicode does not for the expression.
    return _MARKED_LINE.search("\n" + "\n".join(text.lines)) is not None


TYPES: tuple[ConstraintType, ...] = (NoMarkdown(), Placeholders())
