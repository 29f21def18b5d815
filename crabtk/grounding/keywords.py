"""Clauses about words, phrases and letters that must or must not occur."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crabtk.grounding.quantity import MANY, TAIL, quantity
from crabtk.grounding.rule import QUOTE, QUOTES, Context, Meaning, Rule, Typed, one_word, quoted, rule
from crabtk.grounding.vocabulary import ORDINALS

_NOUN = r"(?:the )?(?:exact |following |specific )?(?:key)?(?:words?|phrases?|terms?|expressions?)(?: and phrases)?:? ?"
_MENTION = r"(?:use|uses|include|includes|mention|mentions|contains?|features?|incorporate|work in|have|has)"
_BANNED = (
    r"(?:(?:do not|don't|never|(?:must|should|may|can) not|does not|cannot) (?:use|include|mention|contain|write|say)|"
    r"avoid(?: using| the use of)?|refrain from using|leave out|omit|exclude|without(?: using)?)(?: any of)?"
)
_MUST = r"(?: (?:must|should|has to|have to|needs to|is to))?"
_OCCUR = r"(?: (?:appears?|occurs?|be used|is used|be mentioned|be included|shows? up|features?))?"
_PARTS = rf"(?P<nth>{'|'.join(ORDINALS)}|last|final) (?P<part>sentence|paragraph)"
_LETTER = rf"(?:the )?letter (?:(?P<letter>[a-z])|(?P<quote>{QUOTE}))"


def keywords() -> Iterator[Rule]:
    """Yield the rules, the longer clauses first."""
    one = rf"(?:{_NOUN})?(?P<quote>{QUOTE})"
    yield rule(rf"{_MENTION} {one}(?: for)? {MANY} times?{TAIL}", _frequency)
    yield rule(rf"{_NOUN}(?P<quote>{QUOTE}){_MUST}{_OCCUR} {MANY} times?{TAIL}", _frequency)
    yield rule(rf"(?:{_NOUN})?(?P<quote>{QUOTE}) (?:must|should|may) not (?:appear|occur|be used) more than "
               r"(?P<number>\d+) times?", _at_most)  # fmt: skip
    yield rule(rf"{_MENTION} {one} in (?:each|every) (?:single )?paragraph", _every_paragraph)
    yield rule(rf"(?:each|every) paragraph{_MUST} {_MENTION} {one}", _every_paragraph)
    yield rule(rf"{_MENTION} {one} in (?:the|your) {_PARTS}", _place)
    yield rule(rf"(?:the|your) {_PARTS}{_MUST} {_MENTION} {one}", _place)
    yield rule(rf"{_MENTION} (?:{_NOUN})?(?P<quotes>{QUOTES}) in (?:this|that|the given) (?:exact )?order", _order)
    yield rule(rf"{_MENTION} (?:at least|a minimum of) 1 of (?:these |the following )?(?:{_NOUN})?(?P<quotes>{QUOTES})",
               _phrases("keyword:any"))  # fmt: skip
    yield rule(rf"{_BANNED} {_NOUN}(?P<quotes>{QUOTES})", _phrases("keyword:exclude"))
    yield rule(rf"{_BANNED} (?P<quotes>{QUOTES})", _phrases("keyword:exclude"))
    yield rule(rf"{_NOUN}(?P<quotes>{QUOTES}) (?:must|should|may|can) not (?:appear|occur|be used|be mentioned)",
               _phrases("keyword:exclude"))  # fmt: skip
    yield rule(rf"{_MENTION} (?:{_NOUN}|both )?(?P<quotes>{QUOTES})", _included)
    yield rule(rf"{_NOUN}(?P<quotes>{QUOTES}) (?:must|should|has to|have to) (?:appear|occur|be used|be included)",
               _included)  # fmt: skip
    yield rule(rf"{_LETTER}{_MUST}{_OCCUR} {MANY} times?{TAIL}", _letter_frequency)
    yield rule(rf"{MANY} words (?:that (?:begin|start)|beginning|starting) with {_LETTER}", _initials)
    yield rule(rf"{_BANNED} {_LETTER}", _letter_absent)
    yield rule(rf"{_LETTER} (?:must|should|may) not (?:appear|occur|be used)", _letter_absent)


def _phrases(type_: str) -> Meaning:
    def meaning(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
        phrases = quoted(match["quotes"], context)
        return [(type_, {"phrases": phrases})] if all(phrases) else None

    return meaning


def _included(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    # "Or" asks for one of them at least.
    type_ = "keyword:any" if re.search(r"\bor\b", match["quotes"]) else "keyword:include"
    return None if context.bare else _phrases(type_)(match, context)


def _order(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    phrases = quoted(match["quotes"], context)
    ordered = len(phrases) > 1 and not re.search(r"\bor\b", match["quotes"])
    return [("keyword:order", {"phrases": phrases})] if ordered and all(phrases) else None


def _frequency(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    found, keyword = quantity(match), quoted(match["quote"], context)[0]
    if found is None or not keyword:
        return None
    # Who asks for a word "once" does not say that it may not come back.
    if found.relation == "bare" and found.n == 1:
        return None
    return [("keyword:frequency", {"relation": r, "keyword": keyword, "n": n}) for r, n in found.bounds] or None


def _at_most(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    keyword, n = quoted(match["quote"], context)[0], int(match["number"])
    return [("keyword:frequency", {"relation": "at_most", "keyword": keyword, "n": n})] if keyword and n else None


def _every_paragraph(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    word = one_word(match["quote"], context)
    return [("keyword:every_paragraph", {"keyword": word})] if word else None


def _place(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    nth, part = match["nth"].replace("final", "last"), match["part"]
    phrase = quoted(match["quote"], context)[0]
    if nth in ("first", "last") and phrase:
        return [("keyword:place", {"phrase": phrase, "place": f"{nth}_{part}"})]
    word = one_word(match["quote"], context)
    if part != "sentence" or not word:
        return None
    return [("keyword:sentence", {"keyword": word, "n": ORDINALS[nth]})]


def _letter(match: re.Match[str], context: Context) -> str:
    return (match["letter"] or quoted(match["quote"], context)[0]).lower()


def _letter_frequency(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    found, letter = quantity(match), _letter(match, context)
    if found is None or len(letter) != 1 or not letter.isalpha():
        return None
    return [("letter:frequency", {"relation": r, "letter": letter, "n": n}) for r, n in found.bounds] or None


def _initials(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    found, letter = quantity(match), _letter(match, context)
    if found is None or found.relation == "bare" or len(letter) != 1 or not letter.isalpha():
        return None
    return [("letter:initial", {"relation": r, "letter": letter, "n": n}) for r, n in found.bounds] or None


def _letter_absent(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    letter = _letter(match, context)
    return [("letter:absent", {"letter": letter})] if len(letter) == 1 and letter.isalpha() else None
