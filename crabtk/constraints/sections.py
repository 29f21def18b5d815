"""Sections: parts of a response under headings of one level, or begun by a label with a number."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.figures import runs_of_digits
from crabtk.constraints.headings import strays
from crabtk.constraints.numbers import nearness, round_down, round_up
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import WORD, ParsedText
from crabtk.types import Params
from crabtk.wording import Count, Field, OneOf, Quoted

_FEWEST_WORDS = 20
_LABELLED = regex.compile(r"(\p{L}[\p{L}\p{M}]{1,19}) (\d{1,2})(?![\w.,]\w|\w)")
_MARKUP = " \t#*_>"
_MARKS = _MARKUP + "-+•([\\\"“”„‘’'«"
_LIST_NUMBER = regex.compile(r"(?m)^[^\S\n]*+(?:(?:[-*+•]|\d++[.)]|[A-Za-z][.)])[^\S\n]++)++")


class Section(NamedTuple):
    """A part of a text under a Markdown heading."""

    heading: str
    body: str


class Sections(CountedType):
    """Number of sections under Markdown headings of one level; a title above them and subheadings are none."""

    name = "section:count"
    wordings = (
        "Sections under Markdown headings of one level, a title not counted: {relation} {n}.",
        "Divide the response into {relation} {n} {n|section|sections}, each under a Markdown heading of the same "
        "level; a title above them is no section.",
        "Your response must have {relation.firm} {n} {n|section|sections} with {n|a Markdown heading|Markdown headings "
        "of one level}, not counting a title or subheadings.",
        "{relation.limit} number of headed sections (Markdown headings of one level; title and subheadings left out): "
        "{n}.",
        "{relation.cap} {n} {n|section|sections} should make up the text, each with a Markdown heading of the one "
        "level used for sections; neither the title nor subheadings count.",
        "Could you organise this under same-level Markdown headings, title aside, so that there {n|is|are} {n} "
        "{n|section|sections}{relation.tail}?",
        "The number of sections, each opened by a Markdown heading of the same level and a title not being one, "
        "{relation.must} {n}.",
        "I will hand each headed section to a colleague, so write {relation} {n} {n|section|sections} under Markdown "
        "headings of one level; the title is none of them.",
        "Structure the answer by Markdown headings on one level, {relation.firm} {n} {n|section|sections} in all, with "
        "title and subheadings not included in the count.",
        "When you are done, count the sections that Markdown headings of one level set apart, without the title: I "
        "asked for {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(sections)
        # One level throughout, the title aside: which headings head sections is plain to every reader.
        return agreed({len(found)}, rng) if len(found) > 1 and text.part(one_level) else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(sections))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        found = counted("sections", params["relation"], params["n"])
        return (found,) if found.low is None else (found, Limit("headings", low=found.low))


class SectionWords(ConstraintType):
    """Bound on the words of every section under Markdown headings of one level, its heading not counted."""

    name = "section:words"
    fields: ClassVar[Mapping[str, Field]] = {
        "relation": OneOf({"at_least": "at least", "at_most": "at most"}),
        "relation.limit": OneOf({"at_least": "Minimum", "at_most": "Maximum"}),
        "relation.firm": OneOf({"at_least": "no fewer than", "at_most": "no more than"}),
        "relation.must": OneOf({"at_least": "must not fall below", "at_most": "must not exceed"}),
        "relation.tail": OneOf({"at_least": " or more", "at_most": " or fewer"}),
        "words": Count(),
    }
    wordings = (
        "Use Markdown headings of one level, and write {relation} {words} {words|word|words} under each.",
        "{relation.limit} number of words in a section, its Markdown heading left out: {words}. There must be sections "
        "with headings of one level.",
        "Your response must have sections under Markdown headings of one level, each with {relation.firm} {words} "
        "{words|word|words} besides the heading.",
        "Divide the text by Markdown headings of the same level; every section has {relation} {words} "
        "{words|word|words}, not counting its heading.",
        "Could you structure this by Markdown headings of one level and give every section {words} "
        "{words|word|words}{relation.tail}, the heading aside?",
        "In every section, and same-level Markdown headings must mark some, the number of words below the heading "
        "{relation.must} {words}.",
        "Each section under its Markdown heading, all these headings being of one level, should run to {relation.firm} "
        "{words} {words|word|words}.",
        "Sections are required, set apart by Markdown headings of one level and {words} {words|word|words}"
        "{relation.tail} in length without the heading.",
        "Put {relation} {words} {words|word|words} of text below every section's Markdown heading, and use one and the "
        "same heading level for the sections, of which there must be some.",
        "Every section of the handbook gets a page, so under each of your Markdown headings, which are to be of one "
        "level, I need {relation} {words} {words|word|words}.",
    )
    examples = (
        "## Dawn\n\n"
        + "The boats leave the harbor before the sun is up. " * 4
        + "\n\n## Dusk\n\n"
        + "They come home late, heavy with herring and with tired men. " * 4,
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(sections)
        sure = len(found) > 1 and text.part(one_level) and text.spaced and not text.code_blocks and not text.tables
        if not sure or "://" in text.raw:
            return None
        # The number of a list item is a word to some.
        bodies = [_LIST_NUMBER.sub("", each.body) for each in found]
        fewest = min(min(len(WORD.findall(body)), _plain_words(body)) for body in bodies)
        if rng.random() < 0.5 and fewest >= _FEWEST_WORDS:
            return {"relation": "at_least", "words": round_down(fewest)}
        most = max(max(len(WORD.findall(part)), len(part.split())) for part in (f"{a} {b}" for a, b in found))
        return {"relation": "at_most", "words": round_up(most)} if most >= _FEWEST_WORDS else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        found, words = text.part(sections), int(params["words"])
        low, high = (words, None) if params["relation"] == "at_least" else (None, words)
        if not found or not text.words:
            return 0.0
        return sum(nearness(len(WORD.findall(each.body)), low, high) for each in found) / len(found)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        some = (Limit("headings", low=1), Limit("sections", low=1))
        if params["relation"] == "at_most":
            return some
        return (*some, Limit("words", low=params["words"], per="sections"))


class Labelled(ConstraintType):
    """Lines that begin with the label and 1, 2 … up to n at least, in that order, each with text before the next.

    Heading and list marks, emphasis, quotation marks and indentation before the label are passed over.
    """

    name = "section:labelled"
    fields: ClassVar[Mapping[str, Field]] = {"label": Quoted(), "n": Count()}
    wordings = (
        "Write at least {n} {n|section|sections}, each begun by a line with {label} and its number, counted from one.",
        "Section label at the start of a line: {label} plus the number of the section, from one on. Minimum number of "
        "such sections: {n}.",
        "Your response must have {n} or more sections, numbered from one, and {label} with the section's number must "
        "stand at the beginning of each, on a new line.",
        "Divide the text into no fewer than {n} {n|part|parts}, numbered from one, and open each with a line that "
        "begins with {label} and the number of the part.",
        "Could you mark the sections, at least {n} of them and numbered from one, by lines that begin with {label} and "
        "the number?",
        "Begin a new line with {label} and a number, from one on, wherever a section starts; there should be {n} or "
        "more of them, each with some text.",
        "Number the sections from one on, starting each on its own line with {label} and the number; write {n} or "
        "more.",
        "At least {n} {n|section|sections} should be labelled {label} with the number behind it, from one on, at "
        "the beginning of the line.",
        "Use {label} followed by one, two, three and so on in digits to begin the lines where sections start, for at "
        "least {n} {n|section|sections} with text.",
        "A script splits your text at lines that begin with {label} and a number, and it should find {n} or more "
        "sections, numbered in order from one and none of them empty.",
    )
    examples = ("Part 1: Soil\nLoosen the soil.\n\nPart 2: Seed\nSow it thinly.\n\nPart 3: Rain\nWait for rain.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.part(runs_of_digits)) < 2:
            return None
        matches = [_LABELLED.match(bare) for bare, _ in text.part(openings)]
        numbers: dict[str, list[int]] = {}
        for match in filter(None, matches):
            numbers.setdefault(match[1], []).append(int(match[2]))
        runs = [
            label
            for label, found in numbers.items()
            if label[0].isupper() and len(found) > 1 and found == list(range(1, len(found) + 1))
        ]
        if not runs or text.code_blocks:
            return None
        label, most = runs[0], len(numbers[runs[0]])
        n = rng.randint((most + 1) // 2, most)
        return {"label": label, "n": max(2, n)} if _found(text.part(openings), text, label, most) == most else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        n = int(params["n"])
        label = str(params["label"])
        found = max(_found(text.part(lines), text, label, n) for lines in (openings, _line_starts))
        return nearness(found, n, None) if text.words else 0.0

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("digits", low=params["n"]), Limit("lines", low=params["n"]))


def sections(text: ParsedText) -> tuple[Section, ...]:
    """Return the parts under Markdown headings of one level; for ``ParsedText.part``.

    A first heading of a higher level than all others is the title and heads no section; of the rest, the
    highest level heads sections, and what is below it belongs to them.
    """
    if not text.headings:
        return ()
    places = [(number, len(line.mark)) for number, line in enumerate(text.marked_lines) if line.kind == "heading"]
    if len(places) > 1 and places[0][1] < min(level for _, level in places[1:]):
        del places[0]
    highest = min((level for _, level in places), default=0)
    starts = [number for number, level in places if level == highest]
    ends = [*starts[1:], len(text.lines)]
    return tuple(
        Section(text.marked_lines[start].text, "\n".join(text.lines[start + 1 : end]))
        for start, end in zip(starts, ends, strict=False)
    )


def one_level(text: ParsedText) -> bool:
    """Tell whether all headings but a title are of one level, and a word stands below each; for ``ParsedText.part``."""
    found = text.part(sections)
    levels = Counter(heading.level for heading in text.headings)
    titled = len(found) == len(text.headings) - 1 and levels.get(text.headings[0].level) == 1
    one = len(found) == len(text.headings) or titled
    return one and not text.part(strays) and all(WORD.search(each.body) for each in found)


def openings(text: ParsedText) -> tuple[tuple[str, int], ...]:
    """Return each line outside code without heading marks and emphasis before its text, with its place.

    For ``ParsedText.part``.
    """
    return tuple(
        (raw.lstrip(_MARKUP), number)
        for number, (raw, line) in enumerate(zip(text.lines, text.marked_lines, strict=True))
        if line.kind in ("text", "heading")
    )


def _line_starts(text: ParsedText) -> tuple[tuple[str, int], ...]:
    """Return each line outside code without any marks before its text, with its place."""
    return tuple(
        (raw.lstrip(_MARKS), number)
        for number, (raw, line) in enumerate(zip(text.lines, text.marked_lines, strict=True))
        if line.kind in ("text", "heading", "bullet")
    )


def _found(lines: tuple[tuple[str, int], ...], text: ParsedText, label: str, most: int) -> int:
    """Count how far labels numbered from 1 on go, in order and each with a word after it."""
    starts: list[tuple[int, int]] = []
    for bare, place in lines:
        opening = f"{label} {len(starts) + 1}"
        if bare.startswith(opening) and not bare[len(opening) : len(opening) + 1].isalnum():
            starts.append((place, len(text.lines[place]) - len(bare) + len(opening)))
    found = 0
    ends = [place for place, _ in starts[1:]] + [len(text.lines)]
    for (place, offset), end in zip(starts[:most], ends, strict=False):
        rest = "\n".join((text.lines[place][offset:], *text.lines[place + 1 : end]))
        if not WORD.search(rest):
            break
        found += 1
    return found


def _plain_words(body: str) -> int:
    """Count words as white space sets them apart, marks that stand alone left out."""
    return sum(any(map(str.isalnum, word)) for word in body.split())


TYPES: tuple[ConstraintType, ...] = (Sections(), SectionWords(), Labelled())
