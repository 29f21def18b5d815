"""Contractions of English: don't, it's, we'll."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from typing_extensions import override

from crabtk.constraints.absent import AbsentType, is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, at_most
from crabtk.constraints.readings import agreed
from crabtk.constraints.word_sets import vocabulary
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_FEWEST_WORDS = 40
_FEWEST_OPEN_FORMS = 2


class _Expressions(NamedTuple):
    """Expressions for what apostrophes stand in.

    What stands before an apostrophe is asked after it, so that the search leaps from one to the next. After a noun,
    "'s" is as a rule the genitive; after some words it is "is", "has" or "us".
    """

    after: re.Pattern[str]
    s: re.Pattern[str]
    perhaps: re.Pattern[str]
    genitive: re.Pattern[str]
    after_capitals: re.Pattern[str]


def _expressions(apostrophe: str) -> _Expressions:
    def compiled(expression: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
        return re.compile(expression.replace("'", apostrophe), flags)

    return _Expressions(
        after=compiled(r"'(?:(?<=[^\W\d_]')(?:re|ve|ll|m|d)|(?<=n')t)\b"),
        s=compiled(r"'s\b"),
        perhaps=compiled(r"'(?:(?<=[^\W\d_]')(?=[^\W\d_])|(?<![^\W_]')(?:til|cause|em|tis|twas|bout|n)\b|(?<=in')\W)"),
        genitive=compiled(
            r"'(?<=[^\W\d_]')s(?= (?!(?:a|an|the|not|been|so|very|just|no|gone|got|all|to)\b|\w+ing\b))",
            re.NOFLAG,
        ),
        after_capitals=compiled(r"'(?<=[A-Z]{2}')[dD]\b", re.NOFLAG),
    )


_STRAIGHT, _EITHER = _expressions("'"), _expressions("['’]")
_IS_BEFORE = re.compile(
    r"(?<![^\W_])(?:it|that|he|she|there|here|what|who|where|when|why|how|let|(?:every|any|some|no)thing)\Z",
    re.IGNORECASE,
)
_LONGEST = 11
_SLURRED = frozenset(
    {
        "gonna",
        "wanna",
        "gotta",
        "kinda",
        "sorta",
        "dunno",
        "lemme",
        "gimme",
        "dont",
        "cant",
        "wont",
        "isnt",
        "yall",
        "ain",
    }
)
_BEFORE_NOT = "do does did is are was were has have had will would could should"
_OPEN_FORMS = frozenset(
    [(verb, "not") for verb in _BEFORE_NOT.split()]
    + [(subject, "is") for subject in ("it", "that", "he", "she", "there", "what")]
    + [(subject, verb) for subject in ("you", "we", "they") for verb in ("are", "have", "will")]
    + [("i", verb) for verb in ("am", "have", "will")]
)


class Absent(AbsentType):
    """No contraction with an apostrophe; genitives such as John's are none. English."""

    name = "contraction:absent"
    wordings = (
        "Do not use contractions.",
        "Your response must not contain any contraction such as don't, it's or we'll.",
        "Avoid contractions throughout.",
        "Contractions like can't, I'm and they've are not allowed.",
        "Could you write out all contractions, for instance do not in place of don't?",
        "No contractions, please: is not rather than isn't, you are rather than you're.",
        "Number of contractions allowed: none.",
        "Write every verb and every not in full, without an apostrophe that stands for missing letters.",
        "This is a formal letter, so leave out contractions, of the sort of I'd or doesn't, altogether.",
        "Forms like won't, she's and let's must not occur; spell them out.",
    )
    examples = (
        "The mill does not run in winter, because the river is too low. It is a pity, for people would like to see it "
        "turn. The miller's son says that they will repair the dam in spring, and then it will run again until the "
        "first frost of the next year.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not _is_english(text) or self.count(text, {}):
            return None
        if not text.part(is_plain) or text.part(_perhaps) != len(_sought(text.raw).genitive.findall(text.raw)):
            return None
        # Only who had something to contract has left it in full.
        open_forms = filter(_OPEN_FORMS.__contains__, pairwise(text.lower_words))
        return {} if len(tuple(islice(open_forms, _FEWEST_OPEN_FORMS))) == _FEWEST_OPEN_FORMS else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return text.part(_contractions)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or _is_foreign(other)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("contractions", high=0),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _count(phrase)


class Contractions(CountedType):
    """Contractions with an apostrophe; genitives are none, repeated ones count each time. English."""

    name = "contraction:count"
    wordings = (
        "Contractions (don't, it's, we'll and the like): {relation} {n}.",
        "Use {relation} {n} {n|contraction|contractions}, such as can't or you're.",
        "Your response must contain {relation.firm} {n} {n|contraction|contractions}.",
        "{relation.limit} number of contractions like isn't or I'm, repeated ones counted each time: {n}.",
        "{relation.cap} {n} {n|contraction|contractions} with an apostrophe should occur, genitives not counted.",
        "Could you contract words {n} {n|time|times}{relation.tail}, as in don't or they've?",
        "The number of contractions, where John's hat has none, {relation.must} {n}.",
        "The tone should be that of a chat, with {relation} {n} {n|contraction|contractions} of the sort of I'd or "
        "let's.",
        "When you are done, count contractions such as won't and she's: {n}{relation.tail}, that is what I asked for.",
        "Over the whole text, write {relation.firm} {n} {n|form|forms} like doesn't, we've or that's.",
    )
    examples = ("I don't know who built the mill, but it's older than the bridge. We'll see it soon, so let's go.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not _is_english(text) or not text.part(is_plain):
            return None
        found = self.count(text, {})
        if not found:
            return None
        # RSVP'd and CONT'D are contractions to few.
        counts = (found, found - len(_sought(text.raw).after_capitals.findall(text.raw)))
        return agreed(counts, rng, sure=found == text.part(_perhaps), most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return text.part(_contractions)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or _is_foreign(other)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("contractions", params["relation"], params["n"]),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        most = at_most(params)
        return most is None or _count(phrase) <= most


def _contractions(text: ParsedText) -> int:
    return _count(text.raw)


def _perhaps(text: ParsedText) -> int:
    """Count all that some reader may take for a contraction, genitives included."""
    slurred = 0 if _SLURRED.isdisjoint(text.part(vocabulary)) else 1
    return slurred + len(_sought(text.raw).perhaps.findall(text.raw))


def _count(raw: str) -> int:
    sought = _sought(raw)
    ends = (match.start() for match in sought.s.finditer(raw))
    verbs = sum(1 for end in ends if _IS_BEFORE.search(raw, max(0, end - _LONGEST), end))
    return len(sought.after.findall(raw)) + verbs


def _sought(raw: str) -> _Expressions:
    """Return expressions for the apostrophes of a text: straight ones alone are found at a multiple of the speed."""
    return _EITHER if "’" in raw else _STRAIGHT


def _is_english(text: ParsedText) -> bool:
    return text.language == "en" and text.detected == "en"


def _is_foreign(other: Constraint) -> bool:
    return other.type == "language:response" and other.params.get("language") != "en"


TYPES: tuple[ConstraintType, ...] = (Absent(), Contractions())
