"""Instructions to repeat a text."""

from __future__ import annotations

from collections.abc import Sequence

from crabtk import Checker, Constraint, ParsedText
from crabtk_ifeval.arguments import Arguments, between
from crabtk_ifeval.ifeval.combinations import DIVIDER
from crabtk_ifeval.instruction import Instruction
from crabtk_ifeval.meaning import one

PHRASES = ("Every road leads somewhere in the end", "The old clock still keeps good time")
"""Stand-ins for the phrases that the reference draws where none is given."""


def repeat_phrase(args: Arguments) -> Checker:
    """Find exactly so many spans from the phrase's first to its last word, of as many words as the phrase.

    Each may differ from it in one word at most; only the last must differ.
    """
    words = args.text("phrase", lambda rng: rng.choice(PHRASES)).split()
    if not words:
        raise args.unfit("phrase", "a phrase with words")
    n = args.count("small_n", between(2, 3), zero=False, negative=True)
    pattern = args.pattern("phrase", f"{words[0]} .*? {words[-1]}", flags=0)

    def check(text: ParsedText) -> bool:
        spans = [found[0].split() for found in pattern.finditer(text.raw)]
        if len(spans) != n or any(len(span) != len(words) for span in spans):
            return False
        changes = [sum(map(str.__ne__, span, words)) for span in spans]
        return bool(changes) and max(changes) <= 1 and changes[-1] == 1

    return check


def copy(args: Arguments) -> Checker:
    """Equal the text, letter case and white space around it aside."""
    wanted = args.text("prompt_to_repeat").strip().lower()
    return lambda text: text.raw.strip().lower() == wanted


def copying_multiple(args: Arguments) -> Checker:
    """Split at six asterisks, wherever they are; each part equals the text as for ``copy``."""
    wanted = args.text("prompt_to_repeat").strip().lower()
    n = args.count("N", between(2, 3), zero=False, negative=True)

    def check(text: ParsedText) -> bool:
        parts = text.raw.split(DIVIDER)
        return len(parts) == n and all(part.strip().lower() == wanted for part in parts)

    return check


def copy_span_idx(args: Arguments) -> Checker:
    """Equal the characters from the start up to, and without, the end; a start of 0 is drawn anew."""
    whole = args.text("prompt_to_repeat")
    if len(whole) < 3:
        raise args.unfit("prompt_to_repeat", "at least three characters long")
    start = args.count("n_start", between(0, len(whole) - 2), zero=False, negative=True)
    end = args.count("n_end", lambda rng: rng.randint(min(start + 1, len(whole) - 1), len(whole) - 1), zero=False)
    wanted = whole[start:end].strip().lower()
    return lambda text: text.raw.strip().lower() == wanted


def span_meaning(args: Arguments) -> Sequence[Constraint]:
    """The characters from one index to another, both included; the reference's indices count from 0."""
    whole = args.text("prompt_to_repeat")
    start, end = args.count("n_start", between(0, 0)), args.count("n_end", between(0, 0))
    if not start <= end or start >= len(whole):
        raise args.unfit("n_start", f"within the text of {len(whole)} characters and no greater than n_end")
    return one("copy:span", prompt=whole, start=start + 1, end=min(end + 1, len(whole)))


_COPY = Instruction(
    ("copy:prompt",),
    ("prompt_to_repeat",),
    copy,
    lambda args: one("copy:prompt", prompt=args.text("prompt_to_repeat").strip()),
)

INSTRUCTIONS = {
    "copy:repeat_phrase": Instruction(
        ("copy:variations",),
        ("phrase", "small_n"),
        repeat_phrase,
        lambda args: one(
            "copy:variations", phrase=args.text("phrase").strip(), n=args.count("small_n", between(2, 3), zero=False)
        ),
    ),
    "copy:copy": _COPY,
    "copy:copying_simple": _COPY,
    "copy:copying_multiple": Instruction(
        ("copy:times",),
        ("prompt_to_repeat", "N"),
        copying_multiple,
        lambda args: one(
            "copy:times",
            prompt=args.text("prompt_to_repeat").strip(),
            n=args.count("N", between(2, 3), zero=False),
            divider=DIVIDER,
        ),
    ),
    "new:copy_span_idx": Instruction(
        ("copy:span",), ("prompt_to_repeat", "n_start", "n_end"), copy_span_idx, span_meaning
    ),
}
