"""Bold text, placeholders, and the absence of all markup."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, exact_or_at_least
from crabtk.constraints.paragraph import STRUCTURE
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_FEWEST_WORDS = 50
_ANY_MARKUP = re.compile(r"[*`|_~]|^\s*(?:[#>•]|[-+]\s|[0-9]+[.)]\s)|\]\(", re.MULTILINE)


class Bold(CountedType):
    """Number of stretches in bold, as Markdown writes it."""

    name = "emphasis:bold"
    wordings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "exactly": (
            "Put exactly {n} {n|phrase|phrases} in bold, using Markdown.",
            "Your response must contain precisely {n} bold {n|passage|passages}, marked with double asterisks.",
            "Number of passages in bold (Markdown): {n}.",
            "Could you highlight {n} {n|passage|passages} in Markdown bold, no more and no fewer?",
            "When I skim the text, {n} {n|word or phrase|words or phrases} set in bold by Markdown "
            "should stand out, not one more or less.",
            "Mark up {n} {n|passage|passages} as **bold**, neither fewer nor more.",
        ),
        "at_least": (
            "Put at least {n} {n|phrase|phrases} in bold, using Markdown.",
            "Your response must contain {n} or more bold passages, marked with double asterisks.",
            "Minimum number of passages in bold (Markdown): {n}.",
            "Could you highlight no fewer than {n} {n|passage|passages} in Markdown bold?",
            "When I skim the text, {n} or more words or phrases set in bold by Markdown should stand out.",
            "Mark up {n} {n|passage|passages} or more as **bold**.",
        ),
        "at_most": (
            "Put at most {n} {n|phrase|phrases} in bold, using Markdown.",
            "Your response must contain {n} or fewer bold passages, marked with double asterisks.",
            "Maximum number of passages in bold (Markdown): {n}.",
            "Could you highlight no more than {n} {n|passage|passages} in Markdown bold?",
            "When I skim the text, {n} or fewer words or phrases set in bold by Markdown should stand out.",
            "Mark up {n} {n|passage|passages} or fewer as **bold**.",
        ),
    }

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return exact_or_at_least(len(text.bold_spans), rng, most_exact=10) if text.bold_spans else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.bold_spans)


class Placeholders(CountedType):
    """Number of placeholders in square brackets, such as ``[Your Name]``; repeated ones count each time."""

    name = "placeholder:count"
    wordings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "exactly": (
            "Placeholders like [name]: exactly {n}.",
            "Use exactly {n} {n|placeholder|placeholders} in square brackets, such as [address].",
            "Your response must contain precisely {n} {n|placeholder|placeholders} of the form [name].",
            "Number of placeholders in square brackets, such as [date], for me to fill in: {n}.",
            "Could you leave {n} {n|placeholder|placeholders} like [name], no more and no fewer, in square brackets?",
            "I will fill in the details myself, so leave exactly {n} {n|gap|gaps} marked like [this].",
            "This is a template with {n} {n|placeholder|placeholders} in square brackets, like "
            "[city], neither fewer nor more.",
        ),
        "at_least": (
            "Placeholders like [name]: at least {n}.",
            "Use at least {n} {n|placeholder|placeholders} in square brackets, such as [address].",
            "Your response must contain {n} or more placeholders of the form [name].",
            "Minimum number of placeholders in square brackets, such as [date], for me to fill in: {n}.",
            "Could you leave no fewer than {n} {n|placeholder|placeholders} like [name] in square brackets?",
            "I will fill in the details myself, so leave at least {n} {n|gap|gaps} marked like [this].",
            "This is a template with {n} or more placeholders in square brackets, like [city].",
        ),
        "at_most": (
            "Placeholders like [name]: at most {n}.",
            "Use at most {n} {n|placeholder|placeholders} in square brackets, such as [address].",
            "Your response must contain {n} or fewer placeholders of the form [name].",
            "Maximum number of placeholders in square brackets, such as [date], for me to fill in: {n}.",
            "Could you leave no more than {n} {n|placeholder|placeholders} like [name] in square brackets?",
            "I will fill in the details myself, so leave at most {n} {n|gap|gaps} marked like [this].",
            "This is a template with {n} or fewer placeholders in square brackets, like [city].",
        ),
    }

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None if text.code_blocks or not text.placeholders else exact_or_at_least(len(text.placeholders), rng)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.placeholders)


class NoMarkdown(ConstraintType):
    """Plain paragraphs: no headings, lists, tables, bold text or code blocks."""

    name = "markdown:absent"
    wordings = (
        "Do not use Markdown headings, lists, tables, bold text or code blocks.",
        "Your response must be plain text, without headings, lists, tables, bold text or code blocks.",
        "Write running text only: no Markdown headings, no lists, no tables, no bold text, no code blocks.",
        "Headings, lists, tables, bold text and code blocks are not allowed.",
        "Could you do without headings, lists, tables, bold text and code blocks?",
        "I will paste the text into a form that shows formatting marks as they are, so write ordinary paragraphs "
        "without headings, lists, tables, bold text or code blocks.",
        "My display shows no formatting, so leave out all headings, lists, tables, bold text and code blocks.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None if len(text.words) < _FEWEST_WORDS or _ANY_MARKUP.search(text.raw) or text.json is not None else {}

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
        return super().conflicts(params, other) or other.type in STRUCTURE or other.type == "emphasis:bold"


TYPES: tuple[ConstraintType, ...] = (Bold(), NoMarkdown(), Placeholders())
