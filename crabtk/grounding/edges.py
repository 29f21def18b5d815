"""Clauses about how the response begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crabtk.grounding.quantity import WHOLE
from crabtk.grounding.rule import QUOTE, Context, Meaning, Rule, Typed, one_word, quoted, rule, says, verbatim
from crabtk.grounding.vocabulary import ORDINALS

_STARTS = rf"(?:start|begin|open)s?(?: off)?(?: {WHOLE}| it)? (?:with|by)"
_ENDS = rf"(?:end|finish|close|conclude)s?(?: {WHOLE}| it)? (?:with|by|on|in)"
_OF = rf"(?: (?:of|in) {WHOLE})?"
_BE = r"(?: (?:must|should|has to|is to|shall))? (?:be|is)"
_PHRASE = r"(?:(?:the|this|these) )?(?:exact |following |exact same )*(?P<noun>phrase|words|sentence|text):? ?"
MARKS = {
    r"a question mark": ("start_end:question_end", {}),
    r"a question": ("start_end:question_end", {}),
    r"an exclamation (?:mark|point)": ("start_end:exclamation_end", {}),
    r"an ellipsis": ("start_end:mark", {"mark": "ellipsis"}),
    r"a colon": ("start_end:mark", {"mark": "colon"}),
    r"a semicolon": ("start_end:mark", {"mark": "semicolon"}),
    r"a (?:full stop|period)": ("start_end:mark", {"mark": "full_stop"}),
}
"""What a response may end with."""


def edges() -> Iterator[Rule]:
    """Yield the rules, the longer clauses first."""
    yield rule(rf"{_STARTS} the (?:exact )?word (?P<quote>{QUOTE})", _word("start_end:first_word"))
    yield rule(rf"{_ENDS} the (?:exact )?word (?P<quote>{QUOTE})", _word("start_end:last_word"))
    first = rf"(?:the|your) (?:very )?first word{_OF}{_BE}"
    last = rf"(?:the|your) (?:very )?(?:last|final) word{_OF}{_BE}"
    yield rule(rf"{first} (?:the word )?(?P<quote>{QUOTE})", _word("start_end:first_word"))
    yield rule(rf"{last} (?:the word )?(?P<quote>{QUOTE})", _word("start_end:last_word"))
    nth = rf"(?:the|your) (?P<nth>{'|'.join(ORDINALS)})"
    yield rule(rf"{nth} word{_OF}{_BE} (?:the word )?(?P<quote>{QUOTE})", _nth_word)
    yield rule(rf"{nth} paragraph (?:must |should )?(?:start|begin)s? with the word (?P<quote>{QUOTE})", _nth_paragraph)
    yield rule(rf"paragraph (?P<number>[1-9]\d?) (?:must |should )?(?:start|begin)s? with the word (?P<quote>{QUOTE})",
               _nth_paragraph)  # fmt: skip
    yield rule(rf"(?:start|begin) {nth} paragraph with the word (?P<quote>{QUOTE})", _nth_paragraph)
    yield rule(rf"{_STARTS} (?:{_PHRASE})?(?P<quote>{QUOTE})", _phrase("start_end:first_phrase"))
    yield rule(rf"{_ENDS} (?:{_PHRASE})?(?P<quote>{QUOTE})", _phrase("start_end:last_phrase"))
    for letter in (rf"(?P<quote>{QUOTE})", r"(?P<letter>[a-z])"):
        yield rule(rf"(?:{_STARTS} the letter|(?:the|your) first letter{_OF}{_BE}) {letter}", _letter)
    for mark, (type_, params) in MARKS.items():
        yield rule(rf"{_ENDS} {mark}", says(type_, **params))
    yield rule(rf"{_STARTS} a question", says("start_end:question_first"))
    yield rule(rf"{_STARTS} a (?:markdown )?(?:heading|header)", says("heading:first"))
    same = r"(?:be|are) (?:the same|identical)"
    both = rf"(?:the|your) first (?:word )?and (?:the )?(?:last|final) words?{_OF}"
    yield rule(rf"{both} (?:must |should )?{same}(?: word)?", says("start_end:same_word"))
    with_ = r"(?:that )?(?:starts?|starting|begins?|beginning|marked|introduced) (?:with|by)"
    postscript = rf"a postscript {with_} (?:(?P<quote>{QUOTE})|(?P<ps>p\.? ?(?:p\.? ?)?s\b\.?))"
    end = rf"at the (?:very )?end(?: of {WHOLE})?"
    yield rule(rf"{end},? (?:please )?(?:explicitly )?(?:add|include|append) {postscript}", _postscript)
    yield rule(rf"(?:add|include|append|end with|finish with|close with) {postscript}(?:,? {end})?", _postscript)


def _word(type_: str) -> Meaning:
    def meaning(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
        word = one_word(match["quote"], context)
        return [(type_, {"word": word})] if word else None

    return meaning


def _nth_word(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    word = one_word(match["quote"], context)
    return [("keyword:nth_word", {"keyword": word, "n": ORDINALS[match["nth"]], "side": "start"})] if word else None


def _nth_paragraph(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    word = one_word(match["quote"], context)
    number = match.groupdict().get("number")
    n = int(number) if number else ORDINALS[match["nth"]]
    return [("paragraphs:first_word", {"n": n, "word": word})] if word else None


def _phrase(type_: str) -> Meaning:
    def meaning(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
        phrase = verbatim(match["quote"], context)
        # One quoted word with nothing that says whether it stands for itself may be either.
        return [(type_, {"phrase": phrase})] if match["noun"] or " " in phrase else None

    return meaning


def _letter(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    groups = match.groupdict()
    letter = groups.get("letter") or quoted(match["quote"], context)[0]
    return [("start_end:first_letter", {"letter": letter.upper()})] if len(letter) == 1 and letter.isalpha() else None


def _postscript(match: re.Match[str], context: Context) -> Sequence[Typed] | None:
    marker = quoted(match["quote"], context)[0] if match["quote"] else match["ps"] or ""
    letters = re.sub("[^a-z]", "", marker.lower())
    known = {"ps": "P.S.", "pps": "P.P.S"}.get(letters)
    return [("document:postscript", {"marker": known})] if known else None
