"""Clauses that limit each part of the response: every sentence, paragraph, line, item, word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crabtk.grounding.quantity import MANY, TAIL, quantity
from crabtk.grounding.rule import QUOTE, Context, Meaning, Rule, Typed, one_word, rule, says
from crabtk.grounding.vocabulary import SCOPED

_PART = r"(?:paragraph|sentence|line|bullet point|bullet|list item|item in the list|item|word|heading)"
_UNIT = r"(?P<unit>words?|sentences?|characters?|letters?)"
_MAY = r"(?: (?:should|must|may|can|has to|needs to|have to|is to|shall))?"
_HAS = (
    r"(?: (?:be|have|has|contains?|is|are|consists? of|include|includes|with|of|being|limited to|be limited to|stay|"
    r"comprises?))?"
)
_LONG = r"(?: (?:long|in length|each|apiece))?"


def parts() -> Iterator[Rule]:
    """Yield the rules, the longer clauses first."""
    limit = rf",?{_MAY}{_HAS} ?{MANY} {_UNIT}{TAIL}{_LONG}"
    yield rule(rf"(?:keep |make )?(?:each|every|all) (?:of the |the |your )?(?P<part>{_PART})s?{limit}", _limited)
    yield rule(rf"(?:keep )?(?:all )?(?:the |your )?(?P<part>paragraph|sentence|list item|line)s{limit}", _limited)
    yield rule(rf"(?:keep |make )?(?P<part>(?:the |your )(?:very )?(?:first|last|final) sentence){limit}", _limited)
    yield rule(rf"(?:with )?each(?: one)?(?: of them)?{limit}", _limited)
    yield rule(rf"{MANY} {_UNIT}{TAIL} (?:per|in each|in every|for each|for every) (?P<part>{_PART})", _limited)
    longer = (
        r"(?:is |be |being )?(?:longer than|of more than|exceeds?|exceeding|have more than|has more than|"
        r"contains? more than|over|with more than)"
    )
    none = rf"(?:with |use |write )?(?:no|not a single) (?P<part>{_PART})s?"
    yield rule(rf"{none}{_MAY} {longer} (?P<number>\d+) {_UNIT}{_LONG}", _none_longer)
    yield rule(
        rf"(?:keep|limit|restrict) (?:each|every|all|your) (?P<part>{_PART})s? to "
        rf"(?:at most |a maximum of |no more than |under (?P<under>))?(?P<number>\d+) {_UNIT}(?: or (?:fewer|less))?",
        _none_longer,
    )
    yield rule(r"(?:put |write |place )?(?:only |exactly )?1 word (?:per|on each|on every) line",
               says("layout:word_per_line"))  # fmt: skip
    two = r"no 2 (?:consecutive|neighbou?ring|adjacent) sentences"
    begin = r"(?:may |should |must |can )?(?:begin|start) with the same word"
    yield rule(rf"{two} {begin}", says("sentence:distinct_starts"))
    yield rule(r"(?:no word (?:may|can|should|must) (?:be used|appear|occur) (?:more than 1 time|2 times)|"
               r"(?:do not|don't|never) use any word (?:more than 1 time|2 times))", says("word:unique"))  # fmt: skip
    for verb, type_ in (("start|begin", "sentence:first_word"), ("end|finish", "sentence:last_word")):
        yield rule(
            rf"(?:(?:{verb}) (?:each|every) sentence|(?:each|every) sentence (?:must |should )?(?:{verb})s?) with "
            rf"(?:the word )?(?P<quote>{QUOTE})",
            _sentence_edge(type_),
        )


def _limited(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    """Mean what the table says of part, unit and relation; a bare number is a limit of sentences alone."""
    part = _part(match.groupdict().get("part") or context.unit)
    unit = _unit(part, match["unit"])
    found = quantity(match)
    if found is None or found.n < 1:
        return None
    if part == "sentence" and unit == "words" and found.relation in ("exactly", "at_least"):
        return [("sentence:words", {"relation": found.relation, "n": found.n})]
    relation = "exactly" if found.relation == "bare" and unit == "sentences" else found.relation
    known = SCOPED.get((part, unit, relation))
    return None if known is None else [(known[0], {known[1]: found.n})]


def _none_longer(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    part = _part(match["part"])
    n = int(match["number"]) - (match.groupdict().get("under") is not None)
    known = SCOPED.get((part, _unit(part, match["unit"]), "at_most"))
    return None if known is None or n < 1 else [(known[0], {known[1]: n})]


def _part(written: str) -> str:
    if written.startswith(("bullet", "list", "item")):
        return "item"
    if written.endswith("sentence") and written != "sentence":
        return "first sentence" if "first" in written else "last sentence"
    return written


def _unit(part: str, written: str) -> str:
    unit = written.rstrip("s") + "s"
    return "characters" if part == "word" and unit == "letters" else unit


def _sentence_edge(type_: str) -> Meaning:
    def meaning(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
        word = one_word(match["quote"], context)
        return [(type_, {"word": word})] if word else None

    return meaning
