"""What different educated readers take for the words, sentences and paragraphs of a Markdown text.

Each function gives several readings; a constraint is plainly true if it holds under every one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import regex

WORD_CHARACTER = r"[\p{L}\p{M}\p{N}_]"
ADDRESS = r"(?:https?://|www\.)[^\s)\]>]+"
NUMBER = r"\d+(?:[.,:]\d+)+[\p{L}\p{M}]*"
JOINED = regex.compile(rf"{ADDRESS}|{NUMBER}|{WORD_CHARACTER}+(?:['’‑-]{WORD_CHARACTER}+)*")
SPLIT = regex.compile(rf"{ADDRESS}|{NUMBER}|{WORD_CHARACTER}+(?:['’]{WORD_CHARACTER}+)*")
URL = regex.compile(ADDRESS)
LABEL = regex.compile(r"(?m)^([ \t>]*(?:[-*+•][ \t]+)?)(?:\d+[.):]|\(?[a-zA-Z][.)])(?=[ \t])")
FENCED = regex.compile(r"(?ms)^[ \t]*(```+|~~~+)[^\n]*\n.*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)")
BLANK = regex.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
LINK = regex.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
EMPHASIS = regex.compile(r"\*+|`+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])|~~")
HEADING = regex.compile(r"^[ ]{0,3}#{1,6}(?:[ \t]|$)")
OUTER = regex.compile(r"^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$")
NEW_UNIT = regex.compile(r"^\s*(?:[-*+•–]\s|\d+[.)]\s|\(?[a-zA-Z][.)]\s|#{1,6}\s|>|\|)")
ITEM = regex.compile(r"^\s*(?:[-*+•–]|\d+[.)]|\(?[a-zA-Z][.)])\s")
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
RELATIONS = {"exactly": int.__eq__, "at_least": int.__ge__, "at_most": int.__le__}


def related(counts: Iterable[int], params: Mapping[str, Any]) -> bool:
    """Whether every count keeps the relation to ``n``."""
    found = list(counts)
    return bool(found) and all(RELATIONS[params["relation"]](count, params["n"]) for count in found)


def lines_of(raw: str) -> str:
    """The text with one kind of line end."""
    return raw.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")


def without_code(raw: str) -> str:
    """The text without its fenced code blocks."""
    return FENCED.sub("", lines_of(raw))


def rendered(text: str) -> str:
    """The text as it shows: without the signs of emphasis and code, links as what is clicked on."""
    return EMPHASIS.sub("", LINK.sub(r"\1", text))


def same_apostrophes(text: str) -> str:
    """The text with one form of apostrophe."""
    return text.replace("’", "'").replace("‘", "'").replace("ʼ", "'")


def blocks(raw: str) -> list[list[str]]:
    """Readings of the paragraphs: all that blank lines divide, and of this what holds a word."""
    found = [block for block in BLANK.split(lines_of(raw).strip()) if block.strip()]
    worded = [block for block in found if regex.search(r"[\p{L}\p{N}]", block)]
    return [found] if found == worded else [found, worded]


@lru_cache(maxsize=64)
def word_lists(text: str) -> tuple[tuple[str, ...], ...]:
    """Readings of the words of a text as it stands, list numbers counted or not, hyphens joining or dividing."""
    found: dict[tuple[str, ...], None] = {}
    for labelled in dict.fromkeys((text, LABEL.sub(r"\1", text))):
        shown = rendered(labelled)
        stripped = (OUTER.sub("", token) for token in shown.split())
        found[tuple(token for token in stripped if token)] = None
        found[tuple(JOINED.findall(shown))] = None
        found[tuple(SPLIT.findall(shown))] = None
    return tuple(found)


@lru_cache(maxsize=8)
def all_word_lists(raw: str) -> tuple[tuple[str, ...], ...]:
    """Readings of the words, code blocks counted or not."""
    texts = [text for text in dict.fromkeys((raw, without_code(raw))) if regex.search(r"[\p{L}\p{N}]", text)]
    return tuple(words for text in texts for words in word_lists(text))


def word_counts(text: str) -> set[int]:
    """Numbers of words that readers may arrive at; a script without spaces gives a wide range."""
    counts = {len(words) for words in word_lists(text)}
    unspaced = len(UNSPACED.findall(text))
    if unspaced:
        rest = {len(words) for words in word_lists(UNSPACED.sub(" ", text))}
        counts = {count + unspaced for count in rest} | {count + -(-unspaced // 3) for count in rest}
    return counts


# --- sentences

_NEVER_LAST = (
    "mr mrs ms dr prof st vs e.g i.e eg ie cf viz eds mt gen col lt sgt capt rev "
    "hon gov sen rep pres approx dept est esp incl resp sra dra srta ud uds num núm pág págs bzw z.b d.h "
    "u.a nr"
)
NEVER_LAST = frozenset(_NEVER_LAST.split())
_MAYBE_LAST = (
    "etc al jr sr inc ltd co corp a.m p.m u.s u.k u.s.a u.n e.u d.c b.c a.d b.c.e c.e ph.d m.d b.a m.a "
    "b.s m.s jan feb apr jun jul aug sep sept oct nov dec mon tue wed thu fri ave blvd rd "
    "hrs hr lb lbs oz tsp tbsp ee.uu и.т.д т.д т.п др г гг в вв"
)
MAYBE_LAST = frozenset(_MAYBE_LAST.split())
BEFORE_A_NUMBER = frozenset({"no", "nos", "p", "pp", "vol", "fig", "figs", "art", "ch", "ca"})
END = regex.compile(r"(?P<mark>[.!?…؟।]+)(?P<close>[\"'”’»)\]]*)(?=\s|$)|(?P<mark>[。！？]+)(?P<close>[」』”’）]*)")


_STARTERS = (
    "the this that these those it could would can if in for to as there what how why a an your our its my here please "
    "let when while however overall some many most it's there's here's don't do is are according after before since "
    "because with by on at from both each such also then thus but and so not"
)
STARTERS = frozenset(_STARTERS.split())


def _starts_a_sentence(text: str) -> bool:
    """Whether the first word is one that has a capital only at the head of a sentence; an emoji is no word."""
    first = text.split(maxsplit=1)[0]
    if regex.match(r"\p{So}", first):
        return True
    return first[0].isupper() and same_apostrophes(first).rstrip(",").lower() in STARTERS


def split_sentences(line: str, liberal: bool) -> list[str]:
    """The sentences of a line; the two ways differ where a sentence perhaps ends."""
    found: list[str] = []
    start = 0
    for match in END.finditer(line):
        if _ends(line, match, liberal) and line[start : match.end()].strip():
            found.append(line[start : match.end()].strip())
            start = match.end()
    rest = line[start:].strip()
    if rest:
        found.append(rest)
    return [sentence for sentence in found if regex.search(r"[\p{L}\p{N}]", sentence)]


def _ends(line: str, match: regex.Match[str], liberal: bool) -> bool:
    mark, close = match["mark"], match["close"]
    after = line[match.end() :].lstrip()
    if not after or mark[0] in "。！？" or (line[match.end() :].lstrip(" ")[:1] == "\n" and not after[0].islower()):
        return True
    before = line[: match.start()].split()
    last = OUTER.sub("", before[-1]).lower() if before else ""
    if mark == "." and not close and before and not before[-1].endswith(tuple(')]"”’»')):
        if last in BEFORE_A_NUMBER and after[0].isdigit():
            return False
        if last in NEVER_LAST or (len(last) == 1 and last.isalpha() and before[-1].lstrip("(\"'“")[:1].isupper()):
            return liberal and len(last) == 1 and after[0].isupper()
        if _starts_a_sentence(after) and last in MAYBE_LAST:
            return True
        if last in MAYBE_LAST or (len(last) == 1 and last.isalpha()) or regex.fullmatch(r"(?:\p{L}\.)+\p{L}", last):
            return liberal and after[0].isupper()
        if len(before) == 1 and regex.fullmatch(r"\(?(?:\d+|[ivx]+|[a-z])", before[0].lower()):
            return False
    opening = after.lstrip("\"'“‘«([¿¡-–—*")[:1]
    if opening.islower():
        # Some write without capitals; after a question or exclamation the sentence may go on.
        return (mark == "." and not close and len(last) > 2) or bool(not close and regex.match(r"i['’ ]", after))
    if mark[0] == "…" or mark.startswith(".."):
        return liberal
    if close and mark != ".":
        return liberal or _starts_a_sentence(after)
    return True


def units(text: str, joining: bool) -> list[str]:
    """The stretches of text that no sentence crosses: lines, or lines joined where a paragraph goes on."""
    found: list[str] = []
    fresh = True
    for line in lines_of(text).split("\n"):
        if not line.strip():
            fresh = True
            continue
        if (
            fresh
            or NEW_UNIT.match(line)
            or found[-1].rstrip("* _").endswith((":", "："))
            or not (joining or _goes_on(found[-1], line))
        ):
            found.append(line)
        else:
            found[-1] += "\n" + line.strip()
        fresh = bool(HEADING.match(line))
    bare = (regex.sub(r"^[\s>]*(?:#{1,6}\s+|[-*+•]\s+)?(?:\d+[.)]\s+)?", "", unit) for unit in found)
    return [unit for unit in (rendered(unit).strip() for unit in bare) if unit]


def _goes_on(line: str, following: str) -> bool:
    """Whether a sentence plainly continues on the next line, as in verse."""
    return line.rstrip("* _").endswith((",", ";", "—", "–", "-")) or following.lstrip()[:1].islower()


@lru_cache(maxsize=16)
def sentence_lists(raw: str, headings: bool = True) -> tuple[tuple[str, ...], ...]:
    """Readings of the sentences of a text.

    They differ in whether a line break ends a sentence, what ends one in doubt, and whether what has no final
    mark, such as a heading, is one. What leads in to a list with a colon is one to all.
    """
    found: dict[tuple[str, ...], None] = {}
    text = without_code(lines_of(raw))
    if not headings:
        text = "\n".join("" if HEADING.match(line) else line for line in text.split("\n"))
    for joining in (False, True):
        parts = units(text, joining)
        for liberal in (False, True):
            sentences = tuple(sentence for part in parts for sentence in split_sentences(part, liberal))
            found[sentences] = None
            found[tuple(sentence for sentence in sentences if _finished(sentence))] = None
    return tuple(sentences for sentences in found if sentences) or ((),)


def sentence_count_at_most(block: str) -> int:
    """The most sentences that a reader may find in a block of text: items of a list count, other fragments do not."""
    items: list[str] = []
    within = False
    for line in without_code(block).split("\n"):
        if ITEM.match(line):
            items.append(line)
        elif items and within and not NEW_UNIT.match(line):
            items[-1] += " " + line.strip()
        within = bool(line.strip())
    shown = [rendered(ITEM.sub("", item)).strip() for item in items]
    unfinished = sum(not _finished(found[-1]) for item in shown if (found := split_sentences(item, liberal=True)))
    return unfinished + max(sum(map(_finished, found)) for found in sentence_lists(block))


def _finished(sentence: str) -> bool:
    return bool(END.search(sentence)) or (sentence.rstrip('"”’» ').endswith((":", "：")) and len(sentence.split()) > 4)


def final_mark(sentence: str) -> str:
    """The mark that a sentence ends with, whatever closes behind it."""
    return sentence.rstrip(" \"'”’»)]」』）*_`")[-1:]


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """A word without case and outer marks, with one form of apostrophe."""
    return same_apostrophes(OUTER.sub("", word)).casefold()
