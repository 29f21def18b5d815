"""Clauses that say how much of something there is in the whole response."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crabtk.grounding.quantity import MANY, QUANTITY, TAIL, quantity
from crabtk.grounding.rule import Context, Rule, Typed, counter, rule, says, some
from crabtk.grounding.vocabulary import COUNTED, MARKS, MISSING, RUNNING, SINGLE

_TOTAL = r"(?: (?:long|in length|in total|in all|overall|altogether))?"
_NO = (
    r"(?:no|without(?: using)?(?: any)?|(?:use|contains?|includes?|have|has) no|"
    r"(?:is |be )?(?:entirely )?free (?:of|from)(?: any)?)"
)
NOT = (
    rf"(?P<no>{_NO})|(?:please )?(?:(?:do not|don't|never|(?:must|should|may|can) not|does not|cannot) "
    r"(?:use|include|write|mention|contain|add|insert|have|employ)|"
    r"avoid(?: using| the use of| including)?|refrain from (?:using|the use of|including)|leave out|omit|exclude|"
    r"use neither)(?: any| all| the use of any)?"
)
"""Ways to say that something must not be there; in "no a and b" nobody knows what b is."""


def amounts() -> Iterator[Rule]:
    """Yield the rules, the longer clauses first."""
    yield from _lengths()
    yield from _counts()
    yield from _absences()
    for unit, type_ in SINGLE.items():
        yield rule(unit, some(type_))


def _lengths() -> Iterator[Rule]:
    yield rule(rf"{MANY} (?P<unit>words?|characters?){TAIL}{_TOTAL}(?P<spaces>,? (?:including|counting) spaces|"
               r",? spaces included| \(including spaces\))?", _length)  # fmt: skip
    yield rule(
        rf"(?:a |the )?(?:total )?(?:(?P<unit>word|character) (?:count|limit)|number of (?P<units>words|characters))"
        rf"(?: of| is| must be| should be|:) ?{MANY}(?: words| characters)?{TAIL}",
        _length,
    )
    yield rule(
        r"(?:about|around|roughly|approximately) (?P<about>\d+) words,? ?(?:plus or minus|give or take|\+/-|±|within) "
        r"10(?: percent| per cent|%)",
        _about,
    )


def _length(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    found = quantity(match)
    unit = (match["unit"] or match["units"]).rstrip("s") + "s"
    # "In 100 words" is about 100 to most and exactly 100 to some, and so is "about 100 words" within 10 percent.
    if found is None or found.n < 1 or found.relation in ("bare", "about", "only"):
        return None
    if match.groupdict().get("spaces") and unit == "words":
        return None
    if found.relation in ("exactly", "between"):
        return [(f"length:{unit}", {"relation": "between", "low": found.n, "high": max(found.n, found.high)})]
    return [(f"length:{unit}", {"relation": found.relation, unit: found.n})]


def _about(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    return [("length:words", {"relation": "about", "words": int(match["about"])})]


def _counts() -> Iterator[Rule]:
    for unit, type_ in {**COUNTED, **dict.fromkeys(MARKS, "punctuation:count")}.items():
        mark = {"mark": MARKS[unit]} if unit in MARKS else {}
        yield rule(rf"{MANY} (?P<unit>{unit}){TAIL}{_TOTAL}", counter(type_, **mark))
        must = r"(?:must|should|may|can|has to|have to) (?:appear|occur|be used|be present)"
        yield rule(rf"(?P<unit>{unit}) (?:{must} )?{MANY} times?{TAIL}", counter(type_, **mark))
        yield rule(rf"(?:the )?(?:exact )?number of (?P<unit>{unit})(?: is| must be| should be|:) ?{MANY}{TAIL}",
                   counter(type_, **mark))  # fmt: skip
    for unit, type_ in RUNNING.items():
        yield rule(rf"(?:only |just )?1 (?P<unit>{unit})(?: only)?{_TOTAL}", says(type_, relation="exactly", n=1))
        yield rule(rf"{MANY} (?P<unit>{unit}){TAIL}{_TOTAL}", counter(type_))
        yield rule(rf"(?:the )?(?:exact )?number of (?P<unit>{unit})(?: is| must be| should be|:) ?{MANY}{TAIL}",
                   counter(type_))  # fmt: skip
    blank = r"(?:,? (?:each )?(?:separated|divided) by (?:(?:a )?blank lines?|2 new ?lines))?"
    yield rule(rf"{QUANTITY} (?P<unit>paragraphs?){TAIL}{blank}{_TOTAL}", _paragraphs)
    list_ = r"an? (?P<kind>numbered|ordered|bulleted|bullet|bullet-point) list (?:with|of|containing|that has)"
    yield rule(rf"{list_} {MANY} (?:items?|points?|entries|bullet points|bullets){TAIL}", _list)
    yield rule(rf"(?:ask|asks|pose|poses|include|includes|contains?) {MANY} questions?{TAIL}{_TOTAL}",
               counter("sentence:questions"))  # fmt: skip
    for style in ("bold", "italics"):
        type_ = "emphasis:bold" if style == "bold" else "emphasis:italic"
        yield rule(rf"{style} {MANY} times{TAIL}", counter(type_))
        yield rule(rf"{style} for {MANY} (?:words or phrases|words|phrases|passages)", counter(type_))
    yield rule(
        rf"highlight {MANY} (?:text )?(?:sections?|parts?|phrases?)(?: in your (?:answer|response))?(?: with markdown)?"
        r",? ?\(?(?:i\.e\.|e\.g\.|such as|like),? ?\*highlighted[^*]{0,20}\*\)?",
        counter("emphasis:highlights"),
    )


def _paragraphs(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    found = quantity(match)
    only_one = found is not None and found.relation == "only" and found.n == 1
    exact = found is not None and (only_one or found.relation in ("exactly", "bare")) and found.n > 0
    exact = exact and not context.bare
    return [("paragraphs:count", {"n": found.n})] if exact and found is not None else None


def _list(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    return counter("list:numbered" if match["kind"] in ("numbered", "ordered") else "list:bullets")(match, context)


def _absences() -> Iterator[Rule]:
    thing = "|".join(MISSING)
    more = rf"(?:(?:, (?:or |and |nor )?| or | nor | and )(?:any |no )?(?:{thing}))"
    yield rule(
        rf"(?P<no>no) (?P<things>(?:{thing}){more}*)(?!\w) (?:is|are|should be) (?:allowed|permitted|used)", _missing
    )
    yield rule(rf"(?:{NOT}) (?P<things>(?:{thing}){more}*)(?!\w)", _missing)


_THING = re.compile("|".join(f"({unit})" for unit in MISSING))


def _missing(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    things = match["things"]
    found = list(_THING.finditer(things))
    if len(found) > 1:
        between = things[found[-2].end() : found[-1].start()]
        # In "no commas, emojis" and "no commas and emojis" the emojis may be what is asked for.
        if not re.search(r" (?:or|nor)\b| no $" if match["no"] else r" (?:or|nor|and)\b| no $", between):
            return None
    says_ = list(MISSING.values())
    return [(name, dict(params)) for name, params in (says_[(thing.lastindex or 1) - 1] for thing in found)]
