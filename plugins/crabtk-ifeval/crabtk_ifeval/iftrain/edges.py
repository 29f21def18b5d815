"""Instructions on the first and last word of sentences and responses."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from crabtk import Checker, Constraint, ParsedText
from crabtk_ifeval.arguments import Arguments, word
from crabtk_ifeval.instruction import Instruction
from crabtk_ifeval.meaning import one
from crabtk_ifeval.rule_sentences import rule_sentences

_MARK = re.compile(r"[^\w\s]")


def first_of(text: str) -> str:
    """Return the first stretch between white space with its marks, so that ``Well,`` is no ``well``."""
    return text.split()[0].lower()


def last_of(text: str) -> str:
    """Return the last stretch between white space without marks, those inside included: ``it's`` is ``its``."""
    return _MARK.sub("", text.split()[-1]).lower()


def of_sentences(args: Arguments, name: str, edge: Callable[[str], str]) -> Checker:
    """Compare the edge of every sentence by the rules; a blank one fails."""
    wanted = args.text(name, word).strip().lower()

    def check(text: ParsedText) -> bool:
        return all(sentence and edge(sentence) == wanted for sentence in text.part(rule_sentences))

    return check


def of_response(args: Arguments, name: str, edge: Callable[[str], str]) -> Checker:
    """Compare the edge of the response."""
    wanted = args.text(name, word).strip().lower()
    return lambda text: bool(text.raw.strip()) and edge(text.raw) == wanted


def meaning(type_: str, name: str) -> Callable[[Arguments], Sequence[Constraint]]:
    """Return the builder of a constraint on one word."""
    return lambda args: one(type_, word=args.text(name).strip())


INSTRUCTIONS = {
    "first_word:first_word_sent": Instruction(
        ("sentence:first_word",),
        ("first_word",),
        lambda args: of_sentences(args, "first_word", first_of),
        meaning("sentence:first_word", "first_word"),
    ),
    "first_word:first_word_answer": Instruction(
        ("start_end:first_word",),
        ("first_word",),
        lambda args: of_response(args, "first_word", first_of),
        meaning("start_end:first_word", "first_word"),
    ),
    "last_word:last_word_sent": Instruction(
        ("sentence:last_word",),
        ("last_word",),
        lambda args: of_sentences(args, "last_word", last_of),
        meaning("sentence:last_word", "last_word"),
    ),
    "last_word:last_word_answer": Instruction(
        ("start_end:last_word",),
        ("last_word",),
        lambda args: of_response(args, "last_word", last_of),
        meaning("start_end:last_word", "last_word"),
    ),
}
