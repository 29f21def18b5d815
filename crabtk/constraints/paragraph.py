"""How many paragraphs a response has, and how long they are."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import lower_bound, nearness, share, upper_bound
from crabtk.constraints.running_text import (
    clear_paragraphs,
    clear_sentences,
    paragraph_sizes,
    ranges_by_paragraph,
    words_by_paragraph,
)
from crabtk.quantities import Limit
from crabtk.text import ParsedText, words_in
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

STRUCTURE = frozenset(
    {
        "list:bullets",
        "list:numbered",
        "list:marker",
        "list:count",
        "list:items_each",
        "list:sub_items",
        "list:numbering",
        "list:lettered",
        "list:custom_marker",
        "list:item_label",
        "list:item_end",
        "list:two_level",
        "list:after_sentences",
        "list:alphabetical",
        "heading:count",
        "heading:level",
        "heading:first",
        "heading:words",
        "heading:text",
        "heading:numbered",
        "section:labelled",
        "section:count",
        "section:words",
        "code:block",
        "code:count",
        "code:lines",
        "code:tagged",
        "code:only",
        "code:function",
        "table:columns",
        "table:rows",
        "table:count",
        "table:header",
    }
)
"""Types that demand more than paragraphs of running text."""

_MOST_PARAGRAPHS = 12
_MOST_WORDS = 150
_FEWEST_WORDS = 20


class Paragraphs(ConstraintType):
    """Exact number of paragraphs, counted between blank lines; measured on running text only."""

    name = "paragraphs:count"
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = (
        "Write exactly {n} {n|paragraph|paragraphs}, with a blank line between one paragraph and the next.",
        "Your response must consist of exactly {n} {n|paragraph|paragraphs} separated by blank lines.",
        "Number of paragraphs (divided by blank lines): {n}.",
        "Could you structure this as {n} {n|paragraph|paragraphs}, no more and no fewer, set apart by blank lines?",
        "Blank lines should divide the response into precisely {n} {n|paragraph|paragraphs}.",
        "When you break up the text with blank lines, make sure that exactly {n} {n|paragraph "
        "results|paragraphs result}.",
        "I want {n} {n|paragraph|paragraphs} in total, titles and lists counted, with blank lines as "
        "the only dividers.",
        "Exactly {n} {n|block|blocks} of text should be left when the response is cut at its blank lines.",
        "Paragraph count, going by blank lines: exactly {n}.",
        "The layout has {n} text {n|frame|frames}, and each takes one paragraph as divided by blank lines, so fill "
        "them all and leave nothing over.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        # Single line breaks may part paragraphs in a reader's eyes, and lines without a word be one.
        n = len(text.part(clear_paragraphs))
        return {"n": n} if 2 <= n <= _MOST_PARAGRAPHS and len(text.sentences) > 1 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return len(text.paragraphs) == int(params["n"])

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return nearness(len(text.paragraphs), params["n"], params["n"])

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in STRUCTURE

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        n = int(params["n"])
        return [Limit("paragraphs", n, n)]


class WordsPerParagraph(ConstraintType):
    """The longest paragraph that may be written; measured on running text only."""

    name = "paragraphs:words"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count()}
    wordings = (
        "At most {words} {words|word|words} between blank lines.",
        "Every paragraph must have at most {words} {words|word|words}, with blank lines between paragraphs.",
        "Separate paragraphs by blank lines, and let none run past {words} {words|word|words}.",
        "No block of text between blank lines may exceed {words} {words|word|words}.",
        "Maximum number of words in a paragraph (paragraphs being divided by blank lines): {words}.",
        "Could you use paragraphs of {words} {words|word|words} or fewer, with a blank line after each?",
        "This will be read on a phone, so never write more than {words} {words|word|words} without a blank line.",
        "Words per paragraph, with blank lines as the dividers: {words} or fewer.",
        "Leave a blank line before a paragraph grows beyond {words} {words|word|words}.",
        "Break the text up with blank lines until each paragraph has {words} {words|word|words} or fewer.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.is_prose or not text.spaced or len(text.paragraphs) < 2:
            return None
        words = upper_bound(max(high for _, high in text.part(ranges_by_paragraph)), rng)
        return {"words": words} if _FEWEST_WORDS <= words <= _MOST_WORDS else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        sizes = text.part(paragraph_sizes)
        return share(sum(size <= params["words"] for size in sizes), len(sizes))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("words", high=int(params["words"]), per="paragraphs")]

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return len(words_in(phrase)) <= int(params["words"])


class Minimum(ConstraintType):
    """The fewest words that any paragraph may have; what stands between blank lines is a paragraph."""

    name = "paragraphs:minimum"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count()}
    wordings = (
        "Every paragraph must have at least {words} {words|word|words}, with blank lines between paragraphs.",
        "Give each paragraph {words} {words|word|words} or more, paragraphs being what blank lines divide.",
        "Minimum number of words in each paragraph (paragraphs being divided by blank lines): {words}.",
        "Could you develop every paragraph to {words} {words|word|words} or more before you leave a blank line?",
        "No paragraph, that is, no block of text between blank lines, may have fewer than {words} {words|word|words}.",
        "Words per paragraph, as divided by blank lines: no fewer than {words}.",
        "Paragraphs of fewer than {words} {words|word|words} are not allowed; a blank line is what divides them.",
        "I dislike choppy text, so fill each block between blank lines with at least {words} {words|word|words}.",
        "The shortest paragraph, going by blank lines, must still run to {words} {words|word|words} or more.",
        "Leave no blank line until the paragraph has {words} {words|word|words} or more, and hold the last paragraph "
        "to the same minimum.",
    )
    examples = (
        "The canal was dug by hand in nine years, and the men who dug it lived in tents along the bank, winter and "
        "summer, until the water came.\n\nToday nobody ships coal on it any more, but in warm months the old locks "
        "open thirty times a day for boats with holiday crews and dogs on board.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sizes = text.part(words_by_paragraph)
        if len(sizes) < 2:
            return None
        words = lower_bound(min(low for low, _ in sizes), rng)
        return {"words": words} if words >= _FEWEST_WORDS else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        sizes = text.part(paragraph_sizes)
        return share(sum(size >= params["words"] for size in sizes), len(sizes))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        impossible = other.type == "paragraphs:words" and int(other.params["words"]) < int(params["words"])
        return super().conflicts(params, other) or impossible or other.type in STRUCTURE

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("words", low=int(params["words"]), per="paragraphs")]


class SentencesInEach(ConstraintType):
    """The exact number of sentences in every paragraph; blank lines or Markdown rules divide paragraphs."""

    name = "paragraphs:sentences"
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = (
        "Every paragraph must consist of exactly {n} {n|sentence|sentences}, with blank lines or rules between "
        "paragraphs.",
        "Put {n} {n|sentence|sentences} into each paragraph, no more and no fewer, and divide paragraphs by blank "
        "lines or rules.",
        "Sentences in each paragraph (divided by blank lines or rules): exactly {n}.",
        "Could you give all paragraphs exactly {n} {n|sentence|sentences} and set them apart by blank lines or rules?",
        "Build the response from paragraphs of precisely {n} {n|sentence|sentences} each, divided by blank lines or "
        "rules.",
        "Each block of text between blank lines or rules should hold {n} {n|sentence|sentences}, neither more nor "
        "fewer.",
        "Paragraph size, going by blank lines and rules: {n} {n|sentence|sentences} without exception.",
        "I like an even rhythm, so let every paragraph between blank lines or rules run to exactly {n} "
        "{n|sentence|sentences}.",
        "All paragraphs are to be alike: {n} {n|sentence|sentences} each, with a blank line or a rule from one to the "
        "next.",
        "No paragraph may have more or fewer than {n} {n|sentence|sentences}, a paragraph being what stands between "
        "blank lines or rules such as ***.",
    )
    examples = (
        "The kiln heats slowly. It takes a night to reach white heat.\n\nBy dawn the glaze has run. Nobody may open "
        "the door yet.\n\nThe pots cool for two days. Then the potter counts the cracks.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sizes = [len(sentences) for sentences in text.part(clear_sentences)]
        # A paragraph or two may well be of one sentence without anybody having meant it.
        return {"n": sizes[0]} if len(set(sizes)) == 1 and len(sizes) > (2 if sizes[0] == 1 else 1) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        paragraphs = text.part(_ruled_paragraphs)
        return share(sum(len(sentences) == params["n"] for sentences in paragraphs), len(paragraphs))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        same_matter = other.type in ("length:sentences_per_paragraph", "paragraphs:lead_sentence")
        return super().conflicts(params, other) or same_matter or other.type in STRUCTURE

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        n = int(params["n"])
        # No upper bound: what rules divide is one paragraph to those who count by blank lines.
        return [Limit("sentences", low=n, per="paragraphs")]


def _ruled_paragraphs(text: ParsedText) -> tuple[tuple[str, ...], ...]:
    """Return the sentences of each paragraph, where a rule ends a paragraph as a blank line does."""
    lines = text.marked_lines
    if all(line.kind != "rule" for line in lines):
        return text.paragraph_sentences
    parted = ("" if line.kind == "rule" else raw for line, raw in zip(lines, text.lines, strict=True))
    return ParsedText("\n".join(parted)).paragraph_sentences


TYPES: tuple[ConstraintType, ...] = (Paragraphs(), WordsPerParagraph(), Minimum(), SentencesInEach())
