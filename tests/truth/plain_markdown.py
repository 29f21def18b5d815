"""Markdown as an educated reader sees it: a second reading for the tests, which shares no code with crabtk."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import regex

WORD = re.compile(r"[^\W_]")
_FENCE = re.compile(r"^(?P<lead>[ \t]*(?:>[ \t]?)*(?:(?:[-*+•]|\d+[.)])[ \t]+)*)(?P<marks>`{3,}|~{3,})(?P<info>.*)$")
_DIVIDER = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")


def lines_of(raw: str) -> list[str]:
    return raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def has_word(text: str) -> bool:
    return WORD.search(text) is not None


def most_words(text: str) -> int:
    """Words as the reader finds most of them: compounds taken apart, or as white space sets them apart."""
    text = re.sub(r"\]\([^)\s]*\)", "]", text)
    parts = regex.findall(r"[\p{L}\p{M}\p{N}\u200c\u200d]+(?:[.,:'’][\p{L}\p{M}\p{N}]+)*", text)
    return max(sum(map(has_word, text.split())), len(parts))


def fewest_words(text: str) -> int:
    """Words as the reader finds fewest of them: compounds whole, marks and numbers of list items left out."""
    text = re.sub(r"^\s*(?:(?:[-*+•]|\d+[.)]|[A-Za-z][.)])\s+)+", "", text, flags=re.MULTILINE)
    parts = regex.findall(r"[\p{L}\p{M}\p{N}\u200c\u200d]+(?:[.,:'’/-]+[\p{L}\p{M}\p{N}]+)*", text)
    return min(sum(map(has_word, text.split())), len(parts))


def holds_for_all(params: dict, counts: Iterable[int], key: str = "n") -> bool:
    """Whether the relation holds of every count that a reasonable reader may arrive at."""
    n, relation = params.get(key, 0), params["relation"]
    if relation == "none":
        return all(count == 0 for count in counts)
    if relation == "exactly":
        return all(count == n for count in counts)
    if relation == "at_least":
        return all(count >= n for count in counts)
    assert relation == "at_most", relation
    return all(count <= n for count in counts)


@dataclass
class Fence:
    info: str
    content: list[str]
    closed: bool
    first: int
    """Number of the line of the opening fence."""
    last: int
    """Number of the last line, that of the closing fence where there is one."""
    indent: int


def fences(raw: str) -> list[Fence]:
    """Fenced blocks by the rules of CommonMark, at whatever indentation (they may stand in a list)."""
    found: list[Fence] = []
    current: Fence | None = None
    marks = ""
    lines = lines_of(raw)
    for number, line in enumerate(lines):
        if current is None:
            match = _FENCE.match(line)
            if match and not (match["marks"][0] == "`" and "`" in match["info"]):
                marks = match["marks"]
                indent = len(match["lead"].expandtabs(4))
                current = Fence(match["info"].strip(), [], False, number, number, indent)
            continue
        bare = re.sub(r"^[ \t>]*", "", line).rstrip()
        if bare and set(bare) == {marks[0]} and len(bare) >= len(marks):
            current.closed, current.last = True, number
            found.append(current)
            current = None
        else:
            current.content.append(line)
            current.last = number
    if current is not None:
        found.append(current)
    return found


def without_fences(raw: str) -> list[str]:
    """The lines outside fenced blocks; a blank line stands for each line of a block."""
    lines = lines_of(raw)
    for fence in fences(raw):
        for number in range(fence.first, fence.last + 1):
            lines[number] = ""
    return lines


def without_code(raw: str) -> list[str]:
    """The lines outside fenced blocks, with inline code taken out."""
    return [re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", line) for line in without_fences(raw)]


@dataclass
class Table:
    header: list[str]
    divider: int
    """Number of cells of the divider row."""
    rows: list[str]
    """Lines below the divider up to a blank line."""
    first: int


def cells(line: str) -> list[str]:
    line = line.strip()
    line = line.removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]


def tables(raw: str) -> list[Table]:
    lines = without_fences(raw)
    found: list[Table] = []
    number = 0
    while number + 1 < len(lines):
        header, divider = lines[number], lines[number + 1]
        if "|" in header and "-" in divider and "|" in divider and _DIVIDER.match(divider):
            rows = []
            after = number + 2
            while after < len(lines) and lines[after].strip():
                rows.append(lines[after])
                after += 1
            found.append(Table(cells(header), len(cells(divider)), rows, number))
            number = after
        else:
            number += 1
    return found


def bare_of_emphasis(text: str) -> str:
    """The text without marks of emphasis around the whole of it."""
    text = text.strip()
    while True:
        for mark in ("***", "**", "__", "*", "_", "`"):
            if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
                text = text[len(mark) : -len(mark)].strip()
                break
        else:
            return text
