"""Instructions on words and letters."""

from __future__ import annotations

import string
from collections.abc import Sequence

from crabtk import Checker, Constraint
from crabtk_ifeval.arguments import Arguments, between, compare, two_words, word
from crabtk_ifeval.instruction import Instruction
from crabtk_ifeval.meaning import bound, one


def existence(args: Arguments) -> Checker:
    """Find each keyword as a regular expression anywhere, inside longer words too."""
    keywords = sorted(args.texts("keywords", two_words))
    patterns = [args.pattern("keywords", keyword) for keyword in keywords]
    return lambda text: all(pattern.search(text.raw) for pattern in patterns)


def frequency(args: Arguments) -> Checker:
    """Count matches of the keyword as a regular expression, inside longer words too."""
    keyword = args.text("keyword", word).strip()
    n = args.count("frequency", between(1, 3))
    holds = compare(args.relation("relation"), n)
    pattern = args.pattern("keyword", keyword)
    return lambda text: holds(len(pattern.findall(text.raw)))


def forbidden_words(args: Arguments) -> Checker:
    """Find none of the words between word boundaries; a word that ends in a mark never stands at one."""
    words = sorted(set(args.texts("forbidden_words", two_words)))
    patterns = [args.pattern("forbidden_words", banned, form=r"\b{}\b") for banned in words]
    return lambda text: not any(pattern.search(text.raw) for pattern in patterns)


def letter_frequency(args: Arguments) -> Checker:
    """Count one letter in the small-letter text; anything but a Latin letter becomes a random letter."""
    letter = args.text("letter", lambda rng: "#").lower()
    if len(letter) != 1 or letter not in string.ascii_lowercase:
        letter = args.draws.choice(string.ascii_letters).lower()
    n = args.count("let_frequency", between(1, 10))
    holds = compare(args.relation("let_relation"), n)
    return lambda text: holds(text.raw.lower().count(letter))


def letter_meaning(args: Arguments) -> Sequence[Constraint]:
    """Any one character that is not white space may be asked for."""
    letter = args.text("letter")
    if len(letter.strip()) != 1:
        raise args.unfit("letter", "one character")
    n = args.count("let_frequency", between(1, 10))
    return one("letter:frequency", letter=letter.strip(), **bound(args, "let_relation", "let_frequency", n))


def frequency_meaning(args: Arguments) -> Sequence[Constraint]:
    """The word, as a whole word."""
    keyword = args.text("keyword").strip()
    n = args.count("frequency", between(1, 3))
    return one("keyword:frequency", keyword=keyword, **bound(args, "relation", "frequency", n))


INSTRUCTIONS = {
    "keywords:existence": Instruction(
        ("keyword:include",),
        ("keywords",),
        existence,
        lambda args: one("keyword:include", phrases=args.texts("keywords", two_words)),
    ),
    "keywords:frequency": Instruction(
        ("keyword:frequency",), ("keyword", "frequency", "relation"), frequency, frequency_meaning
    ),
    "keywords:forbidden_words": Instruction(
        ("keyword:exclude",),
        ("forbidden_words",),
        forbidden_words,
        lambda args: one("keyword:exclude", phrases=args.texts("forbidden_words", two_words)),
    ),
    "keywords:letter_frequency": Instruction(
        ("letter:frequency",), ("letter", "let_frequency", "let_relation"), letter_frequency, letter_meaning
    ),
}
