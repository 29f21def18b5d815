"""Bold and italics as CommonMark finds them in running text, written from its rules on delimiter runs."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tests.truth.plain_markdown import without_fences

_OPAQUE = re.compile(
    r"(?<!`)(?P<code>`+)(?!`)[^\0]+?(?<!`)(?P=code)(?!`)"  # inline code
    r"|<(?:https?://|mailto:)[^<>\s]*>"
    r"|</?[a-zA-Z][^<>]*>"
    r"|(?<=\])\([^()\s]*(?:\s\"[^\"\n]*\")?\)"  # the address of a link
    r"|\\[!-/:-@\[-`{-~]"  # an escaped mark
)
_START = re.compile(r"^\s*(?:>\s*)*(?:(?:[-*+•]|\d{1,9}[.)])\s+|#{1,6}\s|\||(?:[-*_]\s*){3,}$)")


@dataclass
class _Run:
    char: str
    size: int
    place: int
    opens: bool
    closes: bool
    length: int


def _is_mark(char: str) -> bool:
    return char != "" and unicodedata.category(char)[0] in "PS"


def _runs(text: str) -> list[_Run]:
    found = []
    for match in re.finditer(r"\*+|_+", text):
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        blank_before, blank_after = not before or before.isspace(), not after or after.isspace()
        left = not blank_after and (not _is_mark(after) or blank_before or _is_mark(before))
        right = not blank_before and (not _is_mark(before) or blank_after or _is_mark(after))
        if match[0][0] == "*":
            opens, closes = left, right
        else:
            opens = left and (not right or _is_mark(before))
            closes = right and (not left or _is_mark(after))
        found.append(_Run(match[0][0], len(match[0]), match.start(), opens, closes, len(match[0])))
    return found


def _emphasise(text: str) -> list[tuple[str, str]]:
    """The stretches of one paragraph: the mark (``*``, ``**``, ``_`` or ``__``) and the text within."""
    text = _OPAQUE.sub(lambda match: "\ue000" * len(match[0]), text)
    runs = _runs(text)
    found: list[tuple[str, str]] = []
    number = 0
    while number < len(runs):
        closer = runs[number]
        if not closer.closes or closer.size == 0:
            number += 1
            continue
        for back in range(number - 1, -1, -1):
            opener = runs[back]
            if opener.char != closer.char or not opener.opens or opener.size == 0:
                continue
            both = opener.closes or closer.opens
            third = (opener.length + closer.length) % 3 == 0 and not (opener.length % 3 == closer.length % 3 == 0)
            if both and third:
                continue
            size = 2 if opener.size >= 2 and closer.size >= 2 else 1
            found.append((opener.char * size, text[opener.place + opener.length : closer.place]))
            opener.size -= size
            closer.size -= size
            for between in runs[back + 1 : number]:
                between.size = 0
            break
        else:
            number += 1
            continue
        if closer.size == 0:
            number += 1
    return found


def _paragraphs(raw: str, *, joined: bool) -> list[str]:
    found: list[list[str]] = []
    start = True
    for line in without_fences(raw):
        if not line.strip():
            start = True
            continue
        if start or not joined or _START.match(line) or (_START.match(found[-1][-1]) and "|" in line):
            found.append([])
        start = re.match(r"^\s*#{1,6}\s", line) is not None
        found[-1].append(re.sub(r"^\s*(?:>\s*)*(?:(?:[-*+•]|\d{1,9}[.)])\s+|#{1,6}\s+)*", "", line))
    paragraphs = ["\n".join(lines) for lines in found]
    return [part for text in paragraphs for part in (text.split("|") if text.lstrip().startswith("|") else [text])]


def stretches(raw: str, *, joined: bool) -> list[tuple[str, str]]:
    """Every stretch in bold or italics; ``joined`` says whether lines without a blank one between are read as one."""
    return [found for paragraph in _paragraphs(raw, joined=joined) for found in _emphasise(paragraph)]
