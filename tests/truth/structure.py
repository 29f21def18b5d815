"""What the wordings of lists, headings, emphasis, sections and marks of a document say, read a second time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from tests.truth.forms import sorted_by_any_reading
from tests.truth.inline_markdown import stretches
from tests.truth.plain_markdown import (
    bare_of_emphasis,
    fences,
    fewest_words,
    has_word,
    holds_for_all,
    lines_of,
    most_words,
    tables,
    without_code,
    without_fences,
)

OPINIONS: dict[str, Callable[[str, dict], bool]] = {}


def opinion(name: str) -> Callable[[Callable[[str, dict], bool]], Callable[[str, dict], bool]]:
    def register(function: Callable[[str, dict], bool]) -> Callable[[str, dict], bool]:
        OPINIONS[name] = function
        return function

    return register


# Lists

_RULE = re.compile(r"^\s*([-*_])(?:[ \t]*\1){2,}\s*$")
_BULLET = re.compile(r"^(?P<lead>\s*(?:>\s*)*)(?P<mark>[-*+•])(?P<gap>\s+)(?P<text>\S.*)$")
_NUMBERED = re.compile(r"^(?P<lead>\s*(?:>\s*)*)(?P<mark>\d{1,9}[.)])(?P<gap>\s+)(?P<text>\S.*)$")
_LOOSE_BULLET = re.compile(r"^[\s>]*(?:[•◦●▪▫■□○‣⁃·–➢➤►▶✓✔☐]\s*\S|[-*+]\s+\S)")
_LOOSE_NUMBER = re.compile(r"^[\s>]*(?:[-*+•]\s+)?[*_]{0,3}\(?\d{1,3}\\?[*_]{0,3}(?:[.)](?!\d)|:\s)")


def _is_rule(line: str) -> bool:
    return _RULE.match(line) is not None


@dataclass
class Item:
    indent: int
    content: int
    """Column at which the item's text begins."""
    mark: str
    first: str
    more: list[str] = field(default_factory=list)

    @property
    def bulleted(self) -> bool:
        return self.mark in "-*+•"

    @property
    def lines(self) -> list[str]:
        return [self.first, *self.more]


@dataclass
class Reading:
    """The items of a text in lists, by one way of telling where a list ends."""

    lists: list[list[Item]] = field(default_factory=list)

    @property
    def items(self) -> list[Item]:
        return [item for items in self.lists for item in items]


def _item(line: str) -> Item | None:
    if _is_rule(line):
        return None
    match = _BULLET.match(line) or _NUMBERED.match(line)
    if not match:
        return None
    indent = len(match["lead"].expandtabs(4))
    return Item(indent, indent + len(match["mark"]) + min(len(match["gap"]), 4), match["mark"], match["text"].strip())


def read_lists(
    raw: str, *, lazy: bool, by_kind: bool = False, restarts: bool = False, resumes: bool = False
) -> Reading:
    """Read the lists.

    Args:
        raw: The text.
        lazy: Whether unindented text right below an item belongs to the item.
        by_kind: Whether another kind of mark at the outermost level begins another list.
        restarts: Whether an outermost number 1 begins another list.
        resumes: Whether numbers that go on from before the text between continue the list.
    """
    reading = Reading()
    ended, blank = True, True
    last_number = 0
    inside = {n for fence in fences(raw) for n in range(fence.first, fence.last + 1)}
    for number, line in enumerate(lines_of(raw)):
        item = None if number in inside else _item(line)
        if item is None:
            if not line.strip():
                blank = True
                continue
            indent = len(line) - len(line.lstrip())
            belongs = indent >= 2 or (lazy and not blank and not re.match(r"#{1,6}\s|```|~~~|\|", line))
            if reading.lists and not ended and belongs:
                if number not in inside:
                    reading.lists[-1][-1].more.append(line.strip())
            else:
                ended = True
            blank = False
            continue
        new = ended or not reading.lists
        outer = not new and item.indent <= reading.lists[-1][0].indent
        figure = 0 if item.bulleted else int(item.mark[:-1])
        if new and resumes and reading.lists and figure > 1 and figure == last_number + 1:
            new = False
        if by_kind and outer:
            before = next(i for i in reversed(reading.lists[-1]) if i.indent <= reading.lists[-1][0].indent)
            new |= before.mark[-1] != item.mark[-1]
        if restarts and outer and figure == 1 and len(reading.lists[-1]) > 0:
            new = True
        if new:
            reading.lists.append([])
        if not item.bulleted and (new or item.indent <= reading.lists[-1][0].indent):
            last_number = figure
        reading.lists[-1].append(item)
        ended = blank = False
    return reading


