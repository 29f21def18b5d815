"""Instructions on the form of a response, its paragraphs and its marks."""

from __future__ import annotations

from crabtk import Checker, ParsedText
from crabtk_ifeval.arguments import Arguments
from crabtk_ifeval.instruction import Instruction
from crabtk_ifeval.meaning import one
from crabtk_ifeval.readings import asterisk_parts
from crabtk_ifeval.rule_sentences import split


def sentence_hyphens(args: Arguments) -> Checker:
    """Split once at hyphens and once into sentences with hyphens as spaces; the lists agree as far as both reach."""

    def check(text: ParsedText) -> bool:
        sentences = split(text.raw.replace("-", " "))
        return all(part == sentence for part, sentence in zip(text.raw.split("-"), sentences, strict=False))

    return check


def square_brackets(args: Arguments) -> Checker:
    """Each stretch between white space begins with a bracket and ends with one."""
    return lambda text: all(found[0] == "[" and found[-1] == "]" for found in text.raw.split())


def bigram_wrapping(args: Arguments) -> Checker:
    """Of each two stretches the first begins and the second ends in angle brackets; one left over passes."""

    def check(text: ParsedText) -> bool:
        found = text.raw.split()
        pairs = zip(found[::2], found[1::2], strict=False)
        return all(first.startswith("<<") and second.endswith(">>") for first, second in pairs)

    return check


def paragraphs(args: Arguments) -> Checker:
    """Count what stands between three asterisks, wherever they are."""
    return lambda text: text.part(asterisk_parts) == 2


def paragraphs2(args: Arguments) -> Checker:
    """Count what stands between two line breaks, no more and no fewer; a blank line with a space divides nothing."""

    def check(text: ParsedText) -> bool:
        parts = text.raw.split("\n\n")
        if not all(part.strip() for part in parts[1:-1]):
            return False
        return sum(bool(part.strip()) for part in parts) == 2

    return check


def punctuation_dot(args: Arguments) -> Checker:
    """Find no full stop anywhere: not in numbers and addresses either."""
    return lambda text: "." not in text.raw


def punctuation_exclamation(args: Arguments) -> Checker:
    """Find no exclamation mark anywhere."""
    return lambda text: "!" not in text.raw


INSTRUCTIONS = {
    "detectable_format:sentence_hyphens": Instruction(
        ("punctuation:hyphen_joined",), (), sentence_hyphens, lambda args: one("punctuation:hyphen_joined")
    ),
    "detectable_format:square_brackets": Instruction(
        ("brackets:every_word",), (), square_brackets, lambda args: one("brackets:every_word")
    ),
    "detectable_format:bigram_wrapping": Instruction(
        ("brackets:bigrams",), (), bigram_wrapping, lambda args: one("brackets:bigrams")
    ),
    "paragraphs:paragraphs": Instruction(
        ("paragraphs:divided",), (), paragraphs, lambda args: one("paragraphs:divided", divider="***", n=2)
    ),
    "paragraphs:paragraphs2": Instruction(
        ("paragraphs:count",), (), paragraphs2, lambda args: one("paragraphs:count", n=2)
    ),
    "punctuation:punctuation_dot": Instruction(
        ("punctuation:absent",), (), punctuation_dot, lambda args: one("punctuation:absent", mark="full_stop")
    ),
    "punctuation:punctuation_exclamation": Instruction(
        ("punctuation:absent",),
        (),
        punctuation_exclamation,
        lambda args: one("punctuation:absent", mark="exclamation_mark"),
    ),
}
