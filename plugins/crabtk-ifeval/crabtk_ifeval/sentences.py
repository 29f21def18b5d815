"""Sentences exactly as NLTK splits English text, faster: only ends that are not plain are put to NLTK."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from crabtk import ParsedText
from crabtk_ifeval.punkt_english import abbreviations, contains_break, splitter

_CLOSERS = "\u2018\u2019\u201c\u201d\xab\xbb"
_END = re.compile(rf"[.?!](?=(?P<after>[)\";}}\]*:@'({{\[?!{_CLOSERS}]|\s+(?P<next>\S+)))")
_STRAY = re.compile(rf"[\"')\]}}{_CLOSERS}]+?(?:\s+|(?=--)|$)", re.MULTILINE)
_OPENERS = '("*['
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z]+|[A-Za-z]+(?:-[A-Za-z]+)+")
_CLOSES = frozenset(')]}*"')
_ASCII_SPACES = str.maketrans(dict.fromkeys("\t\n\r\x0b\x0c", " "))
CONTROLS = re.compile(r"[\x1c-\x1f]")
"""White space for the standard library's expressions, none for the engine that NLTK uses."""


def sentences(text: ParsedText) -> tuple[str, ...]:
    """Return the sentences of a text; a reading for ``ParsedText.part``."""
    return tuple(split(text.raw))


def split(raw: str) -> list[str]:
    """Split a text as NLTK's ``sent_tokenize`` does."""
    if CONTROLS.search(raw):
        return [str(sentence) for sentence in splitter().tokenize(raw)]
    return [raw[start:end] for start, end in _realigned(raw, list(_pieces(raw)))]


def _pieces(raw: str) -> Iterator[tuple[int, int]]:
    """Yield what stands between sentence ends; closing marks may still lead the next piece."""
    start = 0
    for word_start, match in _candidates(raw):
        if _is_break(raw, word_start, match):
            yield start, match.end()
            start = match.start("next") if match["next"] else match.end()
    yield start, len(raw.rstrip())


def _candidates(raw: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield each mark that may end a sentence with the start of its word; of marks in one word the last."""
    held: re.Match[str] | None = None
    start = end = 0
    spaced = raw.translate(_ASCII_SPACES)
    for match in _END.finditer(raw):
        space = spaced.rfind(" ", end + 1, match.start())
        word_start = start if space < 0 else space + 1
        if held is not None and end <= word_start:
            yield start, held
        held, start, end = match, word_start, match.start()
    if held is not None:
        yield start, held


def _is_break(raw: str, word_start: int, match: re.Match[str]) -> bool:
    """Decide a candidate: ``?`` and ``!`` end a sentence, and so does a full stop after a plain word or a bracket."""
    if match[0] != ".":
        return True
    word, after = raw[word_start : match.start()], match["after"]
    if match["next"]:
        if match["next"][0] == ".":
            return contains_break(f"{word}.{after}")
        after = " " + match["next"]
    word = word.lstrip(_OPENERS)
    if _PLAIN_WORD.fullmatch(word):
        known, small = abbreviations(), word.lower()
        if small not in known and small.rpartition("-")[2] not in known:
            return True
    elif raw[match.start() - 1 : match.start()] in _CLOSES:
        return True
    elif word.isascii() and word.isdecimal():
        word = "1"
    return contains_break(f"{word}.{after}")


def _realigned(raw: str, pieces: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Give closing quotes and brackets that lead a piece to the sentence before it; drop empty pieces."""
    moved = 0
    for (start, end), (following, limit) in pairwise(pieces):
        stray = _STRAY.match(raw[following:limit])
        if stray:
            yield start + moved, following + len(stray[0].rstrip())
            moved = stray.end()
            continue
        if start + moved < end:
            yield start + moved, end
        moved = 0
    start, end = pieces[-1]
    if start + moved < end:
        yield start + moved, end