def readings(raw: str) -> list[Reading]:
    return [
        read_lists(raw, lazy=True),
        read_lists(raw, lazy=False),
        read_lists(raw, lazy=True, by_kind=True),
        read_lists(raw, lazy=True, restarts=True),
        read_lists(raw, lazy=True, resumes=True),
    ]


def _outer(items: list[Item]) -> list[Item]:
    least = min(item.indent for item in items)
    return [item for item in items if item.indent <= least]


def _depths(items: list[Item]) -> list[int]:
    """The level of each item, which is below an item before it that is indented less."""
    found, open_items = [], []
    for item in items:
        while open_items and item.indent <= open_items[-1].indent:
            open_items.pop()
        open_items.append(item)
        found.append(len(open_items))
    return found


def _bullet_counts(raw: str) -> list[int]:
    outside = without_fences(raw)
    return [
        sum(bool(_BULLET.match(line)) and not _is_rule(line) for line in outside),
        sum(bool(_LOOSE_BULLET.match(line)) and not _is_rule(line) for line in outside),
    ]


@opinion("list:bullets")
def bullets(raw: str, params: dict) -> bool:
    return holds_for_all(params, _bullet_counts(raw))


@opinion("list:numbered")
def numbered(raw: str, params: dict) -> bool:
    outside = without_fences(raw)
    return holds_for_all(
        params,
        [
            sum(bool(_NUMBERED.match(line)) for line in outside),
            sum(bool(_LOOSE_NUMBER.match(line)) for line in outside),
        ],
    )


@opinion("list:numbering")
def numbering(raw: str, params: dict) -> bool:
    marks = [m["mark"] for line in without_fences(raw) if (m := _NUMBERED.match(line))]
    loose = re.findall(r"^[\s>*_]*\(?\d{1,3}\\?[*_]*([.)])(?!\d)", "\n".join(without_fences(raw)), re.MULTILINE)
    sign = {"full_stop": ".", "bracket": ")"}[params["style"]]
    return bool(marks) and all(mark[-1] == sign for mark in marks) and set(loose) == {sign}


@opinion("list:marker")
def marker(raw: str, params: dict) -> bool:
    lines = [line for line in without_fences(raw) if _LOOSE_BULLET.match(line) and not _is_rule(line)]
    return bool(lines) and all(re.match(rf"[\s>]*{re.escape(params['marker'])}\s", line) for line in lines)


@opinion("list:absent")
def list_absent(raw: str, params: dict) -> bool:
    lines = lines_of(raw)
    return (
        has_word(raw)
        and not any((_LOOSE_BULLET.match(line) or _LOOSE_NUMBER.match(line)) and not _is_rule(line) for line in lines)
        and not re.search(r"<[uo]l>", raw)
    )


@opinion("list:count")
def list_count(raw: str, params: dict) -> bool:
    return holds_for_all(params, [len(reading.lists) for reading in readings(raw)])


@opinion("list:items_each")
def items_each(raw: str, params: dict) -> bool:
    return all(
        bool(reading.lists) and all(len(_outer(items)) == params["n"] for items in reading.lists)
        for reading in readings(raw)
    )


@opinion("list:depth")
def depth(raw: str, params: dict) -> bool:
    return all(
        bool(reading.lists) and max(max(_depths(items)) for items in reading.lists) <= params["n"]
        for reading in readings(raw)
    )


@opinion("list:sub_items")
def sub_items(raw: str, params: dict) -> bool:
    counts = [sum(level > 1 for items in reading.lists for level in _depths(items)) for reading in readings(raw)]
    return holds_for_all(params, counts)


@opinion("list:item_words")
def item_words(raw: str, params: dict) -> bool:
    return all(
        bool(reading.items) and all(most_words(" ".join(item.lines)) <= params["words"] for item in reading.items)
        for reading in readings(raw)
    )


def _bare_end(text: str) -> str:
    return re.sub(r"[*_`~\s]+$", "", text)


