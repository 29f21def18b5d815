"""Instructions on words and letters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Any

from crabtk import Checker, Constraint, ParsedText
from crabtk_ifeval.arguments import Arguments, between, compare, word
from crabtk_ifeval.ifeval import keywords as ifeval
from crabtk_ifeval.instruction import Instruction
from crabtk_ifeval.meaning import bound, one
from crabtk_ifeval.readings import latin_letters
from crabtk_ifeval.rule_sentences import rule_sentences
from crabtk_ifeval.tokens import split_tokens, tokens

PALINDROME: dict[str, Any] = {"relation": "at_least", "n": 1, "characters": 3}
"""A single letter reads the same backwards, but nobody calls it a palindrome."""


def word_once(args: Arguments) -> Checker:
    """Count matches of the keyword as a regular expression, inside longer words too."""
    pattern = args.pattern("keyword", args.text("keyword", word).strip())
    return lambda text: len(pattern.findall(text.raw)) == 1


def exclude_word_harder(args: Arguments) -> Checker:
    """Find the keyword nowhere between two spaces; beside a mark or a line break, or in another case, it passes."""

    def from_instruction(rng: Random) -> str:
        return rng.choice(args.text("instruction").split())

    banned = f" {args.text('keyword', from_instruction).strip()} "
    return lambda text: banned not in text.raw


def keyword_specific_position(args: Arguments) -> Checker:
    """Compare one of NLTK's tokens of one of the rules' sentences, letter case included; marks are tokens."""
    keyword = args.text("keyword", word).strip()
    n = args.count("n", between(1, 20), zero=False)
    m = args.count("m", between(1, 30), zero=False)

    def check(text: ParsedText) -> bool:
        sentences = text.part(rule_sentences)
        if len(sentences) < n:
            return False
        found = split_tokens(sentences[n - 1])
        return len(found) >= m and found[m - 1] == keyword

    return check


def no_adjacent_consecutive(args: Arguments) -> Checker:
    """Compare first characters of neighbours between white space; after "(" or a list mark no letter is seen."""

    def check(text: ParsedText) -> bool:
        firsts = [found[0].lower() for found in text.raw.split()]
        if len(firsts) > 1 and any(len(first) != 1 for first in firsts):
            return False
        return all(ord(second) - ord(first) != 1 for first, second in pairwise(firsts))

    return check


def palindrome(args: Arguments) -> Checker:
    """Find a stretch between white space that equals its reverse, letter case included; "a" and "-" do."""
    return lambda text: any(found == found[::-1] for found in text.raw.split())


def start_end(args: Arguments) -> Checker:
    """Compare NLTK's first and last token; marks are tokens."""

    def check(text: ParsedText) -> bool:
        found = text.part(tokens)
        return len(found) > 1 and found[0].lower() == found[-1].lower()

    return check


def letter_counting(args: Arguments) -> Checker:
    """Count Latin letters without accents."""
    n = args.count("N", between(2, 3), zero=False, negative=True)
    holds = compare(args.relation("relation"), n)
    return lambda text: holds(text.part(latin_letters))


def letter_meaning(args: Arguments) -> Sequence[Constraint]:
    """At least or at most so many letters."""
    return one("length:letters", **bound(args, "relation", "N", args.count("N", between(2, 3))))


def position_meaning(args: Arguments) -> Sequence[Constraint]:
    """The m-th word of the n-th sentence."""
    n = args.count("n", between(1, 20), zero=False)
    m = args.count("m", between(1, 30), zero=False)
    return one("keyword:position", keyword=args.text("keyword").strip(), n=n, m=m)


INSTRUCTIONS = {
    "keywords:word_once": Instruction(
        ("keyword:frequency",),
        ("keyword",),
        word_once,
        lambda args: one("keyword:frequency", keyword=args.text("keyword").strip(), relation="exactly", n=1),
    ),
    "keywords:word_count_different_numbers": Instruction(
        ("keyword:frequency",),
        ("keyword", "frequency", "relation"),
        ifeval.frequency,
        ifeval.frequency_meaning,
    ),
    "keywords:exclude_word_harder": Instruction(
        ("keyword:exclude",),
        ("keyword", "instruction"),
        exclude_word_harder,
        lambda args: one("keyword:exclude", phrases=[args.text("keyword").strip()]),
    ),
    "keywords:keyword_specific_position": Instruction(
        ("keyword:position",), ("keyword", "n", "m"), keyword_specific_position, position_meaning
    ),
    "keywords:no_adjacent_consecutive": Instruction(
        ("word:initials_not_successive",),
        (),
        no_adjacent_consecutive,
        lambda args: one("word:initials_not_successive"),
    ),
    "keywords:palindrome": Instruction(
        ("word:palindromes",),
        (),
        palindrome,
        lambda args: one("word:palindromes", **PALINDROME),
    ),
    "keywords:start_end": Instruction(
        ("start_end:same_word", "start_end:bare_end"),
        (),
        start_end,
        lambda args: [*one("start_end:same_word"), *one("start_end:bare_end")],
    ),
    "letters:letter_counting": Instruction(("length:letters",), ("N", "relation"), letter_counting, letter_meaning),
    "letters:letter_counting2": Instruction(
        ("letter:frequency",),
        ("letter", "let_frequency", "let_relation"),
        ifeval.letter_frequency,
        ifeval.letter_meaning,
    ),
}
