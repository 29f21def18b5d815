"""A second opinion on copy:*, written from its wordings alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import regex

Params = Mapping[str, Any]
Holds = Callable[[str, Params], bool]


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def prompt(raw: str, params: Params) -> bool:
    return _same(raw, params["prompt"])


def sentence(raw: str, params: Params) -> bool:
    return _same(raw, params["sentence"])


def prompt_first(raw: str, params: Params) -> bool:
    text, start = raw.strip().casefold(), params["prompt"].strip().casefold()
    rest = text[len(start) :]
    return text.startswith(start) and not regex.match(r"\p{L}", rest) and bool(regex.search(r"[\p{L}\p{N}]", rest))


def times(raw: str, params: Params) -> bool:
    copies = raw.split(params["divider"])
    return len(copies) == params["n"] and all(_same(copy, params["prompt"]) for copy in copies)


def span(raw: str, params: Params) -> bool:
    return _same(raw, params["prompt"][params["start"] - 1 : params["end"]])


def changed_first_word(raw: str, params: Params) -> bool:
    mine, given = raw.strip().casefold().split(), params["prompt"].strip().casefold().split()
    first = [regex.sub(r"[^\p{L}\p{N}]", "", words[0]) for words in (mine, given)]
    return mine[1:] == given[1:] and first[0] != first[1]


def _words(text: str) -> list[str]:
    return regex.findall(r"[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*", text.casefold())


def variations(raw: str, params: Params) -> bool:
    phrase, words = _words(params["phrase"]), _words(raw)
    size, found, at = len(phrase), 0, 0
    while at + size <= len(words):
        differing = [number for number in range(size) if words[at + number] != phrase[number]]
        if not differing:
            return False
        if len(differing) == 1 and 0 < differing[0] < size - 1:
            found += 1
            at += size
        else:
            at += 1
    return found == params["n"]


def overlap(raw: str, params: Params) -> bool:
    def trigrams(text: str) -> set[tuple[str, ...]]:
        words = _words(text)
        return set(zip(words, words[1:], words[2:], strict=False))

    mine = trigrams(raw)
    share = 100 * len(mine & trigrams(params["reference"])) / len(mine) if mine else -100.0
    return abs(share - params["percent"]) <= 2


HOLDS: dict[str, Holds] = {
    "copy:prompt": prompt,
    "copy:prompt_first": prompt_first,
    "copy:times": times,
    "copy:span": span,
    "copy:changed_first_word": changed_first_word,
    "copy:sentence": sentence,
    "copy:variations": variations,
    "copy:overlap": overlap,
}