@opinion("list:item_end")
def item_end(raw: str, params: dict) -> bool:
    def ends(text: str) -> bool:
        last = _bare_end(text)[-1:]
        return last == "." if params["mark"] == "full_stop" else last not in set(".,;:!?。，；：！？…")

    return all(
        bool(reading.items) and all(ends(item.first) and ends(item.lines[-1]) for item in reading.items)
        for reading in readings(raw)
    )


@opinion("list:item_label")
def item_label(raw: str, params: dict) -> bool:
    def labelled(item: Item) -> bool:
        match = re.match(r"(\*\*|__)(?!\s)(.+?)(?<!\s)\1(.*)$", " ".join(item.lines))
        return match is not None and has_word(match[2]) and has_word(match[3])

    return all(bool(reading.items) and all(map(labelled, reading.items)) for reading in readings(raw))


@opinion("list:alphabetical")
def alphabetical(raw: str, params: dict) -> bool:
    def plain(item: Item) -> str:
        return re.sub(r"^[\W_]+", "", item.first)

    def in_order(items: list[Item]) -> bool:
        return sorted_by_any_reading([plain(item) for item in items], descending=False)

    return all(
        any(len(_outer(items)) > 1 for items in reading.lists)
        and all(in_order(_outer(items)) for items in reading.lists)
        for reading in readings(raw)
    )


_LETTERED = re.compile(r"^\s*[A-Za-z][.)]\s+\S")
_LOOSE_LETTERED = re.compile(r"^[\s>]*(?:[-*+•]\s+)?[*_]{0,3}\(?[A-Za-z][*_]{0,3}[.)](?![A-Za-z.])")


@opinion("list:lettered")
def lettered(raw: str, params: dict) -> bool:
    outside = without_fences(raw)
    return holds_for_all(
        params,
        [
            sum(bool(_LETTERED.match(line)) for line in outside),
            sum(bool(_LOOSE_LETTERED.match(line)) for line in outside),
        ],
    )


@opinion("list:custom_marker")
def custom_marker(raw: str, params: dict) -> bool:
    mark = params["marker"]
    return sum(line.strip().startswith(mark) and has_word(line.strip()[len(mark) :]) for line in lines_of(raw)) >= 2


@opinion("list:two_level")
def two_level(raw: str, params: dict) -> bool:
    def good(reading: Reading) -> bool:
        outer = 0
        for items in reading.lists:
            if not any(item.bulleted for item in _outer(items)):
                continue
            groups: list[list[Item]] = []
            for item in items:
                if item in _outer(items):
                    groups.append([item])
                else:
                    groups[-1].append(item)
            for first, *rest in groups:
                if first.bulleted:
                    outer += 1
                    if first.mark != params["marker"] or not any(i.mark == params["sub_marker"] for i in rest):
                        return False
        return outer > 0

    return all(map(good, readings(raw)))


@opinion("list:after_sentences")
def after_sentences(raw: str, params: dict) -> bool:
    lines = without_fences(raw)
    mark = re.escape(params["marker"])
    places = [n for n, line in enumerate(lines) if re.match(rf"\s*{mark}\s+\S", line) and not _is_rule(line)]
    if len(places) < params["items"]:
        return False
    before = "\n".join(line for line in lines[: places[0]] if not re.match(r"\s*(?:#|\||\d+[.)]\s|[-*+•]\s)", line))
    before = re.sub(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|e\.g|i\.e|etc|vs|approx|[A-Za-z])\.(?=\s)", "x", before)
    ends = re.findall(r"\w[\"'”’)\]>*_]*\.[\"'”’)\]*_]*(?=\s|$)", before)
    return len(ends) >= params["sentences"]


# Headings


@dataclass
class Heading:
    level: int
    text: str
    line: int


_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")


def headings(raw: str) -> list[Heading]:
    found = []
    for number, line in enumerate(without_fences(raw)):
        match = _ATX.match(line)
        if match:
            found.append(Heading(len(match[1]), (match[2] or "").strip(), number))
    return found


def _underlined(raw: str) -> list[int]:
    """The lines that Markdown shows as headings since the next line underlines them."""
    lines = without_fences(raw)
    return [
        n
        for n, (line, below) in enumerate(pairwise(lines))
        if line.strip() and not _item(line) and "|" not in line and not _ATX.match(line) and not _is_rule(line)
        and not line.lstrip().startswith(">") and len(line) - len(line.lstrip()) < 4
        and re.match(r"^ {0,3}(?:=+|-+)\s*$", below)
    ]  # fmt: skip


