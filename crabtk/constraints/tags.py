"""Tags in angle brackets: around the whole response, around passages, or none at all."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import RELATION, CountedType, exact_or_at_least
from crabtk.constraints.forms import another_form
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9_-]{0,30})>")
_ANY_TAG = re.compile(r"<[A-Za-z/!]")
_HTML_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,15})(?:[\s/][^<>]*)?>")
_ABOUT_HTML = re.compile(r"\bhtml\b", re.IGNORECASE)
_FEWEST_WORDS = 30
_HTML = (
    "a abbr address area article aside audio b base bdi bdo big blockquote body br button canvas caption center cite "
    "code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font "
    "footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend "
    "li link main map mark menu meta meter nav noscript object ol optgroup option output p param picture pre progress "
    "q rp rt ruby s samp script search section select slot small source span strike strong style sub summary sup svg "
    "table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr"
)
_ELEMENTS = frozenset(_HTML.split())


@dataclass(frozen=True)
class TagName:
    """A tag in angle brackets, opening or closing; the parameter is its name."""

    before: str = "<"
    pattern: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", rf"{self.before}[A-Za-z][A-Za-z0-9_-]*>")

    def write(self, value: Any) -> str:
        """Return the tag."""
        return f"{self.before}{value}>"

    def read(self, written: str) -> str:
        """Return the name in the tag."""
        return written[len(self.before) : -1]


_FIELDS: Mapping[str, Field] = {"tag": TagName(), "tag.close": TagName("</")}


class WrappedInTag(ConstraintType):
    """The response begins with the opening tag and ends with the closing one; neither occurs a second time."""

    name = "tag:wrapped"
    fields: ClassVar[Mapping[str, Field]] = _FIELDS
    example_params: ClassVar[tuple[Params, ...]] = ({"tag": "answer"}, {"tag": "section-1"})
    examples = ("<answer>\nThe tide turns at noon.\n</answer>",)
    wordings = (
        "Wrap everything in {tag} and {tag.close}, one pair only.",
        "Wrap your whole response in one pair of tags, {tag} and {tag.close}.",
        "Your entire response must stand between a single {tag} and a single {tag.close}.",
        "Begin the response with {tag} and end it with {tag.close}; use neither tag a second time.",
        "Could you put the tag {tag} before your answer and {tag.close} after it, once each, and write nothing "
        "outside of them?",
        "Enclose all that you write in {tag} and {tag.close}, which may not occur again in between.",
        "The first thing in the response is {tag}, the last is {tag.close}, and neither is used in between.",
        "My script cuts out what lies between {tag} and {tag.close} and rejects anything else, so set the whole "
        "response between exactly one such pair.",
        "Tags around the whole response, one pair and no more: {tag} and {tag.close}.",
        "Let {tag} open and {tag.close} close the response, both of them one time only.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        first = _TAG.match(text.raw.strip()) if "<" in text.raw else None
        return {"tag": first[1]} if first and self.check(text, {"tag": first[1]}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        raw, opening, closing = text.raw.strip(), f"<{params['tag']}>", f"</{params['tag']}>"
        whole = raw.startswith(opening) and raw.endswith(closing)
        once = raw.count(opening) == raw.count(closing) == 1
        return whole and once and bool(WORD.search(raw[len(opening) : -len(closing)]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        family = other.type.partition(":")[0]
        elsewhere = family in ("start_end", "copy") or other.type in ("quotation:whole", "heading:first", "html:absent")
        same_tag = other.type == "tag:count" and other.params["tag"] == params["tag"]
        return super().conflicts(params, other) or another_form(self.name, other) or elsewhere or same_tag

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (f"<{params['tag']}>", f"</{params['tag']}>")


class TaggedPassages(CountedType):
    """Number of passages that hold a word, each from an opening tag to the next closing one, anywhere."""

    name = "tag:count"
    fields: ClassVar[Mapping[str, Field]] = {**RELATION, "n": Count(), **_FIELDS}
    example_params: ClassVar[tuple[Params, ...]] = (
        {"tag": "b", "relation": "exactly", "n": 2},
        {"tag": "term", "relation": "at_least", "n": 1},
    )
    examples = ("The <b>ebb</b> follows the <b>flood</b>, and the <b>flood</b> follows the ebb.",)
    wordings = (
        "Passages between {tag} and {tag.close}: {relation} {n}.",
        "Use {relation} {n} {n|passage|passages} enclosed in {tag} and {tag.close}.",
        "Your response must contain {relation.firm} {n} {n|stretch|stretches} of text between {tag} and {tag.close}.",
        "{relation.limit} number of passages tagged from {tag} to {tag.close}: {n}.",
        "{relation.cap} {n} {n|passage|passages} should open with {tag} and close with {tag.close}.",
        "Could you mark {n} {n|passage|passages}{relation.tail}? Put {tag} before and {tag.close} after.",
        "The number of passages with {tag} before and {tag.close} after them {relation.must} {n}.",
        "I extract everything between {tag} and {tag.close}, and I expect {relation} {n} {n|passage|passages} of that "
        "kind.",
        "Put {tag} and {tag.close} around parts of the text, so that {relation} {n} {n|part is|parts are} enclosed in "
        "the end.",
        "When you are done, count the passages from {tag} to the next {tag.close}: what I asked for is "
        "{n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if "<" not in text.raw or text.code_blocks:
            return None
        raw, lower = text.raw, text.raw.lower()
        found = []
        for tag in sorted(set(_TAG.findall(raw))):
            passages = _passages(text, tag)
            # Attributes, nesting and capitals are where readers part.
            tags = lower.count(f"<{tag.lower()}"), lower.count(f"</{tag.lower()}"), raw.count(f"<{tag}>")
            if passages > 1 and set(tags) == {passages}:
                found.append({"tag": tag, **exact_or_at_least(passages, rng)})
        return rng.choice(found) if found else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return _passages(text, str(params["tag"]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        wrapped = other.type == "tag:wrapped" and other.params["tag"] == params["tag"]
        needed = other.type == "html:absent" and params["relation"] != "at_most" and params["tag"].lower() in _ELEMENTS
        return super().conflicts(params, other) or wrapped or needed


class NoHtml(ConstraintType):
    """No HTML tag anywhere, code included; a tag is an element's name in angle brackets, opening or closing.

    Measured where there is occasion for tags: in Markdown tables, and where the instruction speaks of HTML.
    """

    name = "html:absent"
    examples = (
        "A tide table has one row for each day.\n\n| day | high water | low water |\n|---|---|---|\n| Monday | at dawn "
        "| at noon |\n| Tuesday | after dawn | after noon |\n\nRead it before you sail, and once more before you land.",
    )
    wordings = (
        "Do not use any HTML tags.",
        "Your response must not contain a single HTML tag, not even in code.",
        "Avoid HTML tags throughout, code included.",
        "HTML tags: none, neither in the text nor in code.",
        "Could you write this without any HTML tags, code included?",
        "No HTML tags may appear anywhere in the response.",
        "Leave out HTML tags of every kind, be they opening or closing, in the text as well as in code.",
        "There should be no HTML tag in the response from start to end.",
        "My forum strips HTML tags and garbles what is around them, so do without them entirely, in code too.",
        "Whatever markup you need, it must not be HTML: not one tag such as those for bold text or line breaks, and "
        "none in code either.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or _ANY_TAG.search(text.raw):
            return None
        occasion = text.tables or (text.prompt is not None and _ABOUT_HTML.search(text.prompt))
        return {} if occasion else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and not _html_tags(text)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1 / (1 + _html_tags(text)) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        needed = other.type in ("tag:wrapped", "document:thesis")
        return (
            super().conflicts(params, other)
            or needed
            or (other.type == "code:block" and str(other.params["language"]).lower() == "html")
        )

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _tags_in(phrase)


def _passages(text: ParsedText, tag: str) -> int:
    raw, opening, closing = text.raw, f"<{tag}>", f"</{tag}>"
    found, start = 0, raw.find(opening)
    while start >= 0:
        inner = start + len(opening)
        end = raw.find(closing, inner)
        if end < 0:
            break
        found += bool(WORD.search(raw, inner, end))
        start = raw.find(opening, end)
    return found


def _html_tags(text: ParsedText) -> int:
    return text.part(_count_html)


def _count_html(text: ParsedText) -> int:
    return _tags_in(text.raw)


def _tags_in(raw: str) -> int:
    return sum(name.lower() in _ELEMENTS for name in _HTML_TAG.findall(raw)) if "<" in raw else 0


TYPES: tuple[ConstraintType, ...] = (WrappedInTag(), TaggedPassages(), NoHtml())
