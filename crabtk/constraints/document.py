"""Marks of a document as a whole: a title, horizontal rules, block quotes and footnotes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.readings import agreed
from crabtk.markdown import Line
from crabtk.quantities import Limit, counted
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params

_TITLE = re.compile(r"(?<!<)<<([^<>\n]+)>>(?!>)")
_NOTE_MARK = re.compile(r"\[\^([^\[\]\s]{1,40})\](?!:)")
_NOTE = re.compile(r"\[\^([^\[\]\s]{1,40})\]:(.*)")
_RULE_MARKS = "-*_"


class AngleTitle(ConstraintType):
    """A title between double angle brackets on one line, wherever it stands."""

    name = "title:angle"
    wordings = (
        "Give the response a title in double angle brackets, such as <<title>>.",
        "Title: required, in double angle brackets (<<…>>).",
        "Your response must contain a title wrapped in double angle brackets, <<like this>>.",
        "Include a title, and put << before it and >> after it, all on one line.",
        "Could you add a title that stands between << and >>?",
        "There should be a title, enclosed in two angle brackets on either side, as in <<title>>.",
        "Use double angle brackets, << and >>, to mark a title of the text.",
        "A title belongs to this text; write it on one line, between << and >>.",
        "Name what you have written: a title in double angle brackets (<<title>>) is needed.",
        "My script takes what it finds between << and >> as the title of the page, so set a title on one line in such "
        "brackets.",
    )
    examples = ("<<The Salt Road>>\n\nTraders carried salt across the hills for six hundred years.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        # What stands so on a line of its own is a title and not, say, an operator.
        if "<" not in text.raw:
            return None
        titles = [line for line in text.lines if _TITLE.fullmatch(line.strip())]
        return {} if titles and not text.code_blocks and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return any(WORD.search(title) for title in _TITLE.findall(text.raw))


class Rules(CountedType):
    """Number of lines outside code of three or more ``-``, ``*`` or ``_``, all the same, and nothing else."""

    name = "document:rules"
    wordings = (
        "Horizontal rules (---, *** or ___ alone on a line): {relation} {n}.",
        "Use {relation} {n} horizontal {n|rule|rules}, written as three or more hyphens, asterisks or underscores on a "
        "line of their own.",
        "Your response must contain {relation.firm} {n} Markdown horizontal {n|rule|rules}.",
        "{relation.limit} number of horizontal rules in Markdown, such as ---: {n}.",
        "{relation.cap} {n} {n|line|lines} should be {n|a horizontal rule|horizontal rules} as Markdown draws them, "
        "for instance by ---.",
        "Could you set parts off by {n} horizontal {n|rule|rules}{relation.tail}, written in Markdown?",
        "The number of lines that Markdown shows as a horizontal rule {relation.must} {n}.",
        "I print the text and cut it along the horizontal rules, so put in {relation} {n} of them, with --- or *** or "
        "___ alone on a line.",
        "Separate parts of the text with Markdown rules across the page, {relation.firm} {n} in all.",
        "When you are done, count the horizontal rules that Markdown will draw: I asked for {n}{relation.tail}.",
    )
    examples = (
        "First, the eggs.\n\n---\n\nThen the flour.\n\n---\n\nThen the milk.",
        "One night it rained.\n\n***\n\nBy morning the river had risen.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if text.is_prose:
            return None
        lines = text.marked_lines
        rules = [number for number, line in enumerate(lines) if line.kind == "rule"]
        # A line of hyphens below text makes that text a heading; one of underscores may be a gap to fill in.
        plain = all(
            lines[number].text in ("---", "***", "* * *")
            and lines[number].indent == 0
            and (number == 0 or lines[number - 1].kind != "text")
            for number in rules
        )
        return agreed({len(rules)}, rng) if rules and plain and text.words and not text.code_blocks else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return sum(line.kind == "rule" and line.text[0] in _RULE_MARKS for line in text.marked_lines)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("rules", params["relation"], params["n"]),)


class BlockQuotes(CountedType):
    """Number of block quotes: runs of neighbouring lines outside code that begin with ``>``."""

    name = "document:block_quotes"
    wordings = (
        "Block quotes (lines that begin with >): {relation} {n}.",
        "Use {relation} {n} Markdown block {n|quote|quotes}, consecutive lines with > being one.",
        "Your response must contain {relation.firm} {n} block {n|quote|quotes} in Markdown.",
        "{relation.limit} number of block quotes, marked with > as in Markdown: {n}.",
        "{relation.cap} {n} {n|passage|passages} should be set off as {n|a block quote|block quotes}, with > at the "
        "beginning of the line.",
        "Could you work in {n} Markdown block {n|quote|quotes}{relation.tail}?",
        "The number of block quotes as Markdown writes them {relation.must} {n}.",
        "I style block quotes in a colour of their own, so give me {relation} {n} of them, marked with > in Markdown.",
        "Set passages off by Markdown's mark for block quotes, {relation.firm} {n} in all, where neighbouring lines "
        "with > belong together.",
        "When you are done, count the block quotes that the > signs make: I asked for {n}{relation.tail}.",
    )
    examples = ("She wrote to him:\n\n> Come home soon.\n> The apples are ripe.\n\nHe did not answer.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not self.count(text, {}) or not text.words or text.code_blocks or ">>" in text.raw:
            return None
        # Quotes that only a blank line parts are one to some readers.
        apart = _quotes(line for line in text.marked_lines if line.kind != "blank")
        return agreed({self.count(text, {}), apart}, rng)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return _quotes(text.marked_lines) if ">" in text.raw else 0

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("block_quotes", params["relation"], params["n"]),)


class Footnotes(CountedType):
    """Number of different Markdown footnotes that have both a mark in the text and a line with the note."""

    name = "document:footnotes"
    wordings = (
        "Footnotes in Markdown ([^1] in the text, [^1]: before the note): {relation} {n}.",
        "Use {relation} {n} Markdown {n|footnote|footnotes}, each with a mark such as [^1] in the text and a line that "
        "begins with [^1]: and holds the note.",
        "Your response must contain {relation.firm} {n} {n|footnote|footnotes} in Markdown, with mark and note.",
        "{relation.limit} number of footnotes in Markdown, marks like [^1] with their notes: {n}.",
        "{relation.cap} {n} Markdown {n|footnote|footnotes} should be there, complete with mark and note.",
        "Could you add Markdown footnotes, marks like [^1] and notes below, {n} {n|footnote|footnotes}{relation.tail}?",
        "The number of Markdown footnotes, each a mark in the text with its note, {relation.must} {n}.",
        "My publisher turns [^1] and the note after [^1]: into a footnote, and there should be {relation} {n} of "
        "those.",
        "Move side remarks into Markdown footnotes with marks like [^1], {relation.firm} {n} in all, each with its "
        "note.",
        "When you are done, count the Markdown footnotes that have both a mark and a note: I asked for "
        "{n}{relation.tail}.",
    )
    examples = ("Bees dance.[^1] Wasps do not.[^2]\n\n[^1]: To show where flowers are.\n[^2]: As far as is known.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_footnotes)
        if not found:
            return None
        marks = [mark for line in text.prose_lines for mark in _NOTE_MARK.findall(line)]
        sure = len(marks) == len(found) and not text.code_blocks
        return agreed({len(found)}, rng, sure=sure)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_footnotes))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        absent = other.type == "punctuation:absent" and other.params.get("mark") == "colon"
        return super().conflicts(params, other) or (absent and params["relation"] != "at_most")


def _quotes(lines: Iterable[Line]) -> int:
    """Count the runs of lines that begin with ``>``."""
    return sum(quoted for quoted, _ in groupby(lines, lambda line: line.kind == "text" and line.text.startswith(">")))


def _footnotes(text: ParsedText) -> frozenset[str]:
    """Return the labels of footnotes that have a mark in the text and a note."""
    if "[" not in text.raw:
        return frozenset()
    marks: set[str] = set()
    notes: set[str] = set()
    for line in text.prose_lines:
        note = _NOTE.match(line)
        if note and WORD.search(note[2]):
            notes.add(note[1])
        marks.update(_NOTE_MARK.findall(line))
    return frozenset(marks & notes)


TYPES: tuple[ConstraintType, ...] = (AngleTitle(), Rules(), BlockQuotes(), Footnotes())
