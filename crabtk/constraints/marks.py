"""Marks of punctuation within and between words: all of them at once, and hyphens."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

import regex
from typing_extensions import override

from crabtk.constraints.absent import is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, at_most
from crabtk.constraints.numbers import share
from crabtk.constraints.readings import agreed
from crabtk.constraints.running_text import stretches
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_STANDARD: Mapping[str, str] = {
    ".": "full_stop", ",": "comma", ";": "semicolon", ":": "colon", "?": "question_mark", "!": "exclamation_mark",
}  # fmt: skip
_INTERROBANG = regex.compile(r"\?!|!\?|‽")

_LETTERS = r"\p{L}[\p{L}\p{M}]*+"
_HYPHENATED = regex.compile(rf"(?<![\w\p{{M}}‐‑-]){_LETTERS}(?:[‐‑-]{_LETTERS})++(?![\w‐‑-])")
_ASCII_HYPHENATED = re.compile(r"(?<![\w-])[A-Za-z]++(?:-[A-Za-z]++)++(?![\w-])")
"""The same in ASCII, at a multiple of the speed."""
_HYPHENS = ("-", "‐", "‑")
_HYPHEN = re.compile("[-‐‑]")
_ANY_HYPHEN = re.compile(r"[‐‑-](?:(?<=\w[‐‑-])(?=\w)|(?<=[a-z]-)(?=\s+(?:and|or|to)\b)|(?=['’*_\"]))")
_DOUBTFUL = re.compile(r"://|www\.|@|–(?=[^\W\d_])(?<=\w–)|\\|_\w")
_PERHAPS_DOUBTFUL = ("://", "www.", "@", "–", "\\", "_")
"""One of these stands in every text that is doubtful; to look for them is quicker than to search."""


class Every(ConstraintType):
    """Full stop, comma, semicolon, colon, question mark, exclamation mark and interrobang, each at least once.

    The interrobang is ``?!``, ``!?`` or ``‽``; its two marks do not also serve as the single ones.
    """

    name = "punctuation:every"
    evaluation_only = True
    wordings = (
        "Use every standard punctuation mark at least once: full stop, comma, semicolon, colon, question mark, "
        "exclamation mark and, besides these, the interrobang (?!).",
        "Your response must contain at least one each of these marks: full stop, comma, semicolon, colon, question "
        "mark, exclamation mark, and an interrobang (?!) of its own.",
        "Required marks: full stop, comma, semicolon, colon, question mark, exclamation mark; besides, an interrobang "
        "(?!).",
        "Could you work in all of these at least once: a full stop, a comma, a semicolon, a colon, a lone question "
        "mark, a lone exclamation mark and an interrobang (?!)?",
        "None of the following may be missing: full stop, comma, semicolon, colon, single question mark, single "
        "exclamation mark, interrobang (?!).",
        "This will test a font, so let each of these occur somewhere: full stop, comma, semicolon, colon, question "
        "mark by itself, exclamation mark by itself, and the two together as an interrobang (?!).",
        "Let the text show the full stop, the comma, the semicolon, the colon, the question mark, the exclamation mark "
        "and, apart from those, the interrobang (?!).",
        "All seven must appear: full stop, comma, semicolon, colon, question mark, exclamation mark and interrobang "
        "(?!), where the interrobang does not count for the other two.",
        "Somewhere in the response there has to be a full stop, a comma, a semicolon, a colon, a question mark and an "
        "exclamation mark, and somewhere else an interrobang, that is ?! or !?.",
        "Punctuate with everything there is, each at least once: full stops, commas, semicolons, colons, question "
        "marks, exclamation marks and also an interrobang (?!).",
    )
    examples = (
        "Bring rope, water and a lamp; leave the rest. One rule: stay together! Who leads? You did what?! "
        "Then let us begin, before it is dark.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if self.check(text, {}) and text.part(is_plain) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        alone, joined = _INTERROBANG.subn(" ", text.raw)
        return share(sum(mark in alone for mark in _STANDARD) + bool(joined), len(_STANDARD) + 1)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        twice = ("question_mark", "exclamation_mark")
        return tuple(Limit(f"mark:{mark}", low=1) for mark in _STANDARD.values() if mark not in twice)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type == "punctuation:sentence_end"


class Hyphenated(CountedType):
    """Words made of two or more runs of letters joined by hyphens; each occurrence counts."""

    name = "punctuation:hyphenated"
    wordings = (
        "Hyphenated words: {relation} {n}.",
        "Use {relation} {n} hyphenated {n|word|words}, such as well-known.",
        "Your response must contain {relation.firm} {n} {n|word|words} written with a hyphen between letters.",
        "{relation.limit} number of hyphenated words (like well-known or up-to-date): {n}.",
        "{relation.cap} {n} {n|word|words} in the response should be joined by hyphens, as in long-term.",
        "Could you work in {n} hyphenated {n|word|words}{relation.tail}, where mother-in-law would be one?",
        "The number of hyphenated words, repetitions counted, {relation.must} {n}.",
        "I am testing how lines break, so write {relation} {n} {n|word|words} of the kind self-made or part-time.",
        "Counted over the whole text, words whose parts are letters joined by hyphens: {relation} {n}.",
        "When you are done, count the hyphenated words (state-of-the-art is one): {n}{relation.tail}, that is what I "
        "want.",
        "Readers should come across {relation.firm} {n} hyphenated {n|compound|compounds}, for example old-fashioned.",
    )

    examples = (
        "A well-known baker sells old-fashioned bread at the mill. Her part-time helper is a good-natured man who "
        "brings the flour each morning and leaves at noon.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_hyphenated)
        if not found or not text.part(is_plain) or _is_doubtful(text.raw):
            return None
        # A repeated word may be taken for one, and A-Z or x-y for none.
        compounds = {word.lower() for word in found if max(map(len, _HYPHEN.split(word))) > 1}
        hyphens = sum(len(_HYPHEN.findall(word)) for word in found)
        sure = hyphens == len(_ANY_HYPHEN.findall(text.raw))
        return agreed((len(found), len(compounds)), rng, sure=sure, most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_hyphenated))

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return at_most(params) != 0 or not _HYPHENATED.search(phrase)


def _hyphenated(text: ParsedText) -> tuple[str, ...]:
    if not any(map(text.raw.__contains__, _HYPHENS)):
        return ()
    # Few tokens hold a hyphen, and the search is slow.
    tokens = text.part(stretches)
    if text.raw.isascii():
        return tuple(_ASCII_HYPHENATED.findall(" ".join([token for token in tokens if "-" in token])))
    marked = [token for token in tokens if "-" in token or "‐" in token or "‑" in token]
    return tuple(_HYPHENATED.findall(" ".join(marked)))


def _is_doubtful(raw: str) -> bool:
    return any(map(raw.__contains__, _PERHAPS_DOUBTFUL)) and _DOUBTFUL.search(raw) is not None


TYPES: tuple[ConstraintType, ...] = (Every(), Hyphenated())
