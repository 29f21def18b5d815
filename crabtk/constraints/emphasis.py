"""Words in bold and in italics, as Markdown marks them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.quoting import contains, fold
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, Quoted

_FEWEST_WORDS = 100
_FEWEST_ITEMS = 6
_MOST_EXACT = 10
_LONGEST = 5
_CODE_SPAN = regex.compile(r"`[^`\n]+`")
_STRONG = regex.compile(r"\*\*([^*\n]+)\*\*|(?<!\w)__([^_\n]+)__(?!\w)")
_ITALIC = regex.compile(
    r"(?<![\w*\\])\*(?![*\s])([^*\n]+)(?<![\s\\])\*(?![\w*])|(?<![\w\\])_(?![_\s])([^_\n]+)(?<!\s)_(?!\w)"
)
_LEFT_OVER = regex.compile(r"\*|(?<!\w)_|_(?!\w)|</?(?:b|i|em|strong)>", regex.IGNORECASE)
_IN_CODE = regex.compile(r"\*|(?<!\w)_|_(?!\w)")


class Spans(NamedTuple):
    """The stretches in bold or italics outside code.

    Attributes:
        italic: In single asterisks or underscores.
        starred: How many are in asterisks, single or double.
        sure: Whether no asterisk or underscore is left that some readers may take for emphasis.
    """

    italic: tuple[str, ...]
    starred: int
    sure: bool


class Bold(CountedType):
    """Number of stretches in bold, as Markdown writes it."""

    name = "emphasis:bold"
    wordings = (
        "Passages in bold (Markdown): {relation} {n}.",
        "Put {relation} {n} {n|phrase|phrases} in bold, using Markdown.",
        "Your response must contain {relation.firm} {n} bold {n|passage|passages}, marked in Markdown.",
        "{relation.limit} number of passages in Markdown bold, over the whole response: {n}.",
        "{relation.cap} {n} {n|word or phrase|words or phrases} should be set in bold by means of Markdown.",
        "Could you use Markdown bold for {n} {n|passage|passages}{relation.tail}?",
        "The number of passages that Markdown shows in bold {relation.must} {n}.",
        "When I skim the text, {relation} {n} {n|word or phrase|words or phrases} set in bold by Markdown should stand "
        "out.",
        "Mark up {relation.firm} {n} {n|passage|passages} as **bold**, wherever in the text you like.",
        "When you are done, count the passages in Markdown bold: I asked for {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.bold_spans:
            return None
        return agreed({len(text.bold_spans)}, rng, sure=text.part(spans).sure, most_exact=_MOST_EXACT)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.bold_spans)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("bold_spans", params["relation"], params["n"]),)


class Italic(CountedType):
    """Number of stretches between single asterisks or single underscores on one line outside code."""

    name = "emphasis:italic"
    wordings = (
        "Passages in italics (Markdown): {relation} {n}.",
        "Put {relation} {n} {n|phrase|phrases} in italics, using Markdown.",
        "Your response must contain {relation.firm} {n} italic {n|passage|passages} between single asterisks or "
        "single underscores.",
        "{relation.limit} number of passages in Markdown italics: {n}.",
        "{relation.cap} {n} {n|word or phrase|words or phrases} should be in italics as Markdown writes them.",
        "Could you use Markdown italics for {n} {n|passage|passages}{relation.tail}?",
        "The number of passages that Markdown shows in italics {relation.must} {n}.",
        "I read foreign terms and titles more easily in italics, so set {relation} {n} {n|word or phrase|words or "
        "phrases} in Markdown italics.",
        "Mark up {relation.firm} {n} {n|passage|passages} as *italic* or _italic_, wherever in the text you like.",
        "When you are done, count the passages in Markdown italics: I asked for {n}{relation.tail}.",
    )
    examples = ("The play *Hamlet* is longer than *Macbeth*, and _both_ are played every year.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(spans)
        return agreed({len(found.italic)}, rng, most_exact=_MOST_EXACT) if found.italic and found.sure else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(spans).italic)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("italic_spans", params["relation"], params["n"]),)


class Highlights(CountedType):
    """Number of stretches between single or double asterisks on one line outside code."""

    name = "emphasis:highlights"
    wordings = (
        "Highlighted passages, in *single* or **double** asterisks: {relation} {n}.",
        "Highlight {relation} {n} {n|passage|passages} with asterisks, single or double.",
        "Your response must contain {relation.firm} {n} highlighted {n|part|parts} between single or double asterisks.",
        "{relation.limit} number of passages highlighted with asterisks, one or two on each side: {n}.",
        "{relation.cap} {n} {n|word or phrase|words or phrases} should stand between asterisks, *like this* or **like "
        "this**.",
        "Could you put asterisks, *single* or **double**, around {n} {n|passage|passages}{relation.tail}?",
        "The number of passages between single or double asterisks {relation.must} {n}.",
        "I look first at what is highlighted, so mark {relation} {n} {n|passage|passages} *so* or **so**.",
        "Draw attention to {relation.firm} {n} {n|passage|passages} by single or double asterisks on both sides.",
        "When you are done, count what is in asterisks, be they single or double: I asked for {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(spans)
        return agreed({found.starred}, rng, most_exact=_MOST_EXACT) if found.starred > 1 and found.sure else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return text.part(spans).starred

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("emphasis:bold", "emphasis:italic")


class BoldPhrase(ConstraintType):
    """A phrase that occurs in bold at least once, letter case ignored, with or without other words beside it."""

    name = "emphasis:keyword"
    fields: ClassVar[Mapping[str, Field]] = {"phrase": Quoted()}
    wordings = (
        "Set {phrase} in bold (Markdown) at least once.",
        "Text that must occur in Markdown bold: {phrase}.",
        "Your response must contain {phrase} in bold, marked as in Markdown.",
        "Include {phrase}, and put it in Markdown bold in one place at least.",
        "Make {phrase} stand out in bold, using Markdown, somewhere in the text.",
        "Could you mention {phrase} and have it in Markdown bold at least once?",
        "Somewhere in the response, Markdown bold should be used for {phrase}.",
        "At least one bold passage, as Markdown marks it, must hold {phrase}.",
        "Readers should spot {phrase} at a glance, so use Markdown to print it in bold one time or more.",
        "The words {phrase} have to be seen in bold when the Markdown is displayed.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.bold_spans:
            return None
        phrases = [span.removesuffix(":") for span in text.bold_spans]
        plain = [phrase for phrase in dict.fromkeys(phrases) if _quotable(phrase)]
        return {"phrase": rng.choice(plain)} if plain else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        phrase = str(params["phrase"])
        return any(contains(span, phrase) for span in text.bold_spans)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        included = other.params.get("phrases") if other.type == "keyword:include" else ()
        repeated = isinstance(included, list | tuple) and any(
            contains(params["phrase"], str(each)) for each in included
        )
        return super().conflicts(params, other) or repeated

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("bold_spans", low=1), Limit(f"phrase:{fold(params['phrase'])}", low=1))

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (params["phrase"],)


class NoEmphasis(ConstraintType):
    """Neither bold nor italics; measured on texts with other Markdown."""

    name = "emphasis:absent"
    wordings = (
        "Do not use bold or italics.",
        "No bold, no italics.",
        "Your response must not contain any bold or italic text in Markdown.",
        "Bold and italic type are not allowed in the Markdown that you write.",
        "Number of passages in bold or italics: none.",
        "Could you write without any bold or italic passages?",
        "Leave bold and italics out altogether, wherever they might stand.",
        "Not a single word may be in Markdown bold or in Markdown italics.",
        "Emphasise by your choice of words alone, never by bold or italic type in Markdown.",
        "My font has only one style, so refrain from bold and italics throughout the response, headings and lists "
        "included.",
    )
    examples = (
        "# Ponds\n\n"
        + "The pond lies still, and the carp sleep under the ice until the thaw comes. " * 8
        + "\n\n## End",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        items = len(text.bullet_items) + len(text.numbered_items)
        structured = text.headings or text.tables or items >= _FEWEST_ITEMS
        if len(text.words) < _FEWEST_WORDS or not structured or text.bold_spans:
            return None
        found = text.part(spans)
        return {} if found.sure and not found.italic else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1 / (1 + len(text.bold_spans) + len(text.part(spans).italic)) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type.startswith("emphasis:") or other.type == "markdown:absent"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("bold_spans", high=0), Limit("italic_spans", high=0))


def spans(text: ParsedText) -> Spans:
    """Return the stretches in bold or italics; for ``ParsedText.part``."""
    if "*" not in text.raw and "_" not in text.raw and "<" not in text.raw:
        return Spans((), 0, sure=True)
    italic: list[str] = []
    starred = 0
    sure = True
    for line in text.marked_lines:
        if line.kind in ("blank", "fence", "divider", "rule"):
            continue
        if line.kind == "code":
            sure = sure and not _IN_CODE.search(line.text)
            continue
        if "*" not in line.text and "_" not in line.text and "<" not in line.text:
            continue
        plain = _CODE_SPAN.sub("", line.text)
        sure = sure and (plain == line.text or not any(map(_IN_CODE.search, _CODE_SPAN.findall(line.text))))
        strong = [a for a, b in _STRONG.findall(plain) if _emphasised(a or b)]
        plain = _STRONG.sub(_drop, plain)
        light = [(a, b) for a, b in _ITALIC.findall(plain) if _emphasised(a or b)]
        italic += [a or b for a, b in light]
        starred += sum(map(bool, strong)) + sum(bool(a) for a, _ in light)
        sure = sure and not _LEFT_OVER.search(_ITALIC.sub(_drop, plain))
    return Spans(tuple(italic), starred, sure)


def _emphasised(span: str) -> bool:
    return span == span.strip() and WORD.search(span) is not None


def _drop(match: regex.Match[str]) -> str:
    """Return nothing for what is emphasis, and for the rest what stands there."""
    return "" if _emphasised(match[1] or match[2]) else str(match[0])


def _quotable(phrase: str) -> bool:
    plain = not any(char in phrase for char in '"“”*_`[]()#|<>:\\') and phrase[-1:].isalpha() and phrase[0].isalpha()
    return plain and len(phrase.split()) <= _LONGEST and "  " not in phrase


TYPES: tuple[ConstraintType, ...] = (Bold(), Italic(), Highlights(), BoldPhrase(), NoEmphasis())
