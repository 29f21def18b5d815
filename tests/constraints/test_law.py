"""The law of back-translation: what a type measures in a response, the response satisfies."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crabtk.constraints.builtin import TYPES
from crabtk.text import ParsedText

NEEDED_CASES = 20_000
MOST_RESPONSES = 560

words = st.one_of(
    st.sampled_from(["the", "river", "Rivers", "NASA", "rose,", "don't", "e.g.", "3.5", "well-being", "(so)"]),
    st.sampled_from(["“quoted”", "नदी", "straße", "İstanbul", "ΟΔΟΣ", "no.", "café?", "yes!", "and—then", "naïve"]),
    st.sampled_from(["slowly;", "[Name]", "**bold**", "x_y", "https://a.b/c", "`code`", "[a](b)"]),
)  # fmt: skip
lines = st.lists(words, min_size=1, max_size=12).map(" ".join)
prefixes = st.sampled_from(["", "", "", "- ", "  * ", "1. ", "2) ", "# ", "### ", "> ", "| a | b |\n|---|---|\n| "])
blocks = st.one_of(
    st.lists(st.builds("{}{}".format, prefixes, lines), min_size=1, max_size=6).map("\n".join),
    lines.map("```python\n{}\n\n```".format),
    st.sampled_from(["---", "```", '{"a": 1}', ""]),
)
markdown = st.lists(blocks, min_size=1, max_size=8).map("\n\n".join)


def try_law(text: ParsedText, seed: int) -> list[tuple[str, Mapping[str, Any]]]:
    """Measure every type; return what is broken."""
    broken = []
    for type_ in TYPES:
        rng = random.Random(seed)
        params = type_.measure(text, rng)
        if params is None:
            continue
        sentence = type_.render(params, rng)
        copied = json.loads(json.dumps(dict(params)))
        kept = type_.check(text, copied) and type_.score(text, copied) == 1.0 and type_.parse(sentence) == copied
        if not kept:
            broken.append((type_.name, params))
    return broken


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.integers(0, 2**32))
def test_law_on_any_text(raw: str, seed: int) -> None:
    assert not try_law(ParsedText(raw), seed)


@settings(max_examples=150, deadline=None)
@given(markdown, st.integers(0, 2**32))
def test_law_on_markdown(raw: str, seed: int) -> None:
    assert not try_law(ParsedText(raw), seed)


def _bounds(params: Mapping[str, Any]) -> tuple[float, float]:
    if params["relation"] == "about":
        return 0.9 * params["words"], 1.1 * params["words"]
    low = params.get("low", params["words"] if params["relation"] == "at_least" else 0)
    high = params.get("high", params["words"] if params["relation"] == "at_most" else float("inf"))
    return low, high


def _plain(raw: str) -> str:
    return " ".join(raw.split())


SECOND_OPINIONS: dict[str, tuple[Callable[[str, Mapping[str, Any]], bool], ...]] = {
    "length:words": (
        lambda raw, p: _bounds(p)[0] <= len(raw.split()) <= _bounds(p)[1],
        lambda raw, p: _bounds(p)[0] <= len(re.findall(r"\w+", re.sub(r"[\u0900-\u0dff]", "a", raw))) <= _bounds(p)[1],
    ),
    "length:characters_per_word": (
        lambda raw, p: max(map(len, re.findall(r"[^\W_]\w*", raw))) <= p["characters"],
        lambda raw, p: max(map(len, re.findall(r"[^\W_][\w'’-]*\b", raw))) <= p["characters"],
    ),
    "paragraphs:count": (
        lambda raw, p: len([part for part in re.split(r"\n\s*\n", raw.strip()) if part.strip()]) == p["n"],
        lambda raw, p: len([line for line in raw.splitlines() if line.strip()]) == p["n"],
    ),
    "keyword:include": (lambda raw, p: all(phrase in raw for phrase in p["phrases"]),),
    "keyword:exclude": (lambda raw, p: not any(phrase.lower() in raw.lower() for phrase in p["phrases"]),),
    "keyword:frequency": (
        lambda raw, p: (
            len(re.findall(re.escape(p["keyword"]), raw, re.IGNORECASE)) == p["n"]
            if p["relation"] == "exactly"
            else len(re.findall(re.escape(p["keyword"]), raw, re.IGNORECASE)) >= p["n"]
        ),
    ),
    "digits:absent": (lambda raw, p: not any(char.isdigit() for char in raw),),
    "start_end:first_phrase": (lambda raw, p: _plain(raw).startswith(p["phrase"]),),
    "start_end:last_phrase": (lambda raw, p: _plain(raw).endswith(p["phrase"]),),
    "code:count": (lambda raw, p: (len(re.findall(r"(?m)^\s*```", raw)) + 1) // 2 == p["n"],),
    "markdown:absent": (lambda raw, p: not re.search(r"(?m)^\s*(?:[-*+#]|\d+[.)])\s|\*\*|```", raw),),
}
"""Checks written anew, some under another reading of the wording: measured constraints must hold under all."""


@pytest.mark.data
def test_law_on_real_responses(responses: list[tuple[str, str | None]]) -> None:
    cases: Counter[str] = Counter()
    per_response: list[int] = []
    for number, (raw, language) in enumerate(responses[:MOST_RESPONSES]):
        text = ParsedText(raw, language)
        before = cases.total()
        for type_ in TYPES:
            params = type_.measure(text, random.Random(number))
            if params is not None:
                cases[type_.name] += 1
                assert type_.check(text, params), (type_.name, params, raw)
                for holds in SECOND_OPINIONS.get(type_.name, ()):
                    assert holds(raw, params), (type_.name, params, raw)
        per_response.append(cases.total() - before)
    median = sorted(per_response)[len(per_response) // 2]
    print(f"{cases.total()} cases over {len(per_response)} responses, median {median} each: {dict(cases)}")
    assert cases.total() >= NEEDED_CASES
    assert median >= 8


@pytest.mark.data
def test_law_in_other_languages(responses: list[tuple[str, str | None]]) -> None:
    foreign = [(raw, language) for raw, language in responses if language not in (None, "en")]
    assert len(foreign) >= 200
    for number, (raw, language) in enumerate(foreign):
        text = ParsedText(raw, language)
        broken = try_law(text, number)
        assert not broken, (broken, raw)
