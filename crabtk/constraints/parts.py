"""Responses in prescribed parts: two responses in one, a template of labels, sections with a thesis."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.sections import one_level, openings, sections
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, Quoted, QuotedList

_DIVIDER = regex.compile(r"\*{5,}|={5,}|~{5,}|#{7,}")
_DIVIDER_MARKS = "*=~#"
_LABEL = regex.compile(r"(\p{Lu}[\p{L}\p{M}]*(?: [\p{L}\p{M}]+){0,3}:)")
_MOST_LABELS = 6
_MARKUP = " \t#*_>"
_THESIS = regex.compile(r"<(i|em)>([^<]*)</\1>", regex.IGNORECASE)


class TwoResponses(ConstraintType):
    """Two different parts, each with a word, and the divider once between them, on a line of its own or not.

    A longer run of the divider's marks is another divider; one before the first part or after the last parts nothing.
    """

    name = "document:two_responses"
    fields: ClassVar[Mapping[str, Field]] = {"divider": Quoted()}
    wordings = (
        "Give two different responses, divided by {divider}.",
        "Number of responses: two, not the same, with {divider} between them.",
        "Your answer must consist of two different responses, and a single {divider} must part them.",
        "Write two distinct versions and put {divider} once between the first and the second.",
        "Could you offer two responses that differ, separated by {divider}?",
        "Answer twice, in different ways; the divider between the two is {divider}.",
        "There should be two responses, each different from the other, with exactly one {divider} between them.",
        "Between two different answers to the request, and not inside either of them, place {divider}.",
        "Respond in two ways that are not identical and divide them by {divider}, used once between them.",
        "I want to pick the better of two, so write a pair of different responses and set them apart by {divider}, "
        "which must not occur within them.",
    )
    examples = ("Rain by noon.\n\n******\n\nExpect showers at midday.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not any(mark in text.raw for mark in _DIVIDER_MARKS):
            return None
        dividers = [line.strip() for line in text.lines if _DIVIDER.fullmatch(line.strip())]
        params = {"divider": dividers[0]} if len(dividers) == 1 else None
        return params if params and not text.code_blocks and self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        divider = str(params["divider"]).strip()
        parts = _run(divider).split(text.raw) if divider else []
        while parts and not WORD.search(parts[-1]):
            parts.pop()
        while parts and not WORD.search(parts[0]):
            del parts[0]
        return len(parts) == 2 and parts[0].split() != parts[1].split()

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("words", low=2),)


class Template(ConstraintType):
    """The labels in their order, each at the beginning of a line, and a word between each and the next or the end.

    Heading marks, emphasis and indentation before a label are passed over.
    """

    name = "document:template"
    fields: ClassVar[Mapping[str, Field]] = {"labels": QuotedList()}
    wordings = (
        "Structure the response by the labels {labels}, in this order, each at the beginning of a line and followed by "
        "text.",
        "Template of line labels, in order, each with text after it: {labels}.",
        "Your response must have lines that begin with {labels}, in that order, and text must follow each.",
        "Use this template: {labels}, one after the other, every label opening a line and having its text behind it.",
        "Fill in a form whose labels are, from top to bottom, {labels}; a label begins its line, and text comes after "
        "it.",
        "Could you arrange the answer under {labels}, in just this order, with each of them at the start of a line and "
        "some text after it?",
        "Start lines with {labels} in the order given, and leave none of them without text.",
        "The parts of the answer follow labels at the beginning of the line: {labels}. Keep that order, and write text "
        "for each.",
        "Each of {labels} must stand at the beginning of a line, in the order in which I name them, ahead of its own "
        "text.",
        "A parser reads my fields in a fixed order, so begin lines with {labels}, in exactly that sequence, and give "
        "every field some text.",
    )
    examples = ("Problem: The pump leaks.\nCause: A worn seal.\nRemedy: Replace it.",)
    example_params: ClassVar[Sequence[Params]] = ({"labels": ["Answer:", "Reasons:", "Outlook:"]},)
    evaluation_only = True

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = [match[1] for match in (_LABEL.match(bare) for bare, _ in text.part(openings)) if match]
        if not 3 <= len(found) <= _MOST_LABELS or len(set(found)) < len(found) or text.code_blocks:
            return None
        params = {"labels": found}
        return params if self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        labels = [str(label).strip(_MARKUP) for label in params["labels"]]
        return share(_filled(text, labels), len(labels))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("lines", low=len(params["labels"])),)

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return tuple(params["labels"])


class Thesis(ConstraintType):
    """Every section under Markdown headings of one level begins with a statement in HTML italics."""

    name = "document:thesis"
    wordings = (
        "Begin each section with a thesis statement between <i> and </i> or <em> and </em>; sections have Markdown "
        "headings of one level.",
        "Section opening: a thesis in HTML italics (<i> or <em>), directly after the section's Markdown heading, in "
        "all sections, with headings of one level.",
        "Your response must have sections under Markdown headings of one level, and each must begin with a thesis in "
        "italics by the HTML tag <i> or <em>.",
        "Use Markdown headings of one level for sections, and let the text of every section open with its thesis in "
        "<i>…</i> or <em>…</em>.",
        "Every section starts with a statement in HTML italics, tagged <i> or <em>; Markdown headings of one level "
        "mark the sections, of which there must be some.",
        "Could you divide this by Markdown headings of one level and start the text below each with a thesis that the "
        "HTML tag <i> or <em> puts in italics?",
        "Directly below each section's Markdown heading, put the thesis of the section in HTML italics, by <i> or "
        "<em>, with all section headings on one level.",
        "No section without a thesis in <i> or <em> tags as its beginning, please, and do use sections, under Markdown "
        "headings of one level.",
        "State the thesis of each section first, inside the HTML tag <i> or <em>, and head the sections with Markdown "
        "headings of one level.",
        "My site builds a summary from what <i> or <em> tags enclose at the start of each section, so write sections "
        "under Markdown headings of one level and begin them all with a thesis tagged like that.",
    )
    examples = (
        "## Bees\n\n<i>Bees need flowers.</i> They feed on nectar.\n\n## Wasps\n\n<em>Wasps hunt.</em> They eat flies.",
    )
    evaluation_only = True

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sure = len(text.part(sections)) > 1 and text.part(one_level) and not text.code_blocks
        return {} if sure and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        found = text.part(sections)
        openings = (_THESIS.match(each.body.lstrip()) for each in found)
        return share(sum(bool(match and WORD.search(match[2])) for match in openings), len(found))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type == "html:absent"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("headings", low=1), Limit("sections", low=1))


@lru_cache(maxsize=16)
def _run(divider: str) -> regex.Pattern[str]:
    """Return the divider where none of its own marks stands beside it."""
    return regex.compile(f"(?<!{regex.escape(divider[0])}){regex.escape(divider)}(?!{regex.escape(divider[-1])})")


def _filled(text: ParsedText, labels: Sequence[str]) -> int:
    """Count the labels that begin a line after the one before them did, and have a word before the next of them."""
    starts: list[tuple[int, int]] = []
    wanted = iter(labels)
    label = next(wanted, "")
    for bare, place in text.part(openings):
        if label and bare.startswith(label) and not (label[-1].isalnum() and bare[len(label) :][:1].isalnum()):
            starts.append((place, len(text.lines[place]) - len(bare) + len(label)))
            label = next(wanted, "")
    ends = [place for place, _ in starts[1:]] + [len(text.lines)]
    return sum(
        bool(WORD.search("\n".join((text.lines[place][offset:], *text.lines[place + 1 : end]))))
        for (place, offset), end in zip(starts, ends, strict=False)
    )


TYPES: tuple[ConstraintType, ...] = (TwoResponses(), Template(), Thesis())
