r"""Formulas in LaTeX: ``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]``."""

from __future__ import annotations

import random
import re

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, exact_or_at_least
from crabtk.text import ParsedText
from crabtk.types import Params

_DELIMITER = re.compile(r"\\[\[\]()]|(?<!\\)\$\$?")
_CLOSING = {r"\[": r"\]", r"\(": r"\)", "$": "$", "$$": "$$"}
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_MATH = re.compile(r"[\\^_=+<>{}*/]")


class Formulas(CountedType):
    r"""Number of formulas between ``$``, ``$$``, ``\( \)`` or ``\[ \]``, outside fenced code.

    No formula goes over a blank line, nor one between single dollar signs over a line end.
    """

    name = "formula:count"
    examples = (
        r"The area is $A = \pi r^2$ and the rim $U = 2 \pi r$, so that \( A = U r / 2 \) holds for every circle.",
    )
    wordings = (
        "LaTeX formulas: {relation} {n}.",
        "Use {relation} {n} LaTeX {n|formula|formulas}, set between dollar signs or backslashed brackets.",
        "Your response must contain {relation.firm} {n} {n|formula|formulas} in LaTeX, inline or displayed.",
        "{relation.limit} number of LaTeX formulas, displayed ones included: {n}.",
        "{relation.cap} {n} {n|formula|formulas} should be typeset in LaTeX, be it inside a line or on a line of its "
        "own.",
        "Could you give me {n} LaTeX {n|formula|formulas}{relation.tail}?",
        r"The number of formulas in LaTeX, each in $…$, $$…$$, \(…\) or \[…\], {relation.must} {n}.",
        "I render every LaTeX formula as a picture, and there should be {relation} {n} of them, fenced code left "
        "aside.",
        r"Write mathematics in LaTeX, between $ and $, $$ and $$, \( and \) or \[ and \], so that the text has "
        r"{relation} {n} {n|formula|formulas}.",
        "When you are done, count the formulas in LaTeX, inline and displayed alike: what I asked for is "
        "{n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        formulas, plain = text.part(_formulas)
        return exact_or_at_least(formulas, rng) if plain and formulas > 1 else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return text.part(_formulas)[0]


def _formulas(text: ParsedText) -> tuple[int, bool]:
    """Return the number of formulas, and whether every reader finds the same ones."""
    if "$" not in text.raw and "\\" not in text.raw:
        return 0, True
    held = zip(text.lines, text.marked_lines, strict=True)
    raw = "\n".join("" if line.kind in ("code", "fence") else written for written, line in held)
    plain = "\\begin" not in raw and "`" not in raw
    found = start = last = 0
    opening = ""
    for match in _DELIMITER.finditer(raw):
        mark, before = match[0], raw[last : match.start()]
        last = match.end()
        if opening and (_BLANK_LINE.search(before) or (opening == "$" and "\n" in before)):
            opening, plain = "", False
        if opening and mark == _CLOSING[opening]:
            formula = raw[start : match.start()]
            found += bool(formula.strip())
            # Two prices look like a formula between dollar signs.
            plain = plain and (opening != "$" or formula == formula.strip()) and _is_math(formula)
            opening = ""
        elif mark in _CLOSING:
            plain = plain and not opening
            opening, start = mark, last
        else:
            plain = False
    in_code = any("$" in block.content or "\\(" in block.content for block in text.code_blocks)
    return found, plain and not opening and not in_code


def _is_math(formula: str) -> bool:
    bare = formula.strip()
    return bool(_MATH.search(bare)) or (len(bare) == 1 and bare.isalpha())


TYPES: tuple[ConstraintType, ...] = (Formulas(),)
