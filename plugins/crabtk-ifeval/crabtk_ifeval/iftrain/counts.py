"""Instructions that count words."""

from __future__ import annotations

from collections.abc import Sequence

from crabtk import Checker, Constraint, ParsedText
from crabtk_ifeval.arguments import Arguments, between, word
from crabtk_ifeval.instruction import Instruction
from crabtk_ifeval.meaning import one
from crabtk_ifeval.readings import asterisk_parts, asterisk_split, small_words
from crabtk_ifeval.rule_sentences import split
from crabtk_ifeval.tokens import split_tokens, tokens

_PARAGRAPHS = 3


def lowercase_counting(args: Arguments) -> Checker:
    """Count words of small Latin letters without accents; ``don't`` holds two."""
    n = args.count("N", between(2, 3), zero=False, negative=True)
    return lambda text: text.part(small_words) <= n


def count_unique(args: Arguments) -> Checker:
    """Find none of NLTK's tokens twice, letter case included; marks are tokens, so two commas fail."""

    def check(text: ParsedText) -> bool:
        found = text.part(tokens)
        return len(found) == len(set(found))

    return check


def count_increment_word(args: Arguments) -> Checker:
    """Count matches of each keyword as a regular expression, inside longer words too."""
    once = args.pattern("keyword1", args.text("keyword1", word).strip())
    twice = args.pattern("keyword2", args.text("keyword2", word).strip())
    return lambda text: len(once.findall(text.raw)) == 1 and len(twice.findall(text.raw)) == 2


def counting_composition(args: Arguments) -> Checker:
    """Split at three asterisks without spaces; count sentences by the rules and NLTK's tokens, marks included."""
    n_sent = args.count("n_sent", between(2, 3), zero=False, negative=True)
    n_words = args.count("n_words", between(2, 3), zero=False, negative=True)

    def check(text: ParsedText) -> bool:
        if text.part(asterisk_parts) != _PARAGRAPHS:
            return False
        # A blank part at an end is no paragraph, and yet its sentences are counted.
        sentences = [split(part) for part in text.part(asterisk_split)]
        if any(len(found) != n_sent for found in sentences):
            return False
        return all(len(split_tokens(sentence)) == n_words for found in sentences for sentence in found)

    return check


def increment_meaning(args: Arguments) -> Sequence[Constraint]:
    """One word once, another twice."""
    return [
        Constraint("keyword:frequency", {"keyword": args.text(name).strip(), "relation": "exactly", "n": n})
        for n, name in enumerate(("keyword1", "keyword2"), start=1)
    ]


def composition_meaning(args: Arguments) -> Sequence[Constraint]:
    """Three paragraphs by their divider, sentences per paragraph, words per sentence."""
    n_sent = args.count("n_sent", between(2, 3), zero=False)
    n_words = args.count("n_words", between(2, 3), zero=False)
    return [
        *one("paragraphs:divided", divider="* * *", n=_PARAGRAPHS),
        *one("paragraphs:sentences", n=n_sent),
        *one("sentence:words", relation="exactly", n=n_words),
    ]


INSTRUCTIONS = {
    "count:lowercase_counting": Instruction(
        ("case:lowercase_words",),
        ("N",),
        lowercase_counting,
        lambda args: one("case:lowercase_words", relation="at_most", n=args.count("N", between(2, 3))),
    ),
    "count:count_unique": Instruction(("word:unique",), (), count_unique, lambda args: one("word:unique")),
    "count:count_increment_word": Instruction(
        ("keyword:frequency",), ("keyword1", "keyword2"), count_increment_word, increment_meaning
    ),
    "count:counting_composition": Instruction(
        ("paragraphs:divided", "paragraphs:sentences", "sentence:words"),
        ("n_sent", "n_words"),
        counting_composition,
        composition_meaning,
    ),
}
