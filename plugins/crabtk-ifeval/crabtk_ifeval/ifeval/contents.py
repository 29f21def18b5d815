"""Instructions on placeholders, postscripts, languages and letter case."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crabtk import Checker, Constraint, ParsedText
from crabtk_ifeval.arguments import Arguments, between, compare
from crabtk_ifeval.instruction import Instruction
from crabtk_ifeval.languages import NAMES, detected
from crabtk_ifeval.meaning import bound, one
from crabtk_ifeval.tokens import capital_tokens

MARKERS = ("P.S.", "P.P.S")
_BRACKETS = re.compile(r"\[.*?\]")


def number_placeholders(args: Arguments) -> Checker:
    """Count pairs of square brackets on one line, whatever they hold, nothing included."""
    n = args.count("num_placeholders", between(1, 4))
    return lambda text: len(_BRACKETS.findall(text.raw)) >= n


def postscript(args: Arguments) -> Checker:
    """Find the marker anywhere, letter case aside; a marker of one's own is a regular expression."""
    marker = args.text("postscript_marker", lambda rng: rng.choice(MARKERS)).strip()
    known = {"P.P.S": r"p\.\s?p\.\s?s", "P.S.": r"p\.\s?s\."}
    pattern = args.pattern("postscript_marker", known.get(marker, marker.lower()), flags=0)
    return lambda text: bool(pattern.search(text.raw.lower()))


def response_language(args: Arguments) -> Checker:
    """Ask langdetect; a text that shows no language passes."""
    language = args.text("language", lambda rng: rng.choice(list(NAMES)))
    if language not in NAMES:
        raise args.unfit("language", f"one of the reference's, {', '.join(NAMES)}")
    return lambda text: text.part(detected) in (language, None)


def english_capital(args: Arguments) -> Checker:
    """No small letter, and langdetect says English or nothing."""
    return lambda text: text.raw.isupper() and _english(text)


def english_lowercase(args: Arguments) -> Checker:
    """No capital letter, and langdetect says English or nothing."""
    return lambda text: text.raw.islower() and _english(text)


def _english(text: ParsedText) -> bool:
    return text.part(detected) in ("en", None)


def capital_word_frequency(args: Arguments) -> Checker:
    """Count NLTK's tokens in capital letters: "I" and "A" among them, and a hyphenated compound once."""
    n = args.count("capital_frequency", between(1, 20), negative=True)
    holds = compare(args.relation("capital_relation"), n)
    return lambda text: holds(text.part(capital_tokens))


def language_meaning(args: Arguments) -> Sequence[Constraint]:
    """The language by its ISO 639-1 code; langdetect's two codes of Chinese are one language."""
    return one("language:response", language=args.text("language").split("-")[0].lower())


def capitals_meaning(args: Arguments) -> Sequence[Constraint]:
    """At least or at most so many words in capitals."""
    n = args.count("capital_frequency", between(1, 20))
    return one("case:capitals", **bound(args, "capital_relation", "capital_frequency", n))


def postscript_meaning(args: Arguments) -> Sequence[Constraint]:
    """A postscript under one of the two markers that the reference knows."""
    marker = args.text("postscript_marker").strip()
    if marker not in MARKERS:
        raise args.unfit("postscript_marker", " or ".join(f'"{known}"' for known in MARKERS))
    return one("document:postscript", marker=marker)


ENGLISH = Constraint("language:response", {"language": "en"})

INSTRUCTIONS = {
    "language:response_language": Instruction(
        ("language:response",), ("language",), response_language, language_meaning
    ),
    "detectable_content:number_placeholders": Instruction(
        ("placeholder:count",),
        ("num_placeholders",),
        number_placeholders,
        lambda args: one("placeholder:count", relation="at_least", n=args.count("num_placeholders", between(1, 4))),
    ),
    "detectable_content:postscript": Instruction(
        ("document:postscript",),
        ("postscript_marker",),
        postscript,
        postscript_meaning,
    ),
    "change_case:capital_word_frequency": Instruction(
        ("case:capitals",),
        ("capital_frequency", "capital_relation"),
        capital_word_frequency,
        capitals_meaning,
    ),
    "change_case:english_capital": Instruction(
        ("case:upper", "language:response"), (), english_capital, lambda args: [*one("case:upper"), ENGLISH]
    ),
    "change_case:english_lowercase": Instruction(
        ("case:lower", "language:response"), (), english_lowercase, lambda args: [*one("case:lower"), ENGLISH]
    ),
}
