"""Remarks in round brackets, words in square and in angle brackets."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from typing_extensions import override

from crabtk.constraints.absent import is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.numbers import share
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params

_FEWEST_BRACKETED = 3
_REMARK = re.compile(r"\((?<!\]\()[^()\n]*\)|（[^（）\n]*）")
_ASCII_REMARK = re.compile(r"\((?<!\]\()[^()\n]*\)")
"""The same in a text without wide brackets; the search leaps from bracket to bracket."""

_ROUND = "()（）"
_IN_SQUARE = re.compile(r"\[[^\[\]\s]+\]")
_AFTER_PAIR = ".,;:!?…\"'”’)"


class Remarks(CountedType):
    """Passages in round brackets on one line that hold a word; where brackets are nested, the innermost count."""

    name = "brackets:count"
    wordings = (
        "Remarks in round brackets: {relation} {n}.",
        "Use {relation} {n} {n|parenthesis|parentheses}, that is, {n|remark|remarks} in round brackets.",
        "Your response must contain {relation.firm} {n} parenthetical {n|remark|remarks} in round brackets.",
        "{relation.limit} number of passages in round brackets: {n}.",
        "{relation.cap} {n} {n|aside|asides} in round brackets should be made.",
        "Could you put something between round brackets {n} {n|time|times}{relation.tail}?",
        "The number of bracketed passages (round brackets that enclose at least one word) {relation.must} {n}.",
        "I enjoy asides, so enclose {relation} {n} {n|word or remark|words or remarks} in round brackets (like this).",
        "When you are done, count the pairs of round brackets that enclose words: {n}{relation.tail}, that is "
        "what I asked for.",
        "Over the whole text, add {relation.firm} {n} {n|explanation|explanations} in round brackets.",
    )
    examples = (
        "The ferry (a small one) leaves at noon. It carries mail, fruit and, on Sundays, the choir (with its organ).",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_remarks)
        if not found or "\\" in text.raw or not text.part(is_plain):
            return None
        # Brackets that do not pair, are nested, or stand in a link or a smiley, readers count in several ways.
        if 2 * len(found) != sum(map(text.raw.count, _ROUND)):
            return None
        apart = sum(map(_is_remark, _remark_in(text.raw).finditer(text.raw)))
        return agreed((len(found), apart), rng, most_exact=12)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_remarks))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("brackets", params["relation"], params["n"]),)


class EveryWord(ConstraintType):
    """Each word stands in square brackets of its own, with nothing but the word and its punctuation inside."""

    name = "brackets:every_word"
    wordings = (
        "Put every word in square brackets.",
        "Enclose each word of your response in its own pair of square brackets.",
        "Your response must have square brackets around every single word, [like] [this].",
        "[Write] [like] [this], each word in square brackets.",
        "Square brackets around each word, one pair per word.",
        "Could you set all of the words, one by one, in square brackets?",
        "No word may stand outside square brackets, and no two words in the same pair.",
        "Each and every word has to be wrapped in square brackets of its own.",
        "My script reads one token per pair of square brackets, so every word of the response must be put in a pair of "
        "its own.",
        "Format for all words, from the first to the last: [word].",
    )
    examples = ("[The] [tide] [comes] [in,] [and] [the] [boats] [float].",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if "[" not in text.raw:
            return None
        tokens = text.raw.split()
        each = len(tokens) >= _FEWEST_BRACKETED and all(map(_IN_SQUARE.match, tokens))
        return {} if each and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words or "[" not in text.raw:
            return 0.0
        outside = sum(bool(WORD.search(token)) for token in _IN_SQUARE.sub(" ", text.raw).split())
        inside = sum(bool(WORD.search(token)) for token in _IN_SQUARE.findall(text.raw))
        return share(inside, inside + outside)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        other_wrapping = other.type in ("brackets:bigrams", "json:valid", "quotation:whole", "start_end:first_phrase")
        return super().conflicts(params, other) or other_wrapping

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return ("[", "]")

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return len(phrase.split()) < 2 or "[" in phrase


class Bigrams(ConstraintType):
    """Every two words, told by the spaces, stand in double angle brackets; an odd last word may stand alone."""

    name = "brackets:bigrams"
    wordings = (
        "Wrap every two words in double angle brackets, <<like this>> <<and so>> <<on here>>.",
        "Your response must have double angle brackets around each pair of successive words, as in <<good day>> <<to "
        "you>>.",
        "Put the words two by two in double angle brackets: <<first second>> <<third fourth>>.",
        "Pairs of words, each in << and >>: the whole response has to be made of them; only an odd last word may be "
        "without.",
        "Could you enclose every pair of words in << >>, beginning with the first two?",
        "Double angle brackets belong around words one and two, around the next two, and so on to the end.",
        "From the first word to the last, set each two words in <<double brackets>> of this kind.",
        "All words go into double angle brackets by twos; a single word that remains at the end may stand alone.",
        "My program reads the text two words at a time, so each such pair has to stand between << and >>, up to the "
        "end.",
        "Chop the text into <<word pairs>> <<set off>> <<like these>>.",
    )
    examples = ("<<The tide>> <<comes in>> <<and boats>> <<float again>>.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if self.check(text, {}) and _are_words(text.raw.split(), text) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words or "<" not in text.raw or "<<" not in text.raw:
            return 0.0
        tokens = text.raw.split()
        pairs = list(zip(tokens[::2], tokens[1::2], strict=False))
        return share(sum(_is_wrapped(one, two) for one, two in pairs), len(pairs))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        other_wrapping = other.type in ("json:valid", "quotation:whole", "start_end:first_phrase", "title:angle")
        return super().conflicts(params, other) or other_wrapping

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return ("<<", ">>")

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return len(phrase.split()) < 3 or "<<" in phrase


def _remarks(text: ParsedText) -> tuple[str, ...]:
    return tuple([passage for passage in _remark_in(text.raw).findall(text.raw) if WORD.search(passage)])


def _remark_in(raw: str) -> re.Pattern[str]:
    return _REMARK if "（" in raw else _ASCII_REMARK


def _is_remark(match: re.Match[str]) -> bool:
    """Tell whether a passage in brackets stands apart, unlike those in ``f(x)`` and ``word(s)``, and is no number."""
    before = match.string[match.start() - 1 : match.start()]
    return not before.isalnum() and any(map(str.isalpha, match[0]))


def _are_words(tokens: Sequence[str], text: ParsedText) -> bool:
    """Tell whether tokens are an even number of words for all readers."""
    return len(tokens) % 2 == 0 and len(tokens) == len(text.words)


def _is_wrapped(one: str, two: str) -> bool:
    closed = two.rstrip(_AFTER_PAIR)
    return one.startswith("<<") and closed.endswith(">>") and "<<" not in two and ">>" not in one


TYPES: tuple[ConstraintType, ...] = (Bigrams(), EveryWord(), Remarks())
