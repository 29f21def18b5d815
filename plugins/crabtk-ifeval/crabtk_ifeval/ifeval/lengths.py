"""Instructions on the number of words, sentences and paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from crabtk import Checker, Constraint, ParsedText
from crabtk_ifeval.arguments import Arguments, between, compare, word
from crabtk_ifeval.instruction import Instruction
from crabtk_ifeval.meaning import bound, one
from crabtk_ifeval.readings import asterisk_parts, word_count
from crabtk_ifeval.sentences import sentences

_BLANK_LINE = "\n\n"
_ENDS_WORD = frozenset(".,?!'\"")


def number_sentences(args: Arguments) -> Checker:
    """Count NLTK's sentences."""
    n = args.count("num_sentences", between(1, 20))
    holds = compare(args.relation("relation"), n)
    return lambda text: holds(len(text.part(sentences)))


def number_words(args: Arguments) -> Checker:
    """Count runs of letters, digits and underscores."""
    n = args.count("num_words", between(100, 500))
    holds = compare(args.relation("relation"), n)
    return lambda text: holds(text.part(word_count))


def number_paragraphs(args: Arguments) -> Checker:
    """Count what stands between three asterisks, wherever they are; an empty part in between fails."""
    n = args.count("num_paragraphs", between(1, 5))
    return lambda text: text.part(asterisk_parts) == n


def nth_paragraph_first_word(args: Arguments) -> Checker:
    """Count parts that are not blank, but take the n-th of all parts; its first word ends at a mark."""
    count = args.count("num_paragraphs", between(1, 5))

    def beyond(rng: Random) -> int:
        return rng.randint(1, count + 1)

    n = args.count("nth_paragraph", beyond, zero=False)
    if n > count:
        n = beyond(args.draws)
    first = args.text("first_word", word).lower()

    def check(text: ParsedText) -> bool:
        parts = text.raw.split(_BLANK_LINE)
        filled = sum(bool(part.strip()) for part in parts)
        if n > filled or not parts[n - 1].strip():
            return False
        return filled == count and _first_word(parts[n - 1]) == first

    return check


def _first_word(paragraph: str) -> str:
    """Return the first word in small letters, leading quotes dropped, up to its first mark."""
    candidate = paragraph.split()[0].lstrip("'").lstrip('"')
    end = next((place for place, sign in enumerate(candidate) if sign in _ENDS_WORD), len(candidate))
    return candidate[:end].lower()


def words_meaning(args: Arguments) -> Sequence[Constraint]:
    """At least or at most so many words."""
    limit = bound(args, "relation", "num_words", args.count("num_words", between(100, 500)))
    return one("length:words", relation=limit["relation"], words=limit["n"])


def sentences_meaning(args: Arguments) -> Sequence[Constraint]:
    """At least or at most so many sentences."""
    n = args.count("num_sentences", between(1, 20))
    return one("length:sentences", **bound(args, "relation", "num_sentences", n))


def nth_paragraph_meaning(args: Arguments) -> Sequence[Constraint]:
    """So many paragraphs, and the word at the beginning of one of them."""
    count = args.count("num_paragraphs", between(1, 5), zero=False)
    n = args.count("nth_paragraph", between(1, 5), zero=False)
    if n > count:
        raise args.unfit("nth_paragraph", f"at most num_paragraphs, which is {count}")
    first = args.text("first_word").strip()
    return [Constraint("paragraphs:count", {"n": count}), *one("paragraphs:first_word", n=n, word=first)]


INSTRUCTIONS = {
    "length_constraints:number_sentences": Instruction(
        ("length:sentences",), ("num_sentences", "relation"), number_sentences, sentences_meaning
    ),
    "length_constraints:number_paragraphs": Instruction(
        ("paragraphs:divided",),
        ("num_paragraphs",),
        number_paragraphs,
        lambda args: one("paragraphs:divided", divider="***", n=args.count("num_paragraphs", between(1, 5))),
    ),
    "length_constraints:number_words": Instruction(
        ("length:words",), ("num_words", "relation"), number_words, words_meaning
    ),
    "length_constraints:nth_paragraph_first_word": Instruction(
        ("paragraphs:count", "paragraphs:first_word"),
        ("num_paragraphs", "nth_paragraph", "first_word"),
        nth_paragraph_first_word,
        nth_paragraph_meaning,
    ),
}
