"""Characters that a response does without: digits, whatever is not ASCII, white space."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from typing_extensions import override

from crabtk.constraints.absent import AbsentType, is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.plain_text import signs_beyond
from crabtk.constraints.quoting import demanded
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_FEWEST_WORDS = 50
_FEWEST_CHARACTERS = 200
_DIGIT = re.compile(r"\d")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_WHITE_SPACE = re.compile(r"\s")
_CONTRACTED = re.compile(r"n't\b")
_PLAIN_SIGNS = ('"', "...", "--", " - ")
_IN_DIGITS = ("figures:", "date:", "time:")
_LATIN = frozenset(
    {"af", "ca", "cs", "da", "de", "en", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "id", "is", "it", "la", "lt",
     "lv", "ms", "nl", "no", "pl", "pt", "ro", "sk", "sl", "sq", "sv", "tl", "tr"}
)  # fmt: skip
"""Languages that can be written, if need be, in unaccented Latin letters."""


class NoDigits(ConstraintType):
    """No digit of any script anywhere."""

    name = "digits:absent"
    wordings = (
        "Do not use any digits.",
        "Your response must not contain any digits: write numbers as words, or leave them out.",
        "Avoid digits from start to end.",
        "Digits are not allowed anywhere in the text.",
        "Could you write this without a single digit?",
        "This will be read aloud, so spell out every number instead of using digits.",
        "Not one digit may occur in the whole response, be it in a number, a date, a name or a list.",
        "Spell out all numbers; digits must not appear.",
        "Characters that are forbidden throughout: digits.",
        "Write numbers in words only, and make sure that no digit is left in the text.",
        "If a number comes up, put it in words, since the response has to be free of digits.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or _holds_ascii_digit(text.raw):
            return None
        return None if any(map(str.isnumeric, text.part(signs_beyond))) else {}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and not _holds_ascii_digit(text.raw) and not _DIGIT.search(text.part(signs_beyond))

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return share(sum(not _DIGIT.search(word) for word in text.words), len(text.words))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        needed = any(_DIGIT.search(phrase) for phrase in demanded(other))
        counted_in_digits = other.type.startswith(_IN_DIGITS) and _wants_some(other)
        numbered = other.type in ("list:numbered", "list:numbering", "heading:numbered")
        return super().conflicts(params, other) or needed or counted_in_digits or numbered

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return tuple(Limit(quantity, high=0) for quantity in ("digits", "numbers", "numbered_items"))

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _DIGIT.search(phrase)


class Ascii(AbsentType):
    """ASCII characters only, code points 0 to 127."""

    name = "characters:ascii"
    wordings = (
        "Use only ASCII characters.",
        "Your response must not contain any character outside ASCII, so no accented letters, curly quotation marks, "
        "long dashes or emoji.",
        "Plain ASCII only.",
        "Restrict yourself to ASCII characters: unaccented letters, digits and the punctuation of a plain keyboard.",
        "Character set of the whole response: ASCII.",
        "Could you keep to ASCII characters throughout?",
        "Every character of the text has to be ASCII, quotation marks, apostrophes and dashes included.",
        "No character beyond ASCII is allowed anywhere in the response.",
        "I will store this in an old database that takes nothing but ASCII, so leave out every other character.",
        "Write straight quotation marks and simple hyphens in place of typographic ones, since all characters must be "
        "in ASCII.",
        "Anything that is not an ASCII character must be left out or replaced by one that is.",
    )

    examples = (
        'The harbor was silent - not one boat moved. "Is it always like this?" asked the boy. The old man shrugged. '
        '"In winter it is," he said, and he went back to his nets, which lay in a heap on the stones by the wall.',
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.raw) < _FEWEST_CHARACTERS or not text.raw.isascii() or not text.part(is_plain):
            return None
        # Only a text that had reason to leave ASCII says something by keeping to it.
        return {} if _could_be_typographic(text.raw) else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return 0 if text.raw.isascii() else len(_NOT_ASCII.findall(text.raw))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        foreign = other.type == "language:response" and other.params.get("language") not in _LATIN
        script = other.type == "language:script" and other.params.get("script") != "latin"
        bullet = other.type == "list:marker" and other.params.get("marker") == "•"
        return super().conflicts(params, other) or foreign or script or bullet or other.type == "emoji:sentence_end"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("emoji", high=0), Limit("mark:dash", high=0))

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return phrase.isascii()


class NoWhiteSpace(AbsentType):
    """No space, tab, line break or other white space, not even at the ends."""

    name = "whitespace:absent"
    evaluation_only = True
    wordings = (
        "Do not use any white space.",
        "Your response must not contain any white space: no spaces, no tabs, no line breaks.",
        "Leave out all white space.",
        "White space is forbidden throughout the response, line breaks included.",
        "Could you write this without spaces, tabs or line breaks of any kind?",
        "Not a single space, tab or line break may occur in the text.",
        "Write the whole response in one go, with no space or line break between the words or anywhere else.",
        "Whitespace characters allowed: none.",
        "My shell splits arguments at white space, so run everything together and leave no space, tab or line break.",
        "Everything has to be written together, since the output should be free of white space.",
    )
    examples = ("Sets-are-classes,but-not-every-class-is-a-set.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if len(text.words) > 2 and text.spaced and not _WHITE_SPACE.search(text.raw) else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(_WHITE_SPACE.findall(text.raw))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        none = ("bullets", "numbered_items", "headings", "tables")
        one = ("lines", "paragraphs")
        return (*(Limit(each, high=0) for each in none), *(Limit(each, high=1) for each in one))

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _WHITE_SPACE.search(phrase)


def _holds_ascii_digit(raw: str) -> bool:
    plain = raw.encode("ascii", "ignore")
    return len(plain.translate(None, delete=b"0123456789")) < len(plain)


def _could_be_typographic(raw: str) -> bool:
    """Tell whether a text holds a sign of ASCII for which typography has another one."""
    apostrophes = raw.count("'")
    if apostrophes > 2 or any(sign in raw for sign in _PLAIN_SIGNS):
        return True
    return apostrophes > 0 and _CONTRACTED.search(raw) is not None


def _wants_some(other: Constraint) -> bool:
    """Tell whether a constraint of a number of things asks for at least one, as every other constraint does."""
    return other.params.get("relation") != "at_most" and other.params.get("n") != 0


TYPES: tuple[ConstraintType, ...] = (Ascii(), NoDigits(), NoWhiteSpace())
