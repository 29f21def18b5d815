"""Clauses about the form of the response: case, language, lists, headings, tables, code, JSON, wrapping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from crabtk.grounding.quantity import QUANTITY, TAIL, WHOLE, quantity
from crabtk.grounding.rule import QUOTE, QUOTES, Context, Rule, Typed, counter, one_word, quoted, rule, says, verbatim
from crabtk.grounding.vocabulary import BULLETS, CODE_LANGUAGES, LANGUAGES

_ONLY = r"(?:only|nothing but|just|solely)"
_ALONE = r"(?: only| and nothing else| alone|, nothing else| with nothing else)"
_JSON = r"(?:a )?(?:single )?(?:valid )?json"
_LOWER = r"(?:lowercase|lower case|lower-case)"
_UPPER = r"(?:uppercase|upper case|upper-case|capital letters|all caps|all-caps|capitals)"
_ALL = r"(?:entirely in |(?:entirely |only |just )?(?:be |in |use |using |with )?(?:only |all )|in |be |entirely )"
_WIDE = rf"(?: only| throughout| exclusively| for {WHOLE}| throughout {WHOLE})"
_SO: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (rf"{_ALL}{_LOWER}(?: letters)?{_WIDE}?|{_LOWER}(?: letters)?{_WIDE}", "case:lower", {}),
    (rf"(?:{_ALL}{_UPPER}|all caps|all-caps)(?: letters)?{_WIDE}?|{_UPPER}(?: letters)?{_WIDE}", "case:upper", {}),
    (rf"(?:in )?title case(?: throughout(?: {WHOLE})?| for {WHOLE})", "case:title", {}),
    (rf"(?:{_ONLY} (?:with |in |as )?{_JSON}(?: format)?|(?:be |as |with )?{_JSON}{_ALONE}|"
     r"(?:be |as )(?:a )?valid json)", "json:valid", {}),
    (rf"{_ONLY} (?:use )?ascii characters", "characters:ascii", {}),
    (r"(?:give |provide |write )?2 different responses,? (?:separated|divided) by (?:6 asterisk symbols:? ?)?\*{6}",
     "document:two_responses", {"divider": "******"}),
    (rf"(?:in|as) (?:valid )?json(?: format)?{_WIDE}?", "json:valid", {}),
    (rf"(?:{_ONLY} (?:with )?{_JSON} object|{_JSON} object{_ALONE})", "json:kind", {"kind": "object"}),
    (rf"(?:{_ONLY} (?:with )?{_JSON} (?:array|list)|{_JSON} (?:array|list){_ALONE})", "json:kind", {"kind": "list"}),
    (rf"(?:{_ONLY} (?:with )?(?:an?|1|a single) (?:fenced )?code block|"
     rf"(?:a|(?:exactly )?1|a single) (?:fenced )?code block{_ALONE})", "code:only", {}),
    (r"(?:every|each|all) (?:fenced )?code blocks? (?:must |should )?(?:specify|specifies|name|names|state|states) "
     r"(?:its|their|a|the) (?:programming )?language", "code:tagged", {}),
    (r"(?:a )?title,? (?:wrapped |enclosed |written )?in double (?:angular|angle) brackets,? ?\(?"
     r"(?:(?:such as|like|i\.e\.,?|e\.g\.,?|for example,?) <<[^<>]{1,60}>>\)?)?", "title:angle", {}),
    (rf"(?:wrapped|enclosed|put|(?:wrap|enclose|put|place) (?:{WHOLE}|it|everything)) (?:in|with|inside) "
     r"double (?:quotation marks|quotes)", "quotation:whole", {}),
    (rf"put double (?:quotation marks|quotes) around (?:{WHOLE}|everything)", "quotation:whole", {}),
    (rf"(?:wrap|put) {WHOLE} in json(?: format)?", "json:valid", {}),
    (r"(?:(?:sort|order|arrange) )?(?:the items (?:of|in) (?:every|each|the|your) list|every list|all lists)"
     r"(?: (?:must|should) be)?(?: sorted| arranged| ordered)? (?:alphabetically|in alphabetical order)",
     "list:alphabetical", {}),
)  # fmt: skip
"""What is said with nothing left open: clause, type and parameters."""


def forms() -> Iterator[Rule]:
    """Yield the rules, the longer clauses first."""
    for clause, type_, params in _SO:
        yield rule(clause, says(type_, **params))
    yield rule(rf"(?:(?:entirely|completely|{_ONLY}) )?(?:in|use) (?P<language>{'|'.join(LANGUAGES)})"
               rf"(?: language)?{_WIDE}?(?:,? (?:and )?(?:no|without any) other languages?(?: (?:is|are) allowed)?)?",
               _language)  # fmt: skip
    yield from _lists()
    yield from _headings_and_tables()
    yield rule(rf"an? (?P<language>{'|'.join(CODE_LANGUAGES)}) code block", _code)
    yield rule(rf"a (?:fenced )?code block in (?P<language>{'|'.join(CODE_LANGUAGES)})", _code)
    yield rule(rf"(?:define|write|include) a (?:function|method) (?:named|called) (?P<quote>{QUOTE}) "
               r"in(?:side)? a (?:fenced )?code block", _function)  # fmt: skip
    keys = rf"(?:whose only|with (?:exactly|only)) (?:the )?keys(?: are)?:? (?P<quotes>{QUOTES})"
    yield rule(rf"{_ONLY} {_JSON} object {keys}", _only_keys)
    word = rf"(?:the )?(?:word|words|phrase|term) (?P<quote>{QUOTE})"
    yield rule(rf"(?:put|write|set|make|format|print) {word} (?:in )?bold(?: text| type)?", _bold)
    yield rule(rf"bold {word}", _bold)
    yield rule(
        rf"(?:wrap|enclose|put) (?:{WHOLE}|everything|it) (?:in|with|inside|between) "
        r"(?:<(?P<tag>[a-z][\w-]{0,30})>(?: (?:and </(?P=tag)>|tags?)|\.\.\.</(?P=tag)>(?: tags?)?))",
        _tag,
    )
    answer = r"(?:answer|respond|reply)"
    yield rule(rf"(?:{answer}(?: with)? {_ONLY}|{_ONLY} {answer})(?: with)?(?: either)? "
               rf"(?P<quotes>{QUOTE}(?:, {QUOTE})*,? or {QUOTE})", _choice)  # fmt: skip
    grade = r"(?:a )?flesch[- ]kincaid (?:grade|reading) level (?:of )?"
    yield rule(rf"{grade}(?:at most (?P<most>\d+)|(?P<n>\d+) or (?:lower|below|less))", _grade)


def _lists() -> Iterator[Rule]:
    names = "|".join(BULLETS)
    mark = rf"(?:(?P<name>{names})|(?P<quote>{QUOTE}))"
    yield rule(rf"(?:mark|start|begin) (?:every|each|all)(?: of the)? bullet points? with {mark}", _marker)
    marked = r"(?:each |all )?(?:marked|starting|beginning|that (?:start|begin)) (?:with|by)"
    yield rule(rf"bullet points,? {marked} {mark}", _marker)
    yield rule(rf"use {mark} (?:as the bullet (?:marker|character)|as bullet markers|for bullets)"
               r"(?: for (?:every|each|all) bullet points?)?", _marker)  # fmt: skip
    yield rule(rf"use {mark} for (?:every|each|all) bullet points?", _marker)


def _headings_and_tables() -> Iterator[Rule]:
    heading = r"(?:headings?|headers?)"
    yield rule(
        rf"only (?:level[- ](?P<level>[1-6])|h(?P<h>[1-6])) (?:markdown )?{heading}(?: \((?P<signs>#+)\))?", _level
    )
    yield rule(rf"all (?:markdown )?{heading} (?:must |should )?(?:be|are) (?:at )?(?:level[- ](?P<level>[1-6])|"
               rf"h(?P<h>[1-6]))(?: (?:markdown )?{heading})?(?: \((?P<signs>#+)\))?", _level)  # fmt: skip
    reads = r"(?:(?:titled|called|named|entitled|labell?ed|that reads|reading|with the text) )?"
    yield rule(rf"(?:include|use|have|add) (?:a|the) (?:markdown )?heading {reads}(?P<quote>{QUOTE})", _heading)
    table = r"(?:a |exactly 1 )?(?:markdown )?table"
    yield rule(rf"{table} (?:with|of|that has|having) {QUANTITY} columns?{TAIL}", _columns)
    header = r"(?:the )?(?:header row|headers?|column headers?|column headings?|columns)(?: reading)?:? ?"
    yield rule(rf"{table} with {header}(?P<quotes>{QUOTES})", _header)
    places = r"words? (?:written )?(?:in|with) all (?:capital letters|capitals|caps)"
    yield rule(rf"{places} (?:(?:must|should|may) )?(?:appear|occur) {QUANTITY} times?{TAIL}", counter("case:capitals"))


def _language(match: re.Match[str], context: Context) -> Sequence[Typed]:
    return [("language:response", {"language": LANGUAGES[match["language"]]})]


def _marker(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    if match["quote"]:
        mark = verbatim(match["quote"], context)
    else:
        mark = next(mark for name, mark in BULLETS.items() if re.fullmatch(name, match["name"]))
    return [("list:marker", {"marker": mark})] if mark in ("-", "*", "+", "•") else None


def _level(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    level = int(match["level"] or match["h"])
    agrees = match["signs"] is None or len(match["signs"]) == level
    return [("heading:level", {"level": level})] if agrees else None


def _heading(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    phrase = quoted(match["quote"], context)[0]
    return [("heading:text", {"phrase": phrase})] if phrase else None


def _columns(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    found = quantity(match)
    exact = found is not None and found.relation in ("exactly", "bare") and found.n > 0
    return [("table:columns", {"columns": found.n})] if exact and found is not None else None


def _header(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    cells = quoted(match["quotes"], context)
    listed = all(cells) and not re.search(r"\bor\b", match["quotes"])
    return [("table:header", {"cells": cells})] if listed else None


def _code(match: re.Match[str], context: Context) -> Sequence[Typed]:
    return [("code:block", {"language": match["language"]})]


def _function(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    name = one_word(match["quote"], context)
    return [("code:function", {"name": name.removesuffix("()")})] if name else None


def _only_keys(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    keys = quoted(match["quotes"], context)
    listed = all(keys) and not re.search(r"\bor\b", match["quotes"])
    return [("json:only_keys", {"keys": keys})] if listed else None


def _bold(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    phrase = quoted(match["quote"], context)[0]
    return [("emphasis:keyword", {"phrase": phrase})] if phrase else None


def _tag(match: re.Match[str], context: Context) -> Sequence[Typed]:
    return [("tag:wrapped", {"tag": match["tag"]})]


def _choice(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    options = quoted(match["quotes"], context)
    return [("choice:one_of", {"options": options})] if all(options) else None


def _grade(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    grade = int(match["most"] or match["n"])
    return [("reading:grade", {"grade": grade})] if grade > 0 else None
