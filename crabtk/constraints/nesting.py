"""How deep brackets and quotation marks are nested."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.absent import is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Params
from crabtk.wording import Count, Field

_SHALLOW = 2
_PAIRS = {")": "(", "]": "[", "}": "{"}
_SINGLE = "'‘’"
_BRACKET = re.compile(r"[()\[\]{}]")
_QUOTE = re.compile("[\"“”'‘’]")


class Brackets(ConstraintType):
    """Round, square or curly brackets within one another, at least so many levels deep, all of them closed."""

    name = "brackets:nested"
    fields: ClassVar[Mapping[str, Field]] = {"levels": Count()}
    evaluation_only = True
    wordings = (
        "Nest brackets at least {levels} {levels|level|levels} deep.",
        "Your response must contain brackets within brackets, {levels} or more levels deep, of round, square or curly "
        "shape.",
        "Put brackets inside brackets: parentheses (and [brackets {and braces}]), down to level {levels} or deeper.",
        "Depth of nested brackets, at least: {levels}.",
        "Somewhere in the text, brackets have to be nested {levels} or more levels deep, each of them closed again.",
        "Could you nest round, square or curly brackets to a depth of at least {levels}?",
        "At the deepest point, no fewer than {levels} {levels|bracket|brackets} must be open at the same time, and all "
        "must be closed in order.",
        "I am testing a parser, so give it brackets that are nested to {levels} or more levels.",
        "Minimum depth to which brackets, whether (), [] or {}, are to be nested: {levels}.",
        "Let asides have asides (in brackets [of any kind]), with a depth of {levels} or more in at least one place.",
    )
    examples = ("The lake (a deep one [in places {near the dam}]) freezes late.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        depth = text.part(_bracket_depth)
        told_apart = "](" not in text.raw and "\\" not in text.raw and text.part(is_plain)
        return {"levels": depth} if depth >= _SHALLOW and told_apart else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return _reached(text.part(_bracket_depth), params) if text.words else 0.0


class Quotes(ConstraintType):
    """Double and single quotation marks by turns within one another, at least so many levels deep, all closed."""

    name = "quotation:nested"
    fields: ClassVar[Mapping[str, Field]] = {"levels": Count()}
    evaluation_only = True
    wordings = (
        "Include quotes within quotes, at least {levels} {levels|level|levels} deep, alternating between double and "
        "single quotation marks.",
        "Your response must contain quotations nested {levels} or more levels deep, with double and single marks by "
        "turns.",
        "Nest quotations to a depth of at least {levels}, switching between double and single quotation marks.",
        "Minimum depth of quotations inside quotations (double and single marks by turns): {levels}.",
        "Somewhere, a quotation has to hold another, to {levels} or more levels, by turns in double and in single "
        "quotation marks.",
        "Could you let people quote people, {levels} or more levels deep, in double and single quotation marks by "
        "turns?",
        "Quotation marks, double ones and single ones by turns, must be nested no less than {levels} "
        "{levels|level|levels} deep.",
        "At the deepest point of the text, {levels} or more quotations must be open at once, double and single marks "
        "alternating.",
        "I collect hearsay, so have someone quote someone who quotes in turn, down to level {levels} or deeper; "
        "alternate double and single quotation marks.",
        "How deep quotations in alternating double and single marks have to be nested, at least: {levels}.",
    )
    examples = ("\"I heard him say 'never again' and leave,\" she wrote.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        depth = text.part(_quote_depth)
        return {"levels": depth} if depth >= _SHALLOW and text.part(is_plain) and not text.part(_loose_quotes) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return _reached(text.part(_quote_depth), params) if text.words else 0.0

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        # The outermost may be single ones; every other level has two double ones.
        return (Limit("mark:double_quotation_mark", low=2 * (int(params["levels"]) // 2)),)


def _reached(depth: int, params: Params) -> float:
    levels = int(params["levels"])
    return 1.0 if depth >= levels else depth / levels


def _bracket_depth(text: ParsedText) -> int:
    """Return the depth of the deepest brackets that are all closed; one that does not pair starts anew."""
    deepest = 0
    held: list[tuple[str, int]] = []
    for char in _BRACKET.findall(text.raw):
        if char in "([{":
            held.append((char, 0))
        else:
            if not held or held[-1][0] != _PAIRS[char]:
                held.clear()
                continue
            depth = held.pop()[1] + 1
            deepest = max(deepest, depth)
            if held:
                held[-1] = (held[-1][0], max(held[-1][1], depth))
    return deepest


def _quote_depth(text: ParsedText) -> int:
    return max((depth for depth, _ in text.part(_quote_paragraphs)), default=0)


def _loose_quotes(text: ParsedText) -> bool:
    """Tell whether some paragraph has a quotation mark that pairs with none."""
    return any(loose for _, loose in text.part(_quote_paragraphs))


def _quote_paragraphs(text: ParsedText) -> tuple[tuple[int, bool], ...]:
    """Return, for each paragraph, the depth of its deepest closed quotation and whether a mark is left over."""
    return tuple(map(_quotes_of, text.paragraphs))


def _quotes_of(paragraph: str) -> tuple[int, bool]:
    deepest = 0
    loose = False
    held: list[tuple[bool, int]] = []
    for double, opens in _marks(paragraph):
        # A mark like the innermost open one closes it, since double and single ones alternate.
        if held and held[-1][0] == double and opens is not True:
            depth = held.pop()[1] + 1
            deepest = max(deepest, depth)
            if held:
                held[-1] = (held[-1][0], max(held[-1][1], depth))
        elif opens is not False and not (held and held[-1][0] == double):
            held.append((double, 0))
        else:
            loose = True
    return deepest, loose or bool(held)


def _marks(paragraph: str) -> Iterator[tuple[bool, bool | None]]:
    """Yield each quotation mark: whether it is double, and whether it opens (None: it may do either).

    An apostrophe within a word is none.
    """
    for match in _QUOTE.finditer(paragraph):
        at, char = match.start(), match[0]
        before, after = paragraph[at - 1 : at], paragraph[at + 1 : at + 2]
        if char in _SINGLE and before.isalnum() and after.isalnum():
            continue
        if char in "“‘":
            yield char == "“", True
        elif char in "”’":
            yield char == "”", False
        elif before.isspace() or not before:
            yield char == '"', True
        else:
            yield char == '"', False if after.isspace() or not after else None


TYPES: tuple[ConstraintType, ...] = (Brackets(), Quotes())
