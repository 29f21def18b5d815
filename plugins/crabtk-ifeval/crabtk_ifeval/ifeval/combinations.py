"""Instructions on whole responses: repetition, beginnings and ends, marks that must not occur."""

from __future__ import annotations

from crabtk import Checker, ParsedText
from crabtk_ifeval.arguments import Arguments
from crabtk_ifeval.instruction import Instruction
from crabtk_ifeval.meaning import one

DIVIDER = "******"
ENDINGS = ("Any other questions?", "Is there anything else I can help with?")


def two_responses(args: Arguments) -> Checker:
    """Split at six asterisks; blank parts at the ends are overlooked, and two different ones must be left."""

    def check(text: ParsedText) -> bool:
        parts = [part.strip() for part in text.raw.split(DIVIDER)]
        if not all(parts[1:-1]):
            return False
        filled = [part for part in parts if part]
        return len(filled) == 2 and filled[0] != filled[1]

    return check


def repeat_prompt(args: Arguments) -> Checker:
    """Begin with the request, letter case aside; nothing need follow."""
    request = args.text("prompt_to_repeat").strip().lower()
    return lambda text: text.raw.strip().lower().startswith(request)


def end_checker(args: Arguments) -> Checker:
    """End with the phrase, letter case aside; double quotes around the response are overlooked."""
    phrase = args.text("end_phrase", lambda rng: rng.choice(ENDINGS)).strip().lower()
    return lambda text: text.raw.strip().strip('"').lower().endswith(phrase)


def quotation(args: Arguments) -> Checker:
    """Begin and end with a straight double quote."""

    def check(text: ParsedText) -> bool:
        content = text.raw.strip()
        return len(content) > 1 and content[0] == content[-1] == '"'

    return check


def no_comma(args: Arguments) -> Checker:
    """Find no ASCII comma."""
    return lambda text: "," not in text.raw


INSTRUCTIONS = {
    "combination:two_responses": Instruction(
        ("document:two_responses",), (), two_responses, lambda args: one("document:two_responses", divider=DIVIDER)
    ),
    "combination:repeat_prompt": Instruction(
        ("copy:prompt_first",),
        ("prompt_to_repeat",),
        repeat_prompt,
        lambda args: one("copy:prompt_first", prompt=args.text("prompt_to_repeat").strip()),
    ),
    "startend:end_checker": Instruction(
        ("start_end:last_phrase",),
        ("end_phrase",),
        end_checker,
        lambda args: one("start_end:last_phrase", phrase=args.text("end_phrase").strip()),
    ),
    "startend:quotation": Instruction(("quotation:whole",), (), quotation, lambda args: one("quotation:whole")),
    "punctuation:no_comma": Instruction(
        ("punctuation:absent",), (), no_comma, lambda args: one("punctuation:absent", mark="comma")
    ),
}
