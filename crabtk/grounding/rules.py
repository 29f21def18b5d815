"""The clauses that are understood, each with the typed constraint that says the same.

A clause is understood whole or not at all. What people use loosely (``100 words`` without a relation, ``a few``)
has no rule: to ground wrongly is worse than not to ground.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crabtk.grounding.normal import quotation
from crabtk.grounding.quantity import BETWEEN, QUANTITY, TAIL, Quantity, quantity

Typed = tuple[str, dict[str, Any]]
"""A type's name and parameters."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a clause may refer to: what is quoted in the text, and the unit that the clause before counted."""

    quoted: Sequence[str]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression for a clause and what it means; None where it matches and yet is not understood."""

    pattern: re.Pattern[str]
    meaning: Callable[[re.Match[str], Context], Sequence[Typed] | None]


COUNTED = {
    r"sentences?": "length:sentences",
    r"(?:non-blank |non-empty )?lines?": "length:lines",
    r"(?:unique|different|distinct) words?": "length:unique_words",
    r"(?:bullet points?|bullets?|bulleted items?|bullet items?|bulleted points?)": "list:bullets",
    r"(?:numbered items?|numbered points?|items? in (?:a|the) numbered list)": "list:numbered",
    r"(?:markdown )?headings?": "heading:count",
    r"(?:fenced )?code blocks?": "code:count",
    r"(?:markdown )?tables?": "table:count",
    r"(?:emojis?|emoji characters?)": "emoji:count",
    r"(?:links?|urls?)": "link:count",
    r"questions?": "sentence:questions",
    r"hashtags?": "symbol:hashtags",
    r"(?:bold(?:ed)? (?:phrases?|passages?|spans?))": "emphasis:bold",
    r"(?:italic(?:i[sz]ed)? (?:phrases?|passages?|spans?))": "emphasis:italic",
    r"(?:block ?quotes?|block quotations?)": "document:block_quotes",
    r"horizontal rules?": "document:rules",
    r"percentages?": "figures:percentages",
}
"""Units that one counted type counts."""

MARKS = {
    r"commas?": "comma",
    r"semicolons?": "semicolon",
    r"colons?": "colon",
    r"exclamation (?:marks?|points?)": "exclamation_mark",
    r"question marks?": "question_mark",
    r"(?:parenthes[ei]s|round brackets?)": "round_bracket",
    r"(?:double )?quotation marks?": "double_quotation_mark",
    r"ampersands?": "ampersand",
    r"slash(?:es)?": "slash",
    r"ellips[ei]s": "ellipsis",
    r"(?:full stops?|periods?)": "full_stop",
}
LANGUAGES = {
    "arabic": "ar", "bengali": "bn", "bulgarian": "bg", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl",
    "english": "en", "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "gujarati": "gu", "hebrew": "he",
    "hindi": "hi", "hungarian": "hu", "indonesian": "id", "italian": "it", "japanese": "ja", "kannada": "kn",
    "korean": "ko", "marathi": "mr", "nepali": "ne", "norwegian": "no", "persian": "fa", "polish": "pl",
    "portuguese": "pt", "punjabi": "pa", "romanian": "ro", "russian": "ru", "spanish": "es", "swahili": "sw",
    "swedish": "sv", "tamil": "ta", "telugu": "te", "thai": "th", "turkish": "tr", "ukrainian": "uk", "urdu": "ur",
    "vietnamese": "vi",
}  # fmt: skip
_SCOPED = {
    ("paragraph", "words", "at_most"): ("paragraphs:words", "words"),
    ("paragraph", "words", "at_least"): ("paragraphs:minimum", "words"),
    ("paragraph", "sentences", "at_most"): ("length:sentences_per_paragraph", "sentences"),
    ("paragraph", "sentences", "exactly"): ("paragraphs:sentences", "n"),
    ("sentence", "words", "at_most"): ("length:words_per_sentence", "words"),
    ("line", "words", "at_most"): ("length:words_per_line", "words"),
    ("line", "characters", "at_most"): ("layout:line_length", "characters"),
    ("item", "words", "at_most"): ("list:item_words", "words"),
    ("word", "characters", "at_most"): ("length:characters_per_word", "characters"),
}
"""What each part is limited to: part, unit and relation, with the type and its parameter."""

_PART = r"(?:paragraph|sentence|line|bullet point|bullet|list item|item)"
_UNIT = r"(?P<unit>words?|sentences?|characters?)"
_NOT = (
    r"(?:(?:do not|don't) (?:use|include|write|mention|contain|add|insert)(?: any)?|"
    r"avoid(?: using| all| any| the use of)?(?: any)?|never use(?: any)?|without(?: using)?(?: any)?|no|"
    r"(?:must|should|may|can) not (?:contain|include|use|have|mention)(?: any)?|"
    r"(?:must|should) be free of(?: any)?|refrain from using(?: any)?|leave out(?: all| any)?|omit(?: all| any)?|"
    r"(?:must|should) (?:contain|have|use|include) no)"
)
_WORD = r"(?:the )?(?:exact |following )?(?:key)?(?:words?|phrases?|terms?|keywords?|expressions?)(?: and phrases)?:? ?"
_LIST = rf"{quotation().replace('(', '(?:')}(?:(?:,? (?:and|or) |, ){quotation().replace('(', '(?:')})*"
_PLACE = r"(?: (?:in|into) (?:your|the) (?:whole |entire )?(?:response|answer|text|reply|output))?"
_MENTION = r"(?:use|include|mention|contain|contains|feature|incorporate|work in)"


def rules() -> Iterator[Rule]:
    """Yield the rules, the longer clauses first."""
    yield from _scoped()
    yield from _words()
    yield from _counted()
    yield from _named()


def _rule(expression: str, meaning: Callable[[re.Match[str], Context], Sequence[Typed] | None]) -> Rule:
    return Rule(re.compile(expression), meaning)


def _scoped() -> Iterator[Rule]:
    limits = f"(?:{QUANTITY}|{BETWEEN}) {_UNIT}{TAIL}"
    may = "should |must |may |can |has to |needs to "
    has = rf"(?:,? (?:{may})?(?:be|have|has|contains?|consists? of|with|of|being)?)"
    length = r"(?: (?:long|in length|each))?"
    yield _rule(rf"(?:each|every) (?P<part>{_PART}){has} ?{limits}{length}", _limited)
    yield _rule(rf"(?:with )?each(?: one)?(?: of them)?{has} ?{limits}{length}", _limited)
    yield _rule(rf"{limits} (?:per|in each|in every|for each|for every) (?P<part>{_PART})", _limited)
    longer = r"(?:be |is )?(?:longer than|exceeds?|have more than|has more than|contains? more than)"
    yield _rule(
        rf"(?:no|not a single) (?P<part>{_PART}|word)(?: should| may| must| can)? {longer} (?P<number>\d+) "
        r"(?P<unit>words?|sentences?|characters?|letters?)",
        _none_longer,
    )
    yield _rule(
        rf"(?:keep|limit) (?:each|every|all|your) (?P<part>{_PART})s? to "
        rf"(?:(?P<before3>at most|a maximum of|no more than) )?(?P<number>\d+) {_UNIT}(?P<after1> or (?:fewer|less))",
        _limited,
    )


def _limited(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    part = match.groupdict().get("part") or context.unit
    found = quantity(match)
    if found is None or found.counted is None:
        return None
    relation, n = found.counted
    part = "item" if part.startswith(("bullet", "list", "item")) else part
    unit = _plural(match["unit"])
    if part == "sentence" and unit == "words" and found.relation in ("exactly", "at_least"):
        return [("sentence:words", {"relation": relation, "n": n})]
    known = _SCOPED.get((part, unit, relation if found.relation != "bare" else "bare"))
    if known is None and (part, unit, found.relation) == ("paragraph", "sentences", "bare"):
        known = _SCOPED["paragraph", "sentences", "exactly"]
    return None if known is None or n < 1 else [(known[0], {known[1]: n})]


def _none_longer(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    part = "item" if match["part"].startswith(("bullet", "list", "item")) else match["part"]
    unit = "characters" if match["unit"].startswith("letter") and part == "word" else _plural(match["unit"])
    known = _SCOPED.get((part, unit, "at_most"))
    return None if known is None else [(known[0], {known[1]: int(match["number"])})]


def _words() -> Iterator[Rule]:
    whole = r"(?: (?:long|in length|in total|in all|overall|altogether))?"
    yield _rule(rf"(?:{QUANTITY}|{BETWEEN}) (?P<unit>words?|characters?){TAIL}{whole}", _length)
    yield _rule(
        rf"(?:a |the )?(?:total )?(?P<unit>word|character) (?:count|limit) (?:of|is|must be|should be):? ?"
        rf"(?:{QUANTITY}|{BETWEEN})(?: words| characters)?{TAIL}",
        _length,
    )


def _length(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    found = quantity(match)
    unit = _plural(match["unit"])
    type_ = "length:words" if unit == "words" else "length:characters"
    if found is None or found.n < 1 or found.relation == "bare":
        # "In 100 words" is about 100 to most and exactly 100 to some.
        return None
    if found.relation == "exactly":
        return [(type_, {"relation": "between", "low": found.n, "high": found.n})]
    if found.relation == "between":
        return [(type_, {"relation": "between", "low": found.n, "high": found.high})]
    if found.relation == "about":
        return [(type_, {"relation": "about", "words": found.n})] if unit == "words" and found.n >= 10 else None
    return [(type_, {"relation": found.relation, unit: found.n})]


def _counted() -> Iterator[Rule]:
    whole = r"(?: (?:in total|in all|overall|altogether))?"
    for unit, type_ in COUNTED.items():
        yield _rule(rf"{QUANTITY} (?P<unit>{unit}){TAIL}{whole}", _counter(type_, {}))
    for unit, mark in MARKS.items():
        yield _rule(rf"{QUANTITY} (?P<unit>{unit}){TAIL}{whole}", _counter("punctuation:count", {"mark": mark}))
    yield _rule(rf"{QUANTITY} (?P<unit>paragraphs?){TAIL}(?: separated by blank lines?)?{whole}", _paragraphs)
    yield _rule(
        rf"(?:{_MENTION} )?(?:the )?(?:key)?(?:word|phrase|term) {quotation()}{_PLACE} "
        rf"(?:{QUANTITY} times?{TAIL}|(?P<once>exactly once|exactly twice|at least once|at least twice))",
        _frequency,
    )
    yield _rule(
        r"(?:the )?letter (?:(?P<letter>[a-z])|"
        + quotation()
        + rf")(?: (?:should|must) (?:appear|occur))? {QUANTITY} times?{TAIL}",
        _letter,
    )


def _counter(type_: str, more: dict[str, Any]) -> Callable[[re.Match[str], Context], Sequence[Typed] | None]:
    def meaning(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
        found = quantity(match)
        if found is None or found.counted is None:
            return None
        relation, n = found.counted
        if n < 1:
            return None
        return [(type_, {"relation": relation, **more, "n": n})]

    return meaning


def _paragraphs(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    found = quantity(match)
    exact = found is not None and found.relation in ("exactly", "bare") and found.n > 0
    return [("paragraphs:count", {"n": found.n})] if exact and found is not None else None


def _frequency(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    keyword = context.quoted[int(match[1])]
    once = {"exactly once": ("exactly", 1), "exactly twice": ("exactly", 2)}
    once |= {"at least once": ("at_least", 1), "at least twice": ("at_least", 2)}
    found: Quantity | None = None if match["once"] else quantity(match)
    counted = once[match["once"]] if match["once"] else found.counted if found else None
    if counted is None or counted[1] < 1:
        return None
    return [("keyword:frequency", {"relation": counted[0], "keyword": keyword, "n": counted[1]})]


def _letter(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    found = quantity(match)
    letter = match["letter"] or context.quoted[int(match[2])].lower()
    if found is None or found.counted is None or len(letter) != 1 or found.counted[1] < 1:
        return None
    return [("letter:frequency", {"relation": found.counted[0], "letter": letter, "n": found.counted[1]})]


def _named() -> Iterator[Rule]:
    for unit, mark in MARKS.items():
        yield _rule(rf"{_NOT} {unit}{_PLACE}", _says("punctuation:absent", mark=mark))
    yield _rule(rf"{_NOT} (?:digits|numerals)", _says("digits:absent"))
    yield _rule(rf"{_NOT} emojis?", _says("emoji:absent"))
    yield _rule(rf"{_NOT} markdown(?: formatting| syntax)?", _says("markdown:absent"))
    yield _rule(rf"{_NOT} contractions", _says("contraction:absent"))
    yield _rule(rf"{_NOT} (?:capital|uppercase|upper-case) letters", _says("case:lower"))
    yield _rule(rf"{_NOT} (?:lowercase|lower-case|small) letters", _says("case:upper"))
    yield _rule(rf"{_NOT} (?:{_WORD})?({_LIST}){_PLACE}(?: anywhere)?", _excluded)
    yield _rule(rf"{_MENTION} {_WORD}({_LIST}){_PLACE}", _included)
    yield _rule(rf"{_MENTION} both ({_LIST}){_PLACE}", _included)
    whole = r"(?:entirely |all |only )?(?:in |use )?(?:only )?(?:all )?"
    letters = r"(?: letters)?(?: only| throughout)?"
    yield _rule(rf"{whole}(?:lowercase|lower case|lower-case){letters}", _says("case:lower"))
    capitals = "uppercase|upper case|upper-case|capital letters|all caps|capitals"
    yield _rule(rf"{whole}(?:{capitals}){letters}", _says("case:upper"))
    what = r"(?:your (?:response|answer) |the (?:response|answer|text) |it )?"
    starts = rf"(?:start|begin|open)s? {what}(?:with|by)"
    ends = rf"(?:end|finish|close|conclude)s? {what}(?:with|by|on)"
    yield _rule(rf"{starts} the (?:exact )?word {quotation()}", _one_word("start_end:first_word"))
    yield _rule(rf"{ends} the (?:exact )?word {quotation()}", _one_word("start_end:last_word"))
    yield _rule(
        rf"{starts} (?:the )?(?:exact |exactly the )?(?:phrase|words|sentence) {quotation()}",
        _phrase("start_end:first_phrase"),
    )
    yield _rule(
        rf"{ends} (?:the )?(?:exact |exactly the )?(?:phrase|words|sentence) {quotation()}",
        _phrase("start_end:last_phrase"),
    )
    yield _rule(rf"{ends} a question(?: mark)?", _says("start_end:question_end"))
    yield _rule(rf"{ends} an exclamation (?:mark|point)", _says("start_end:exclamation_end"))
    yield _rule(r"(?:a |the )?(?:valid )?json(?: format| object or list)?(?: only)?", _says("json:valid"))
    yield _rule(
        r"bullet points|a bulleted list|bullets|a bullet list|a bullet-point list", _at_least_one("list:bullets")
    )
    yield _rule(r"a numbered list", _at_least_one("list:numbered"))
    yield _rule(r"a (?:markdown )?table", _at_least_one("table:count"))
    yield _rule(
        r"(?:entirely |only |completely )?in (?P<language>" + "|".join(LANGUAGES) + r")(?: only| throughout)?",
        _language,
    )
    all_of_it = r"(?:it|(?:your|the) (?:entire |whole )?(?:response|answer))"
    wrapped = rf"(?:wrapped|enclosed|(?:wrap|enclose) {all_of_it})"
    yield _rule(rf"{wrapped} (?:in|with) double quotation marks", _says("quotation:whole"))


def _says(type_: str, **params: Any) -> Callable[[re.Match[str], Context], Sequence[Typed]]:
    return lambda match, context: [(type_, dict(params))]


def _at_least_one(type_: str) -> Callable[[re.Match[str], Context], Sequence[Typed]]:
    return _says(type_, relation="at_least", n=1)


def _language(match: re.Match[str], context: Context) -> Sequence[Typed]:
    return [("language:response", {"language": LANGUAGES[match["language"]]})]


def _excluded(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    return [("keyword:exclude", {"phrases": _list(match[1], context)})]


def _included(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    # "Or" asks for one of them at least.
    type_ = "keyword:any" if re.search(r"\bor\b", match[1]) else "keyword:include"
    return [(type_, {"phrases": _list(match[1], context)})]


def _list(written: str, context: Context) -> list[str]:
    return [context.quoted[int(place)] for place in re.findall(quotation(), written)]


def _one_word(type_: str) -> Callable[[re.Match[str], Context], Sequence[Typed] | None]:
    def meaning(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
        word = context.quoted[int(match[1])].strip(" .,;:!?")
        return [(type_, {"word": word})] if word and not re.search(r"\s", word) else None

    return meaning


def _phrase(type_: str) -> Callable[[re.Match[str], Context], Sequence[Typed]]:
    return lambda match, context: [(type_, {"phrase": context.quoted[int(match[1])]})]


def _plural(unit: str) -> str:
    return unit if unit.endswith("s") else f"{unit}s"
