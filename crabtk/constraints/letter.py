"""Parts of a letter: the salutation, the sign-off and the postscript."""

from __future__ import annotations

import random
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.listing import is_absent
from crabtk.constraints.word_sets import vocabulary
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf

_GREETING = re.compile(r"(?:Dear|Hi|Hello)\s+\S.*,")
_FAREWELLS = ("regards,", "wishes,", "sincerely,", "faithfully,", "truly,")
_FAREWELL_WORDS = frozenset(farewell.rstrip(",") for farewell in _FAREWELLS)
_MOST_LINES = 5
_MOST_WORDS = 6
_EMPHASIS_MARKS = "*_ \t"
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


class Greeting(ConstraintType):
    """The first line is ``Dear``, ``Hi`` or ``Hello``, a word at least and a final comma; text follows."""

    name = "document:greeting"
    wordings = (
        'Begin with a salutation on a line of its own: "Dear", "Hi" or "Hello", then the name, then a comma.',
        'First line: "Dear …,", "Hi …," or "Hello …,", with the name of whoever is addressed.',
        'Your response must open with a salutation line that starts with "Dear", "Hi" or "Hello", names someone and '
        "ends with a comma.",
        'Open like a letter, with "Dear", "Hi" or "Hello" and a name, closed by a comma, alone on the first line.',
        'Could you start with a salutation such as "Dear Ms Lund," on the first line, using "Dear", "Hi" or "Hello" '
        "and a comma at the end?",
        'The first line greets the reader by "Dear", "Hi" or "Hello" plus a name or title and ends with a comma.',
        'Address someone in the very first line, which must begin with "Dear", "Hi" or "Hello" and have a comma at its '
        "end.",
        'Put a line of greeting before everything else: the word "Dear", "Hi" or "Hello", the person addressed, a '
        "comma.",
        'There has to be a salutation ("Dear", "Hi" or "Hello" with a name and a final comma) on the first line, and '
        "the text below it.",
        "I will send this off as it is, so let the first line be the salutation, in the form of "
        '"Dear", "Hi" or "Hello", the name and a comma.',
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        lines = [line for line in text.lines if line.strip()]
        first = lines[0].strip(_EMPHASIS_MARKS) if lines else ""
        return bool(_GREETING.fullmatch(first)) and len(WORD.findall(first)) > 1 and any(map(WORD.search, lines[1:]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or is_absent(other, "comma") or other.type == "heading:first"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("mark:comma", low=1), Limit("lines", low=2))


class SignOff(ConstraintType):
    """A line that ends in a word of farewell and a comma, and below it one to five last lines: the sender."""

    name = "document:sign_off"
    wordings = (
        'Close with a sign-off line that ends in "regards,", "wishes,", "sincerely,", "faithfully," or "truly,", and '
        "the sender below it, on five lines at most.",
        'Ending: "… regards/wishes/sincerely/faithfully/truly," and below it the sender, on one to five lines.',
        'Your response must end like a letter: a line closing in "regards,", "wishes,", "sincerely,", "faithfully," or '
        '"truly,", followed only by one to five lines about the sender.',
        'End with the sender\'s name and details on one to five lines, under a line that closes in "regards,", '
        '"wishes,", "sincerely,", "faithfully," or "truly,".',
        'Could you sign off with a line that ends in "regards,", "wishes,", "sincerely,", "faithfully," or "truly," '
        "and then give nothing but the sender, on one to five lines?",
        'Sign the text at the end: first a line with "regards,", "wishes,", "sincerely,", "faithfully," or "truly," as '
        "its last word, then up to five lines that name the sender.",
        'After the body there must be a line whose end is "regards,", "wishes,", "sincerely,", "faithfully," or '
        '"truly,", and no more than the sender in the one to five lines after it.',
        'Finish as letters do, with "regards,", "wishes,", "sincerely,", "faithfully," or "truly," at the end of a '
        "line and a sender of one to five lines underneath.",
        'The closing formula, a line that ends with "regards,", "wishes,", "sincerely,", "faithfully," or "truly,", '
        "must stand above the sender, who takes up the last one to five lines.",
        'This goes out as a formal message, so conclude it with a line ending in "regards,", "wishes,", "sincerely,", '
        '"faithfully," or "truly," and put the sender under it, on one to five lines.',
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        below = () if _FAREWELL_WORDS.isdisjoint(text.part(vocabulary)) else _below_sign_off(text)
        if not below or text.code_blocks:
            return None
        plain = all(len(line.split()) <= _MOST_WORDS and not line.startswith("P.") for line in below)
        return {} if plain and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        below = _below_sign_off(text)
        return 1 <= len(below) <= _MOST_LINES and any(map(WORD.search, below))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or is_absent(other, "comma") or other.type == "start_end:question_end"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("mark:comma", low=1), Limit("lines", low=2))


class Postscript(ConstraintType):
    """The marker, in capitals or not, opens a line or what follows a sentence; words stand before and after it.

    What follows is at the end: in the last paragraph, or no longer than what comes before. Emphasis, list marks and
    quotation marks before the marker are passed over.
    """

    name = "document:postscript"
    fields: ClassVar[Mapping[str, Field]] = {"marker": OneOf({"P.S.": '"P.S."', "P.P.S": '"P.P.S"'})}
    wordings = (
        "End with a postscript that begins with {marker}, in capitals or not.",
        "Postscript at the end: required, opening with {marker} in any letter case.",
        "Your response must close with a postscript that starts with {marker} (letter case aside).",
        "Add a postscript as the last thing in the response, and begin it with {marker}, in large or small letters.",
        "Could you put a postscript at the very end, starting with {marker} in whatever letter case?",
        "The response should finish with a postscript introduced by {marker}, capitalised or not.",
        "Write {marker} at the end, in capitals or small letters, and a postscript after it.",
        "There has to be a postscript after all the rest, and its first characters must be {marker}, in any letter "
        "case.",
        "Let the text close with a postscript that has {marker} in front, be it in capitals or in small letters.",
        "People always read what comes last, so leave an afterthought at the end of the text as a postscript that "
        "starts with {marker}; its letter case does not matter.",
    )
    examples = (
        "Dear Ada,\n\nthe loom works again.\n\nYours,\nMary\n\nP.S. Bring some wool.",
        "The shop is open all day.\n\nP.P.S. It is closed on Sunday.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.paragraphs or text.code_blocks:
            return None
        # Whether more than one line belongs to the postscript is plain only where it is the last line.
        last = text.paragraphs[-1].rstrip().rsplit("\n", 1)[-1].lstrip()
        for marker in ("P.S.", "P.P.S"):
            if last.startswith(marker) and WORD.search(last, len(marker)) and self.check(text, {"marker": marker}):
                return {"marker": marker}
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        content = "\n".join(text.lines)
        words = [word.start() for word in WORD.finditer(content)]
        places = [match.span("marker") for match in _marker(str(params["marker"])).finditer(content)]
        # The last one that words follow has most before it and least after it.
        start, end = next((place for place in reversed(places) if words and words[-1] >= place[1]), (0, 0))
        before, after = bisect_left(words, start), len(words) - bisect_left(words, end)
        return before > 0 and (after <= before or not _BLANK_LINE.search(content[end:].strip()))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or is_absent(other, "full_stop")


@lru_cache(maxsize=16)
def _marker(marker: str) -> re.Pattern[str]:
    """Return where a postscript's marker can open one: at the start of a line, or after the end of a sentence."""
    written = r"\s?".join(map(re.escape, re.findall(r"\w*\W*", marker)))
    opens = r"^[ \t*_>•+\"'“‘(-]*|(?<=[.!?…。！？)\]\"'”’»*_])(?<![Pp]\.)[ \t]+[*_\"'“‘(]*"
    return re.compile(rf"(?:{opens})(?P<marker>{written})(?!\w)", re.IGNORECASE | re.MULTILINE)


def _below_sign_off(text: ParsedText) -> list[str]:
    """Return the lines below the last sign-off, blank ones left out; none where there is no sign-off."""
    lines = [line.strip(_EMPHASIS_MARKS) for line in text.lines if line.strip()]
    places = [number for number, line in enumerate(lines) if _is_sign_off(line)]
    return lines[places[-1] + 1 :] if places else []


def _is_sign_off(line: str) -> bool:
    if not line.endswith(","):
        return False
    return " ".join(line.lower().split()).rpartition(" ")[2] in _FAREWELLS


TYPES: tuple[ConstraintType, ...] = (Greeting(), SignOff(), Postscript())