def _loose_headings(raw: str) -> int:
    """Lines that begin with ``#`` whatever follows, as in ``#Title``."""
    return sum(bool(re.match(r"^\s*(?:>\s*)*(?:[-*+]\s+)?#+", line)) for line in without_fences(raw))


def _plain_headings(raw: str) -> bool:
    return not _underlined(raw) and _loose_headings(raw) == len(headings(raw)) and all(h.text for h in headings(raw))


@opinion("heading:count")
def heading_count(raw: str, params: dict) -> bool:
    atx = len(headings(raw))
    return holds_for_all(params, [atx, atx + len(_underlined(raw)), _loose_headings(raw)])


@opinion("heading:absent")
def heading_absent(raw: str, params: dict) -> bool:
    return not headings(raw) and not _underlined(raw) and not re.search(r"^\s*#{1,6}\s", raw, re.MULTILINE)


@opinion("heading:first")
def heading_first(raw: str, params: dict) -> bool:
    found = _ATX.match(raw.lstrip("\n").split("\n")[0])
    return found is not None and has_word(found[2] or "")


@opinion("heading:level")
def heading_level(raw: str, params: dict) -> bool:
    found = headings(raw)
    return bool(found) and all(h.level == params["level"] for h in found) and _plain_headings(raw)


@opinion("heading:numbered")
def heading_numbered(raw: str, params: dict) -> bool:
    found = headings(raw)
    return bool(found) and all(re.match(r"[*_]*\d", h.text) for h in found) and _plain_headings(raw)


@opinion("heading:text")
def heading_text(raw: str, params: dict) -> bool:
    def plain(text: str) -> str:
        text = bare_of_emphasis(text)
        return " ".join(bare_of_emphasis(text.removesuffix(":")).removesuffix(":").casefold().split())

    return any(plain(h.text) == " ".join(params["phrase"].casefold().split()) for h in headings(raw))


@opinion("heading:words")
def heading_words(raw: str, params: dict) -> bool:
    found = headings(raw)
    return bool(found) and all(most_words(h.text) <= params["words"] for h in found) and _plain_headings(raw)


# Sections


def _sections(raw: str) -> list[list[str]] | None:
    """The text under each heading of the level of sections; None where readers see different sections."""
    found = headings(raw)
    if not found or not _plain_headings(raw):
        return None
    lines = lines_of(raw)
    top = min(h.level for h in found)
    title = None
    if sum(h.level == top for h in found) == 1 and found[0].level == top and len(found) > 1:
        title, found = found[0], found[1:]
        top = min(h.level for h in found)
        if found[0].level != top:
            return None
    if found[0].level != top:
        return None
    if title is None and len(found) > 1 and found[0].level == found[1].level:
        between = "\n".join(lines[found[0].line + 1 : found[1].line])
        if not has_word(between):
            return None
    own = [h for h in found if h.level == top]
    ends = [h.line for h in own[1:]] + [len(lines)]
    return [lines[h.line + 1 : end] for h, end in zip(own, ends, strict=True)]


@opinion("section:count")
def section_count(raw: str, params: dict) -> bool:
    found = _sections(raw)
    return found is not None and holds_for_all(params, [len(found), sum(has_word("\n".join(s)) for s in found)])


@opinion("section:words")
def section_words(raw: str, params: dict) -> bool:
    found = _sections(raw)
    if not found:
        return False
    for lines in found:
        section = "\n".join(lines)
        bare = re.sub(r"```.*?```|^\s*#+\s.*$", "", section, flags=re.DOTALL | re.MULTILINE)
        counts = [fewest_words(bare), most_words(section), sum(map(has_word, section.split()))]
        if not holds_for_all(params, counts, key="words"):
            return False
    return True


def _at_line_start(label: str) -> str:
    return rf"^[ \t]*(?:#{{1,6}}[ \t]+)?[*_]*{label}"


@opinion("section:labelled")
def section_labelled(raw: str, params: dict) -> bool:
    label = re.escape(params["label"])
    marks = list(re.finditer(_at_line_start(rf"{label}[ \t]*(\d+)(?!\d)"), raw, re.MULTILINE))
    wanted, places = 1, []
    for mark in marks:
        if int(mark[1]) == wanted and wanted <= params["n"]:
            places.append(mark)
            wanted += 1
    if len(places) < params["n"]:
        return False
    ends = [mark.start() for mark in places[1:]] + [len(raw)]
    texts = [raw[mark.end() : end] for mark, end in zip(places, ends, strict=True)]
    return all(map(has_word, texts))


