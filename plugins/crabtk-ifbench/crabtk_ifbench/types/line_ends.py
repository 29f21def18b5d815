"""Paragraphs that stand on one line each."""

from __future__ import annotations

import random

import regex
from typing_extensions import override

from crabtk import ConstraintType, Params, ParsedText

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*")


class SameLineEnds(ConstraintType):
    """Each line, a paragraph of two words or more, ends with the word it began with, case and punctuation aside.

    Lines without a word are passed over.
    """

    name = "ifbench:same_line_ends"
    wordings = (
        "Each line is a paragraph of at least two words that ends with its first word, case and punctuation aside.",
        "Separate paragraphs with a newline, and end each, of two words or more, with the same word that it starts "
        "with; case and punctuation do not matter.",
        "Your response must have a paragraph on every line, and the word that begins it, in any case, must end it as "
        "well, punctuation aside; two words are the least.",
        "One line, one paragraph: two words or more, first word = last word, whatever the case and punctuation.",
        "Could you write one-line paragraphs, two words long or longer, that close with the word that opened them, "
        "ignoring case and punctuation?",
        "Let a single line break divide your paragraphs, and let each, never just one word, return at its end to the "
        "word at its beginning, capitals and punctuation left aside.",
        "My program reads every line as a paragraph and compares its first word with its last, whatever their case and "
        "the punctuation around them, so make these equal throughout, with two words or more on a line.",
        "Every new line begins a paragraph; the word at its head, used again, is the word at its foot, case and "
        "punctuation aside.",
        "Whichever word starts a line, that word again, in either case, must end the line, as each line is a paragraph "
        "(punctuation is passed over).",
        "Paragraphs of one line each, please, with the opening word of each repeated as its closing word, not counting "
        "case and punctuation.",
    )
    evaluation_only = True
    example_params = ({},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        lines = [words for line in text.lines if (words := _WORD.findall(line.casefold()))]
        good = sum(len(words) > 1 and words[0] == words[-1] for words in lines)
        return good / len(lines) if lines else 0.0
