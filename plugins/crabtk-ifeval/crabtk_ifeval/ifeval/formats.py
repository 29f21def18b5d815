"""Instructions on the form of a response."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from crabtk import Checker, Constraint, ParsedText
from crabtk_ifeval.arguments import Arguments, between
from crabtk_ifeval.instruction import Instruction
from crabtk_ifeval.meaning import one

OPTIONS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
LABELS = ("Section", "SECTION")
_ROOM_FOR_MORE = re.compile(
    r"\b(?:contain|include)\b[^.?!]{0,40}\b(?:options?|phrases?|answers?|following)\b|\bthink (?:out loud|step)",
    re.IGNORECASE,
)
_STARRED = re.compile(r"^\s*\*[^*].*$", re.MULTILINE)
_DASHED = re.compile(r"^\s*-.*$", re.MULTILINE)
_SINGLE = re.compile(r"\*[^\n*]*\*")
_DOUBLE = re.compile(r"\*\*[^\n*]*\*\*")
_TITLE = re.compile(r"<<[^\n]+>>")
_FENCES = ("```json", "```Json", "```JSON", "```")


def number_bullet_lists(args: Arguments) -> Checker:
    """Count lines that begin with a dash, rules and dialogue included, or with a single asterisk."""
    n = args.count("num_bullets", between(1, 5))
    return lambda text: len(_STARRED.findall(text.raw)) + len(_DASHED.findall(text.raw)) == n


def constrained_response(args: Arguments) -> Checker:
    """Find one of the answers anywhere."""
    return lambda text: any(option in text.raw for option in OPTIONS)


def options_meaning(args: Arguments) -> Sequence[Constraint]:
    """One of the answers somewhere where the prompt leaves room for more; else one of them and nothing else."""
    if _ROOM_FOR_MORE.search(args.prompt):
        return one("keyword:any", phrases=list(OPTIONS))
    return one("choice:one_of", options=list(OPTIONS))


def number_highlighted_sections(args: Arguments) -> Checker:
    """Count what stands between asterisks on a line; bold counts as bold, and its neighbours may pair up."""
    n = args.count("num_highlights", between(1, 4))

    def check(text: ParsedText) -> bool:
        single = sum(bool(found.strip("*").strip()) for found in _SINGLE.findall(text.raw))
        double = sum(bool(found[2:-2].strip()) for found in _DOUBLE.findall(text.raw))
        return single + double >= n

    return check


def multiple_sections(args: Arguments) -> Checker:
    """Count the label followed by a number, anywhere in a line; more sections are welcome."""
    label = args.text("section_spliter", lambda rng: rng.choice(LABELS)).strip()
    n = args.count("num_sections", between(1, 5))
    pattern = args.pattern("section_spliter", label, flags=0, form=r"\s?{}\s?\d+\s?")
    return lambda text: sum(1 for _ in pattern.finditer(text.raw)) >= n


def json_format(args: Arguments) -> Checker:
    """Parse the text without its fence; a bare number or string is JSON too, and so is NaN."""

    def check(text: ParsedText) -> bool:
        content = text.raw.strip()
        for fence in _FENCES:
            content = content.removeprefix(fence)
        try:
            json.loads(content.removesuffix("```").strip())
        except (ValueError, RecursionError):
            return False
        return True

    return check


def title(args: Arguments) -> Checker:
    """Find double angle brackets with something inside, anywhere."""
    return lambda text: any(found.lstrip("<").rstrip(">").strip() for found in _TITLE.findall(text.raw))


INSTRUCTIONS = {
    "detectable_format:number_bullet_lists": Instruction(
        ("list:bullets",),
        ("num_bullets",),
        number_bullet_lists,
        lambda args: one("list:bullets", relation="exactly", n=args.count("num_bullets", between(1, 5))),
    ),
    "detectable_format:constrained_response": Instruction(
        ("choice:one_of", "keyword:any"), (), constrained_response, options_meaning
    ),
    "detectable_format:number_highlighted_sections": Instruction(
        ("emphasis:highlights",),
        ("num_highlights",),
        number_highlighted_sections,
        lambda args: one("emphasis:highlights", relation="at_least", n=args.count("num_highlights", between(1, 4))),
    ),
    "detectable_format:multiple_sections": Instruction(
        ("section:labelled",),
        ("section_spliter", "num_sections"),
        multiple_sections,
        lambda args: one(
            "section:labelled",
            label=args.text("section_spliter").strip(),
            n=args.count("num_sections", between(1, 5)),
        ),
    ),
    "detectable_format:json_format": Instruction(("json:valid",), (), json_format, lambda args: one("json:valid")),
    "detectable_format:title": Instruction(("title:angle",), (), title, lambda args: one("title:angle")),
}