# Emphasis


def _marks(raw: str, size: int) -> list[int]:
    """Counts of the stretches in bold (2) or italics (1) by CommonMark, over one line or several.

    ``*_this_*`` is a single passage in italics, whatever the number of marks.
    """
    counts = []
    for joined in (True, False):
        found = [(mark, text) for mark, text in stretches(raw, joined=joined) if len(mark) == size]
        whole = {text for _, text in found}
        counts.append(
            sum(has_word(text.replace("\ue000", "x")) and f"{mark}{text}{mark}" not in whole for mark, text in found)
        )
    return counts


def _naive_bold(raw: str) -> int:
    text = "\n".join(without_code(raw))
    return len(re.findall(r"\*\*(?![\s*])(?:(?!\*\*).)+?(?<!\s)\*\*|(?<!\w)__(?![\s_]).+?(?<!\s)__(?!\w)", text))


def _naive_italic(raw: str) -> int:
    text = re.sub(r"\*\*|__", "", "\n".join(without_code(raw)))
    return len(
        re.findall(r"(?<![*\w])\*(?![\s*])[^*\n]+?(?<!\s)\*(?![*\w])|(?<![\w_])_(?![\s_])[^_\n]+?(?<!\s)_(?!\w)", text)
    )


@opinion("emphasis:bold")
def bold(raw: str, params: dict) -> bool:
    return holds_for_all(params, [*_marks(raw, 2), _naive_bold(raw)])


@opinion("emphasis:italic")
def italic(raw: str, params: dict) -> bool:
    return holds_for_all(params, [*_marks(raw, 1), _naive_italic(raw)])


@opinion("emphasis:highlights")
def highlights(raw: str, params: dict) -> bool:
    starred = [
        sum(mark[0] == "*" and has_word(text.replace("\ue000", "x")) for mark, text in stretches(raw, joined=joined))
        for joined in (True, False)
    ]
    text = "\n".join(without_code(raw))
    rest, naive = re.subn(r"(?<!\*)\*\*(?![\s*])([^*\n]+?)(?<!\s)\*\*(?!\*)", r"\1", text)
    naive += len(re.findall(r"(?<!\*)\*(?![\s*])[^*\n]+?(?<!\s)\*(?!\*)", rest))
    return holds_for_all(params, [*starred, naive])


@opinion("emphasis:absent")
def emphasis_absent(raw: str, params: dict) -> bool:
    html = re.search(r"<(?:b|i|em|strong)>", raw)
    none = not any(stretches(raw, joined=True)) and not any(stretches(raw, joined=False))
    return none and not _naive_bold(raw) and not _naive_italic(raw) and not html


@opinion("emphasis:keyword")
def bold_phrase(raw: str, params: dict) -> bool:
    phrase = re.escape(params["phrase"].casefold())
    whole = re.compile(rf"(?<![^\W_]){phrase}(?![^\W_])")
    return all(
        any(len(mark) == 2 and whole.search(text.casefold()) for mark, text in stretches(raw, joined=joined))
        for joined in (True, False)
    )


@opinion("markdown:absent")
def markdown_absent(raw: str, params: dict) -> bool:
    lettered_lines = sum(bool(re.match(r"^\s*\(?(?:[A-Za-z]|[ivxIVX]{1,4})[.)]\s+\S", line)) for line in lines_of(raw))
    indented = any(
        re.match(r"^(?: {4}|\t)\s*\S", line) and not above.strip() for above, line in pairwise(["", *lines_of(raw)])
    )
    return (
        heading_absent(raw, {})
        and list_absent(raw, {})
        and lettered_lines < 2
        and not tables(raw)
        and not re.search(r"^\s*\|.*\|\s*$", raw, re.MULTILINE)
        and not any(_marks(raw, 2))
        and not _naive_bold(raw)
        and "```" not in raw
        and "~~~" not in raw
        and not indented
        and not re.search(r"<(?:b|strong|table|h[1-6]|ul|ol|pre)>", raw)
    )


# Placeholders and marks of a document


