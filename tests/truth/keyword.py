"""A second opinion on keyword:*, written from its wordings alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import regex

from tests.truth.plain_text import (
    URL,
    all_word_lists,
    bare,
    blocks,
    lines_of,
    related,
    rendered,
    same_apostrophes,
    sentence_lists,
    without_code,
    word_lists,
)

Params = Mapping[str, Any]
LETTER = r"[\p{L}\p{M}\p{N}]"


@lru_cache(maxsize=4096)
def _expression(phrase: str, loose: bool, cased: bool) -> regex.Pattern[str]:
    phrase = same_apostrophes(phrase)
    if loose:
        body = r"\s+".join(map(regex.escape, phrase.split()))
        before, after = rf"(?<!{LETTER})", rf"(?!{LETTER})"
    else:
        body = regex.escape(phrase)
        before, after = rf"(?<!{LETTER}|{LETTER}[-'‑_])", rf"(?!{LETTER}|[-'‑_]{LETTER})"
    before = before if regex.match(LETTER, phrase) else ""
    after = after if regex.search(rf"{LETTER}$", phrase) else ""
    return regex.compile(before + body + after, 0 if cased else regex.IGNORECASE)


@lru_cache(maxsize=64)
def _texts(text: str) -> tuple[tuple[str, ...], str]:
    """Readings of what counts as the text, and the one with everything in it."""
    raw = same_apostrophes(lines_of(text))
    # A fence without its other half may close or open one.
    outside = raw if regex.subn(r"(?m)^[ \t]*(?:```|~~~)", "", raw)[1] % 2 else without_code(raw)
    readings = (raw, rendered(raw), URL.sub(" ", outside))
    return tuple(dict.fromkeys(readings)), raw


def places(text: str, phrase: str, cased: bool = False) -> list[list[int]]:
    """Readings of where a phrase occurs as whole words: in code and addresses or not, beside a hyphen or not."""
    readings, _ = _texts(text)
    return [
        [match.start() for match in _expression(phrase, loose, cased).finditer(reading)]
        for reading in readings
        for loose in (True, False)
    ]


def occurs(text: str, phrase: str) -> bool:
    """Whether a phrase occurs under every reading."""
    return all(places(text, phrase))


def absent(text: str, phrase: str) -> bool:
    """Whether a phrase occurs under no reading."""
    return not any(places(text, phrase))


def include(raw: str, params: Params) -> bool:
    return all(occurs(raw, phrase) for phrase in params["phrases"])


def exclude(raw: str, params: Params) -> bool:
    return all(absent(raw, phrase) for phrase in params["phrases"])


def any_of(raw: str, params: Params) -> bool:
    return any(occurs(raw, phrase) for phrase in params["phrases"])


def frequency(raw: str, params: Params) -> bool:
    return related({len(found) for found in places(raw, params["keyword"])}, params)


def case(raw: str, params: Params) -> bool:
    keyword = params["keyword"]
    return occurs(raw, keyword) and all(
        folded == exact for folded, exact in zip(places(raw, keyword), places(raw, keyword, cased=True), strict=True)
    )


def every_paragraph(raw: str, params: Params) -> bool:
    return all(occurs(block, params["keyword"]) for found in blocks(raw) for block in found)


def nth_word(raw: str, params: Params) -> bool:
    at = params["n"] - 1 if params["side"] == "start" else -params["n"]
    return all(
        len(words) >= params["n"] and bare(words[at]) == bare(params["keyword"]) for words in all_word_lists(raw)
    )


def order(raw: str, params: Params) -> bool:
    for readings in zip(*(places(raw, phrase) for phrase in params["phrases"]), strict=True):
        if not all(readings):
            return False
        firsts = [found[0] for found in readings]
        if any(one >= other for one, other in pairwise(firsts)):
            return False
    return True


def _sentence_holds(raw: str, at: int, holds: Callable[[str], bool]) -> bool:
    return all(-len(found) <= at < len(found) and holds(found[at]) for found in sentence_lists(raw))


def place(raw: str, params: Params) -> bool:
    part, _, unit = params["place"].partition("_")
    at = 0 if part == "first" else -1
    if unit == "sentence":
        return _sentence_holds(raw, at, lambda sentence: occurs(sentence, params["phrase"]))
    return all(bool(found) and occurs(found[at], params["phrase"]) for found in paragraphs(raw))


def paragraphs(raw: str) -> Iterable[list[str]]:
    """Readings of the paragraphs: between blank lines or lines, all of them or only those of text."""
    for found in blocks(raw):
        yield found
        # A heading, or what stands like one before a colon, is no paragraph to some.
        yield [block for block in found if not regex.match(r"\s*#{1,6}\s[^\n]*$|(?:\S+\s+){0,3}\S+:[*_]*$", block)]
    yield [line for line in lines_of(raw).split("\n") if regex.search(r"[\p{L}\p{N}]", line)]


def sentence(raw: str, params: Params) -> bool:
    return _sentence_holds(raw, params["n"] - 1, lambda sentence: occurs(sentence, params["keyword"]))


def position(raw: str, params: Params) -> bool:
    def holds(sentence: str) -> bool:
        return all(
            len(words) >= params["m"] and bare(words[params["m"] - 1]) == bare(params["keyword"])
            for words in word_lists(sentence)
        )

    return _sentence_holds(raw, params["n"] - 1, holds)


HOLDS: dict[str, Callable[[str, Params], bool]] = {
    "keyword:include": include,
    "keyword:exclude": exclude,
    "keyword:any": any_of,
    "keyword:frequency": frequency,
    "keyword:case": case,
    "keyword:every_paragraph": every_paragraph,
    "keyword:nth_word": nth_word,
    "keyword:order": order,
    "keyword:place": place,
    "keyword:sentence": sentence,
    "keyword:position": position,
}
