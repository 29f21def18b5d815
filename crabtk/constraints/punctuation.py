"""Punctuation marks that a response does without, or uses a number of times."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.absent import AbsentType, is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import COUNTED, CountedType, at_most
from crabtk.constraints.quoting import demanded
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf

_FEWEST_WORDS = 25
_WORDS_PER_COMMA = 30

MARKS: Mapping[str, str] = {
    "comma": ",，、،",
    "full_stop": ".。．｡।۔",
    "semicolon": ";；؛",
    "colon": ":：",
    "exclamation_mark": "!！¡",
    "question_mark": "?？؟¿",
    "round_bracket": "()（）",
    "double_quotation_mark": '"“”„«»「」『』＂',
    "dash": "—–",
    "ellipsis": "…",
    "ampersand": "&＆",
    "slash": "/／",
}
"""Each mark with the characters that it covers in any script; three full stops are an ellipsis too."""

_MARK_OF = {char: mark for mark, chars in MARKS.items() for char in chars}
_NO_MARKS = bytes(char for char in range(128) if chr(char) not in _MARK_OF)

_PLURALS = {
    "comma": "commas",
    "full_stop": "full stops",
    "semicolon": "semicolons",
    "colon": "colons",
    "exclamation_mark": "exclamation marks",
    "question_mark": "question marks",
    "round_bracket": "round brackets",
    "double_quotation_mark": "double quotation marks",
    "dash": "en dashes or em dashes",
    "ellipsis": "ellipses (three dots)",
    "ampersand": "ampersands",
    "slash": "slashes",
}
_SINGULARS = {
    "comma": "a comma",
    "full_stop": "a full stop",
    "semicolon": "a semicolon",
    "colon": "a colon",
    "exclamation_mark": "an exclamation mark",
    "question_mark": "a question mark",
    "round_bracket": "a round bracket",
    "double_quotation_mark": "a double quotation mark",
    "dash": "an en dash or em dash",
    "ellipsis": "an ellipsis (three dots)",
    "ampersand": "an ampersand",
    "slash": "a slash",
}
_OF_JSON = frozenset({"comma", "colon", "double_quotation_mark"})
_NEEDED_BY = {
    "question_mark": ("start_end:question_end", "start_end:question_first"),
    "exclamation_mark": ("start_end:exclamation_end",),
    "double_quotation_mark": ("quotation:whole", "quotation:explained", "csv:quoted"),
    "colon": ("dialogue:turns",),
}
"""Types that no response without the mark can satisfy."""
_SAME_AS = {
    "question_mark": "sentence:questions",
    "exclamation_mark": "sentence:exclamations",
    "round_bracket": "brackets:count",
    "double_quotation_mark": "quotation:count",
}
"""Types that count about the same as the mark."""
_IN_PAIRS = ("round_bracket", "double_quotation_mark")
"""Marks that come in pairs: what they enclose is counted by types of its own."""
_COUNTED_QUANTITY = {
    "question_mark": "questions",
    "exclamation_mark": "exclamations",
    "round_bracket": "brackets",
    "double_quotation_mark": "quotations",
}

_EMBEDDED = {
    "comma": re.compile(r",(?<=\w,)(?=\w)"),
    # Decimal points and dots inside abbreviations or addresses, list numbers, all but the first of three dots.
    "full_stop": re.compile(r"\n[ \t]*\d{1,3}\.(?=\s)|\.(?:(?=[\w/])|(?<=\.\.))"),
    "colon": re.compile(r":(?=[\w/])"),
    "exclamation_mark": re.compile(r"(?<=[!?])!|(?<=!)\?"),
    "question_mark": re.compile(r"(?<=[!?])\?|(?<=\?)!"),
    "slash": re.compile(r"/(?<=\d/)(?=\d)"),
    "dash": re.compile(r"[–—](?<=\d[–—])(?=\d)"),
}
"""Where a mark does not punctuate, so that readers may leave it out of account; sought behind a line end."""
_DOUBTFUL = re.compile(r"-{2}|\.{4}|//|&\w+;|www\.|<[a-zA-Z/]|\\")
_PERHAPS_DOUBTFUL = ("--", "....", "//", "&", "www.", "<", "\\")
"""One of these stands in every text that is doubtful; to look for them is quicker than to search."""


class Absent(AbsentType):
    """A mark that the response holds nowhere, code and numbers included.

    The mark is drawn evenly among those that are absent; the official recipe takes the first, which is the
    comma in nearly every case.
    """

    name = "punctuation:absent"
    fields: ClassVar[Mapping[str, Field]] = {"mark": OneOf(_PLURALS)}
    wordings = (
        "Do not use any {mark}.",
        "Your response must not contain any {mark}.",
        "Avoid {mark} throughout.",
        "There should be no {mark} anywhere in the text.",
        "Could you write this without any {mark}?",
        "Forbidden punctuation: {mark}.",
        "My typesetting system rejects {mark}, so please leave them out entirely.",
        "Leave out {mark} altogether, even where you would normally put them.",
        "The whole response has to manage without {mark}, and that includes numbers, names and code.",
        "Before you answer, note that {mark} are not allowed at any point.",
        "Choose your words so that {mark} are never needed, because I will reject a text that has any.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS:
            return None
        absent = [mark for mark in MARKS if mark not in text.part(_marks_in)]
        return {"mark": rng.choice(absent)} if absent else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return occurrences_of(params["mark"], text.raw)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        mark = params["mark"]
        needed = any(occurrences_of(mark, phrase) for phrase in demanded(other))
        needed = needed or other.type in _NEEDED_BY.get(mark, ()) or other.type == "punctuation:every"
        needed = needed or (other.type == "punctuation:sentence_end" and other.params.get("mark") == mark)
        return super().conflicts(params, other) or needed or (other.type == "json:valid" and mark in _OF_JSON)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        mark = params["mark"]
        quantity = _COUNTED_QUANTITY.get(mark)
        return (Limit(f"mark:{mark}", high=0), *((Limit(quantity, high=0),) if quantity else ()))

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not occurrences_of(params["mark"], phrase)


class Count(CountedType):
    """How often a mark stands in the response, inside numbers and names too.

    Each bracket and each quotation mark counts, so that a pair is two; three full stops in a row are also one ellipsis.
    """

    name = "punctuation:count"
    fields: ClassVar[Mapping[str, Field]] = {**COUNTED, "mark": OneOf(_PLURALS), "mark.one": OneOf(_SINGULARS)}
    wordings = (
        "Total number of {mark}: {relation} {n}.",
        "Use {mark.one} {relation} {n} {n|time|times}.",
        "Your response must contain {mark} {relation.firm} {n} {n|time|times}, wherever they stand.",
        "{relation.limit} number of {mark} in the whole response: {n}.",
        "{relation.cap} {n} {n|time|times} in the response, {mark.one} should occur.",
        "Could you use {mark.one} {n} {n|time|times}{relation.tail}, counted over the whole text?",
        "The number of {mark}, those inside numbers and names included, {relation.must} {n}.",
        "I am going to count the {mark} in your answer, so see to it that there {n|is|are} {relation} {n} in all.",
        "Punctuation matters here: {mark.one} has to occur {relation.firm} {n} {n|time|times}.",
        "When you have finished, count all {mark}: {n}{relation.tail}, that is what I asked for.",
        "Taking the text as a whole, I want to find {mark.one} {relation} {n} {n|time|times}.",
    )
    example_params = ({"mark": "semicolon", "relation": "exactly", "n": 2},)
    examples = (
        "The road bends north; the river does not; the two part at the old mill, and nobody has ever asked why. "
        "Those who walk on reach the lake by noon, unless it snows, in which case they turn back.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.part(is_plain) or text.tables:
            return None
        if _is_doubtful(text.raw):
            return None
        found = [mark for mark in MARKS if mark in text.part(_marks_in) and mark not in _IN_PAIRS]
        if not found:
            return None
        mark = rng.choice(found)
        counts = _readings(mark, text.raw)
        few = mark == "comma" and max(counts) * _WORDS_PER_COMMA <= len(text.words)
        if few and rng.random() < 0.5:
            return {"mark": mark, "relation": "at_most", "n": max(counts) + rng.randint(0, 1)}
        drawn = agreed(counts, rng, most_exact=8)
        return None if drawn is None else {"mark": mark, **drawn}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return occurrences_of(params["mark"], text.raw)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        mark = params["mark"]
        repeated = other.type == _SAME_AS.get(mark)
        none_wanted = at_most(params) == 0 and other.type in _NEEDED_BY.get(mark, ())
        absent = other.type == Absent.name and other.params.get("mark") == mark
        return super().conflicts(params, other) or repeated or none_wanted or absent

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted(f"mark:{params['mark']}", params["relation"], params["n"]),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        most = at_most(params)
        return most is None or occurrences_of(params["mark"], phrase) <= most


def occurrences_of(mark: str, text: str) -> int:
    """Count a mark of ``MARKS``; an ellipsis is one character or three full stops."""
    dots = text.count("...") if mark == "ellipsis" else 0
    return dots + sum(map(text.count, MARKS[mark]))


def _marks_in(text: ParsedText) -> frozenset[str]:
    """Return the marks that occur; for ``ParsedText.part``."""
    # In UTF-8, no part of a longer character is a byte of ASCII.
    signs = text.raw.encode("utf-8", "surrogatepass").translate(None, _NO_MARKS).decode("utf-8", "surrogatepass")
    found = frozenset(_MARK_OF[sign] for sign in set(signs) if sign in _MARK_OF)
    return found | {"ellipsis"} if "..." in text.raw else found


def _is_doubtful(raw: str) -> bool:
    return any(map(raw.__contains__, _PERHAPS_DOUBTFUL)) and _DOUBTFUL.search(raw) is not None


def _readings(mark: str, raw: str) -> tuple[int, ...]:
    """Count a mark everywhere, in its plain form, and where it punctuates."""
    total = occurrences_of(mark, raw)
    plain = total if mark in ("dash", "ellipsis") else raw.count(MARKS[mark][0])
    embedded = _EMBEDDED.get(mark)
    if mark == "full_stop":
        # The dots of an ellipsis are no full stops to some.
        plain -= 3 * raw.count("...")
    return (total, plain, total - len(embedded.findall("\n" + raw)) if embedded else total)


TYPES: tuple[ConstraintType, ...] = (Absent(), Count())