@opinion("placeholder:count")
def placeholders(raw: str, params: dict) -> bool:
    outside = "\n".join(without_code(raw))
    every = list(re.findall(r"\[([^\[\]]*)\]", raw))
    sure = re.findall(r"(?<!\w)(?<!\\)\[([^\W\d_][^\[\]\n]*)\](?![(\[:])", outside)
    sure = [text for text in sure if not re.fullmatch(r"[xX]|\d.*", text)]
    return holds_for_all(params, [len(sure), sum(map(has_word, every))])


@opinion("document:rules")
def rules(raw: str, params: dict) -> bool:
    lines = without_fences(raw)
    shown = sum(_is_rule(line) for line in lines)
    alone = sum(
        _is_rule(line) and not (n and lines[n - 1].strip() and set(line.strip()) == {"-"})
        for n, line in enumerate(lines)
    )
    loose = sum(bool(re.match(r"^\s*[-*_—–=~•]{3,}\s*$", line)) for line in lines)
    spaced = sum(_is_rule(line) and " " in line.strip() for line in lines)
    return holds_for_all(params, [shown, alone, loose + spaced])


@opinion("document:block_quotes")
def block_quotes(raw: str, params: dict) -> bool:
    lines = without_fences(raw)
    runs = sum(bool(re.match(r"^ {0,3}>", b)) and not re.match(r"^ {0,3}>", a) for a, b in pairwise(["", *lines]))
    near, open_ = 0, False
    for line in lines:
        if re.match(r"^\s*>", line):
            near += not open_
            open_ = True
        elif line.strip():
            open_ = False
    return holds_for_all(params, [runs, near])


@opinion("document:footnotes")
def footnotes(raw: str, params: dict) -> bool:
    text = "\n".join(without_fences(raw))
    notes = set(re.findall(r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*\S", text, re.MULTILINE))
    marks = set(re.findall(r"\[\^([^\]\s]+)\](?!:)", text))
    return holds_for_all(params, [len(notes & marks), len(notes), len(marks)])


@opinion("document:greeting")
def greeting(raw: str, params: dict) -> bool:
    first, _, rest = raw.strip().partition("\n")
    first = re.sub(r"[*_]", "", first)
    return (
        re.fullmatch(r"(?:Dear|Hi|Hello)\s+\S.*,", first.strip()) is not None
        and has_word(rest)
        and has_word(first.strip().split(maxsplit=1)[1])
    )


@opinion("document:sign_off")
def sign_off(raw: str, params: dict) -> bool:
    lines = [line.strip() for line in raw.strip().split("\n") if line.strip()]
    return any(
        re.search(r"\b(?:regards|wishes|sincerely|faithfully|truly),$", line, re.IGNORECASE) for line in lines[-6:-1]
    )


@opinion("document:postscript")
def postscript(raw: str, params: dict) -> bool:
    paragraphs = re.split(r"\n[ \t]*\n", raw.strip())
    mark = re.escape(params["marker"])
    found = [m for line in paragraphs[-1].split("\n") if (m := re.match(rf"^\s*[*_]*{mark}(.*)$", line))]
    return bool(found) and has_word(found[0][1])


@opinion("document:template")
def template(raw: str, params: dict) -> bool:
    place = 0
    ends: list[tuple[int, int]] = []
    for label in params["labels"]:
        mark = re.compile(_at_line_start(re.escape(label)), re.MULTILINE).search(raw, place)
        if not mark:
            return False
        ends.append(mark.span())
        place = mark.end()
    texts = [raw[end:after] for (_, end), (after, _) in zip(ends, [*ends[1:], (len(raw), 0)], strict=True)]
    return all(map(has_word, texts))


@opinion("document:thesis")
def thesis(raw: str, params: dict) -> bool:
    found = _sections(raw)
    return bool(found) and all(
        re.match(r"\s*<(i|em)>(?=[^<]*\w)[^<]+</\1>", "\n".join(section), re.IGNORECASE) for section in found or ()
    )


@opinion("document:two_responses")
def two_responses(raw: str, params: dict) -> bool:
    lines = [line.strip() for line in lines_of(raw)]
    if lines.count(params["divider"]) != 1:
        return False
    place = lines.index(params["divider"])
    one, two = (" ".join(" ".join(part).split()) for part in (lines[:place], lines[place + 1 :]))
    return has_word(one) and has_word(two) and one != two


@opinion("title:angle")
def title_angle(raw: str, params: dict) -> bool:
    return any(has_word(text) for text in re.findall(r"<<([^<>\n]+)>>", raw))
