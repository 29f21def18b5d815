"""What is measured of length and running text in real responses holds under readings written anew from the wordings."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.text import ParsedText

_MODULES = (
    "length", "unit_length", "line_length", "sentence", "sentence_length", "sentence_kinds", "paragraph",
    "paragraph_order", "divided_parts", "readability",
)  # fmt: skip
OWN = [type_ for type_ in TYPES if type(type_).__module__.rpartition(".")[2] in _MODULES]
NEEDED = {
    "length:characters": 2000, "length:letters": 1000, "length:lines": 100, "length:unique_words": 2000,
    "length:words_per_line": 100, "length:average_sentence": 250, "length:sentences": 1000,
    "length:words_per_sentence": 1200, "sentence:words": 400, "sentence:questions": 100, "sentence:exclamations": 300,
    "paragraphs:count": 400, "paragraphs:minimum": 300, "paragraphs:sentences": 20, "paragraphs:first_word": 250,
    "paragraphs:shortest": 200, "paragraphs:longest": 150, "paragraphs:lead_sentence": 40, "reading:grade": 50,
    "reading:ease": 80,
}  # fmt: skip
Params = Mapping[str, Any]
Counting = Callable[[str], int]


def within(n: float, params: Params, key: str = "n") -> bool:
    """Read a relation and its bounds anew."""
    relation = params["relation"]
    if relation == "between":
        return bool(params["low"] <= n <= params["high"])
    if relation == "exactly":
        return bool(n == params[key])
    return bool(n >= params[key] if relation == "at_least" else n <= params[key])


def by_spaces(text: str) -> int:
    return sum(1 for token in text.split() if re.search(r"[^\W_]", token))


def by_runs(text: str) -> int:
    return len(re.findall(r"[^\W_](?:[\w'’-]*[^\W_])?", re.sub(r"[\u0900-\u0dff]", "a", text)))


def blocks(raw: str) -> list[str]:
    return [block for block in re.split(r"\n[ \t\xa0]*\n", raw.replace("\r\n", "\n").strip()) if block.strip()]


def cut(text: str) -> list[str]:
    """Sentences by their marks; what follows in lower case belongs to the one before."""
    text = re.sub(r"[。।]", ". ", text).replace("？", "? ").replace("！", "! ")
    found = re.split(r"(?:(?<=[.!?…])|(?<=[.!?…][\"”')*]))\s+(?![a-zà-ÿа-я])", text)
    return [part for part in found if re.search(r"[^\W_]", part)]


def unique(raw: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", raw.casefold()))


def sizes(raw: str, count: Counting) -> list[int]:
    return [count(block) for block in blocks(raw)]


def in_sentences(raw: str, count: Counting) -> list[int]:
    return [count(part) for block in blocks(raw) for part in cut(block)]


def stands_out(raw: str, params: Params, best: Callable[[list[int]], int], count: Counting) -> bool:
    found = sizes(raw, count)
    return len(found) > 1 and found.count(best(found)) == 1 and found[0 if params["place"] == "first" else -1] == best(
        found
    )  # fmt: skip


def both(holds: Callable[[str, Params, Counting], bool]) -> Callable[[str, Params], bool]:
    """Ask for both ways to count words."""
    return lambda raw, params: all(holds(raw, params, count) for count in (by_spaces, by_runs))


OPINIONS: dict[str, Callable[[str, Params], bool]] = {
    "length:characters": lambda raw, p: within(len(raw.strip()), p, "characters") and within(len(raw), p, "characters"),
    "length:letters": lambda raw, p: within(sum(char.isalpha() for char in raw), p),
    "length:lines": lambda raw, p: within(sum(1 for line in raw.splitlines() if line.strip()), p),
    "length:unique_words": lambda raw, p: within(len(unique(raw)), p),
    "length:words_per_line": both(lambda raw, p, count: max(map(count, raw.splitlines())) <= p["words"]),
    "length:average_sentence": both(
        lambda raw, p, count: sum(in_sentences(raw, count)) <= p["words"] * len(in_sentences(raw, count))
    ),
    "length:sentences": lambda raw, p: (
        within(len(in_sentences(raw, len)), p) if ParsedText(raw).spaced or p["relation"] != "at_most" else True
    ),
    "length:words_per_sentence": lambda raw, p: max(in_sentences(re.sub(r"\n\s*[-*+•#\d]", "\n\n", raw), by_spaces))
    <= p["words"] or "```" in raw or "|" in raw,
    "sentence:words": both(
        lambda raw, p, count: all(within(size, p) for size in in_sentences(raw, count))
    ),
    "sentence:questions": lambda raw, p: within(len(re.findall(r"[?？؟]", raw)), p),
    "sentence:exclamations": lambda raw, p: within(len(re.findall(r"[!！]", raw)), p),
    "sentence:type_ratio": lambda raw, p: (
        (questions := len(re.findall("[?？]", raw))) > 0
        and p["questions"] * sum(part.rstrip("\"”')* ").endswith(".") for block in blocks(raw) for part in cut(block))
        == p["statements"] * questions
    ),
    "paragraphs:count": lambda raw, p: len(blocks(raw)) == p["n"],
    "paragraphs:minimum": both(lambda raw, p, count: min(sizes(raw, count)) >= p["words"]),
    "paragraphs:words": both(lambda raw, p, count: max(sizes(raw, count)) <= p["words"]),
    "paragraphs:sentences": lambda raw, p: {len(cut(block)) for block in blocks(raw)} == {p["n"]},
    "paragraphs:first_word": lambda raw, p: (
        blocks(raw)[p["n"] - 1].split()[0].strip(",;:.!?").lower() == p["word"].lower()
    ),
    "paragraphs:shortest": both(lambda raw, p, count: stands_out(raw, p, min, count)),
    "paragraphs:longest": both(lambda raw, p, count: stands_out(raw, p, max, count)),
    "paragraphs:lead_sentence": lambda raw, _: len(cut(blocks(raw)[0])) == 1 and len(blocks(raw)) > 1,
    "paragraphs:divided": lambda raw, p: (
        len(parts := re.split(rf"(?m)^[ \t]*{re.escape(p['divider'])}[ \t]*$", raw)) == p["n"]
        and all(re.search(r"\w", part) for part in parts)
    ),
}  # fmt: skip


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_running_text_on_real_responses(responses: list[tuple[str, str | None]]) -> None:
    cases: Counter[str] = Counter()
    broken: list[tuple[str, Params, str]] = []
    for number, (raw, language) in enumerate(responses):
        text = ParsedText(raw, language)
        for type_ in OWN:
            params = type_.measure(text, random.Random(number))
            if params is None:
                continue
            cases[type_.name] += 1
            assert type_.check(ParsedText(raw), params), (type_.name, params, raw)
            if not OPINIONS.get(type_.name, lambda *_: True)(raw, params):
                broken.append((type_.name, params, raw))
    assert not broken, (len(broken), broken[0])
    assert {name: cases[name] for name, needed in NEEDED.items() if cases[name] < needed} == {}
