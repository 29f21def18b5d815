"""Responses that are a choice among given options, or entries on one line, and nothing else."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import RELATION, CountedType, exact_or_at_least
from crabtk.constraints.forms import leaves_no_room
from crabtk.constraints.stopwords import stopwords
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, OneOf, QuotedList

_FINAL = ".!?…。！？ \t\n"
_OPTIONS: tuple[tuple[str, ...], ...] = (
    ("Yes", "No"),
    ("True", "False"),
    ("Agree", "Disagree"),
    ("Correct", "Incorrect"),
    ("Positive", "Negative", "Neutral"),
    ("Sí", "No"),
    ("Ja", "Nein"),
    ("Oui", "Non"),
    ("Да", "Нет"),
)
_OFFERED = re.compile(r"\b(\w+(?:, \w+){0,5}),? or (\w+)\b")
_NO_OPTIONS = stopwords("en") - {"yes", "no"}
_SEPARATORS: Mapping[str, str] = {"comma": ",", "semicolon": ";", "vertical_bar": "|"}
_MOST_WORDS = 5
_LINKS = re.compile(r"(?:and|or|und|oder|y|o|et|ou|e|и|или)\b", re.IGNORECASE)
_OTHER_MARKS = re.compile(r"[:()\[\]\"“”.!?,;|\n]")


class OneOfOptions(ConstraintType):
    """The response is one of the options and nothing else, letter case and final punctuation aside."""

    name = "choice:one_of"
    fields: ClassVar[Mapping[str, Field]] = {"options": QuotedList("or")}
    wordings = (
        "Answer only {options}.",
        "Respond with {options} and nothing else.",
        "Your entire response must be {options}, without any explanation; letter case does not matter.",
        "Permitted responses, one of which must be given word for word: {options}.",
        "Could you reply with just {options}, leaving out everything else?",
        "Choose {options}; the response consists of your choice alone, with or without a full stop.",
        "Anything but {options} will be rejected; only letter case and a final full stop are up to you.",
        "My form takes {options} and rejects any other text, so send one of these and add no reasons.",
        "Pick one: {options}. Write no more than that.",
        "Nothing but {options} may be in your response, in capitals or not.",
        "Give no explanation whatsoever and limit the whole response to one of the following: {options}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not 1 <= len(text.words) <= _MOST_WORDS:
            return None
        answer = _bare(text.raw)
        sets = [options for options in (*_offered(text.prompt), *_OPTIONS) if answer in map(_bare, options)]
        if not sets:
            return None
        options = list(sets[0])
        rng.shuffle(options)
        return {"options": options}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and _bare(text.raw) in {_bare(str(option)) for option in params["options"]}

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        coded = other.type.startswith(("code:", "formula:", "layout:", "order:"))
        return super().conflicts(params, other) or leaves_no_room(self.name, other) or coded

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        words = [len(WORD.findall(str(option))) for option in params["options"]]
        return (Limit("words", low=min(words), high=max(words)), Limit("lines", high=1), Limit("paragraphs", high=1))

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return any(_bare(phrase) in _bare(str(option)) for option in params["options"])


class Separated(CountedType):
    """One line of so many entries between separators, each of one to five words, and nothing else.

    A final full stop does not matter.
    """

    name = "sequence:separated"
    fields: ClassVar[Mapping[str, Field]] = {
        **RELATION,
        "n": Count(),
        "separator": OneOf({"comma": "commas", "semicolon": "semicolons", "vertical_bar": "vertical bars"}),
        "separator.a": OneOf({"comma": "a comma", "semicolon": "a semicolon", "vertical_bar": "a vertical bar"}),
    }
    examples = ("heron, grey seal, gull, eider", "oak; ash; wild cherry; elm; yew")
    wordings = (
        "Entries of one to five words on one line, divided by {separator}, nothing else: {relation} {n}.",
        "Respond with {relation} {n} {n|entry|entries} separated by {separator} on a single line, each of five words "
        "or fewer, and nothing else.",
        "Your entire response must be one line of {relation.firm} {n} {n|entry|entries} with {separator} in between; "
        "no entry may be longer than five words.",
        "{relation.limit} number of entries, each one to five words long and set apart by {separator}, in the single "
        "line that is your response: {n}.",
        "Could you answer with a single line of entries of up to five words each, with {separator.a} between one and "
        "the next, and give {n} of them{relation.tail}?",
        "The number of entries {relation.must} {n}; write them on one line with {separator} between them, keep each "
        "within five words, and do not explain anything.",
        "Give me just a line with {relation} {n} {n|entry|entries}, none above five words, using {separator.a} as the "
        "separator and no introduction.",
        "{relation.cap} {n} {n|entry|entries} of at most five words, divided by {separator}, should make up the "
        "response, which is one line long and has no other text.",
        "My program splits your response, a single line, at {separator.a} and expects {relation} {n} {n|part|parts} "
        "of one to five words, so write no sentence around them.",
        "Write nothing but short entries, up to five words each, on one line, put {separator} between them, and count "
        "them: what I asked for is {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        for separator, mark in _SEPARATORS.items():
            if text.raw.count(mark) < 2:
                continue
            entries = _entries(text, separator)
            if len(entries) > 2 and text.spaced and not any(map(_doubtful, entries)):
                return {"separator": separator, **exact_or_at_least(len(entries), rng)}
        return None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(_entries(text, params["separator"]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or leaves_no_room(self.name, other) or other.type.startswith("code:")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        n, relation = int(params["n"]), params["relation"]
        words = Limit("words", None if relation == "at_most" else n, None if relation == "at_least" else 5 * n)
        return (words, Limit("lines", high=1), Limit("paragraphs", high=1))


def _bare(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(_FINAL)


def _offered(prompt: str | None) -> list[tuple[str, ...]]:
    """Return the choices that an instruction names, as in "positive, negative or neutral"."""
    offered = ((*first.split(", "), last) for first, last in _OFFERED.findall(prompt or ""))
    return [options for options in offered if not _NO_OPTIONS & {option.casefold() for option in options}]


def _entries(text: ParsedText, separator: str) -> tuple[str, ...]:
    """Return the entries; none if there is another line, an empty entry, or one of more than five words."""
    raw = text.raw.strip()
    if "\n" in raw or len(raw.splitlines()) != 1 or separator not in _SEPARATORS:
        return ()
    entries = tuple(entry.strip() for entry in raw.removesuffix(".").split(_SEPARATORS[separator]))
    return entries if all(1 <= len(WORD.findall(entry)) <= _MOST_WORDS for entry in entries) else ()


def _doubtful(entry: str) -> bool:
    """Tell whether a reader may see something else than an entry: the last one after "and", a label, a number."""
    return bool(_LINKS.match(entry) or _OTHER_MARKS.search(entry)) or entry.isdecimal()


TYPES: tuple[ConstraintType, ...] = (OneOfOptions(), Separated())
