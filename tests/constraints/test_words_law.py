"""What is measured of words holds in real responses by checks written anew, under other readings of the wording."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from crabtk.constraints import (
    foreign_words,
    function_words,
    initials,
    keyword,
    keyword_group,
    keyword_place,
    letters,
    names,
    verbs,
    vocabulary,
    word_position,
    wordplay,
)
from crabtk.text import ParsedText

MODULES = (
    foreign_words, function_words, initials, keyword, keyword_group, keyword_place, letters, names, verbs, vocabulary,
    word_position, wordplay,
)  # fmt: skip
TYPES = [type_ for module in MODULES for type_ in module.TYPES]


def within(count: int, params: Mapping[str, Any]) -> bool:
    low = 0 if params["relation"] == "at_most" else params["n"]
    high = 10**9 if params["relation"] == "at_least" else params["n"]
    return bool(low <= count <= high)


def tokens(raw: str) -> list[str]:
    """Words as whoever splits at white space takes them: no outer punctuation, no list marks."""
    kept = re.sub(r"(?m)^\s*(?:[-*+•]|\d{1,3}[.)])\s", " ", raw)
    found = (token.strip("".join(set(kept) - set(filter(str.isalnum, kept)))) for token in kept.lower().split())
    return [token for token in found if token]


def parts(raw: str) -> list[str]:
    return re.findall(r"[^\W_]+", raw.lower())


def sentences(raw: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?…।])[\"'”’)]*\s+", raw.strip()) if part]


def paragraphs(raw: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", raw.strip()) if part.strip()]


def holds(phrase: str, stretch: str) -> bool:
    return re.search(rf"(?i)(?<!\w){re.escape(phrase)}(?!\w)", " ".join(stretch.split())) is not None


def first(phrase: str, raw: str) -> int:
    found = re.search(re.escape(phrase).replace(r"\ ", r"\s+"), raw, re.IGNORECASE)
    return found.start() if found else -1


def in_place(raw: str, params: Mapping[str, Any]) -> bool:
    side, unit = params["place"].split("_")
    lines = [line for line in raw.splitlines() if line.strip()]
    units = (paragraphs(raw), lines) if unit == "paragraph" else (sentences(raw), re.split(r"[.!?…।]+(?:\W|$)", raw))
    filled = [[part for part in way if re.search(r"\w", part)] for way in units]
    return all(holds(params["phrase"], way[0 if side == "first" else -1]) for way in filled)


def word_at(raw: str, params: Mapping[str, Any]) -> bool:
    words = tokens(raw)
    return words[params["n"] - 1 if params["side"] == "start" else -params["n"]] == params["keyword"].lower()


def ordered(raw: str, params: Mapping[str, Any]) -> bool:
    places = [first(phrase, raw) for phrase in params["phrases"]]
    return places[0] >= 0 and places == sorted(set(places))


def long_words(words: list[str], params: Mapping[str, Any]) -> bool:
    return within(sum(len(word) >= params["characters"] for word in words), params)


def starting(words: list[str], params: Mapping[str, Any]) -> bool:
    return within(sum(word.startswith(params["letter"]) for word in words), params)


def palindromes(words: list[str], params: Mapping[str, Any]) -> bool:
    found = {word for word in words if word.isalpha() and len(word) >= params["characters"] and word == word[::-1]}
    return within(len(found), params)


def most_frequent(words: list[str]) -> int:
    return max(Counter(words).values())


PRONOUNS = re.compile(
    r"(?i)\b(?:I|me|my|mine|myself|you|your|yours|yourself|yourselves|he|him|his|himself|she|hers?|herself|it|its|"
    r"itself|we|us|ours?|ourselves|they|them|theirs?|themselves)\b"
)
CONJUNCTIONS = ("for", "and", "nor", "but", "or", "yet", "so")

SECOND_OPINIONS: dict[str, tuple[Callable[[str, Mapping[str, Any]], bool], ...]] = {
    "keyword:any": (lambda raw, p: any(holds(phrase, raw) for phrase in p["phrases"]),),
    "keyword:case": (
        lambda raw, p: (
            raw.count(p["keyword"]) == len(re.findall(re.escape(p["keyword"]), raw, re.IGNORECASE))
            and holds(p["keyword"], raw)
        ),
    ),
    "keyword:every_paragraph": (
        lambda raw, p: all(holds(p["keyword"], part) for part in paragraphs(raw)),
        lambda raw, p: all(holds(p["keyword"], part) for part in raw.splitlines() if part.strip()),
    ),
    "keyword:exclude": (lambda raw, p: not any(phrase.lower() in raw.lower() for phrase in p["phrases"]),),
    "keyword:frequency": (
        lambda raw, p: within(tokens(raw).count(p["keyword"].lower()), p),
        lambda raw, p: within(len(re.findall(re.escape(p["keyword"]), raw, re.IGNORECASE)), p),
    ),
    "keyword:include": (lambda raw, p: all(holds(phrase, raw) for phrase in p["phrases"]),),
    "keyword:nth_word": (word_at,),
    "keyword:order": (ordered,),
    "keyword:place": (in_place,),
    "keyword:position": (
        lambda raw, p: tokens(sentences(raw)[p["n"] - 1])[p["m"] - 1] == p["keyword"].lower(),
        lambda raw, p: re.findall(r"\w+|[^\w\s]", sentences(raw)[p["n"] - 1])[p["m"] - 1] == p["keyword"],
    ),
    "keyword:sentence": (lambda raw, p: holds(p["keyword"], sentences(raw)[p["n"] - 1]),),
    "letter:absent": (lambda raw, p: p["letter"] not in raw.lower(),),
    "letter:frequency": (lambda raw, p: within(raw.lower().count(p["letter"]), p),),
    "letter:initial": (lambda raw, p: starting(tokens(raw), p), lambda raw, p: starting(parts(raw), p)),
    "word:conjunctions": (lambda raw, p: len(set(CONJUNCTIONS) & set(tokens(raw))) >= p["n"],),
    "word:initials_differ": (
        lambda raw, p: all(a[0] != b[0] for a, b in zip(parts(raw), parts(raw)[1:], strict=False)),
    ),
    "word:initials_not_successive": (
        lambda raw, p: all(ord(a[0]) + 1 != ord(b[0]) for a, b in zip(parts(raw), parts(raw)[1:], strict=False)),
    ),
    "word:long": (lambda raw, p: long_words(tokens(raw), p), lambda raw, p: long_words(parts(raw), p)),
    "word:palindromes": (lambda raw, p: palindromes(tokens(raw), p), lambda raw, p: palindromes(parts(raw), p)),
    "word:person_names": (lambda raw, p: sum(holds(name, raw) for name in p["names"]) >= p["n"],),
    "word:pronouns": (
        lambda raw, p: p["relation"] == "at_most" or within(len(PRONOUNS.findall(raw)), p),
        lambda raw, p: p["relation"] == "at_least" or within(len(PRONOUNS.findall(raw)), p),
    ),
    "word:repeat_limit": (
        lambda raw, p: most_frequent(tokens(raw)) <= p["n"],
        lambda raw, p: most_frequent(parts(raw)) <= p["n"],
    ),
    "word:unique": (lambda raw, p: most_frequent(tokens(raw)) == 1, lambda raw, p: most_frequent(parts(raw)) == 1),
    "word:vowels": (lambda raw, p: len(set("aeiou") & set(raw.lower())) <= p["n"],),
}  # fmt: skip


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_words_on_real_responses(responses: list[tuple[str, str | None]]) -> None:
    cases: Counter[str] = Counter()
    for number, (raw, language) in enumerate(responses):
        text = ParsedText(raw, language)
        for type_ in TYPES:
            params = type_.measure(text, random.Random(number))
            if params is None:
                continue
            cases[type_.name] += 1
            assert type_.check(ParsedText(raw), params), (type_.name, params, raw)
            for opinion in SECOND_OPINIONS.get(type_.name, ()):
                assert opinion(raw, params), (type_.name, params, raw)
    print(dict(cases))
    assert set(SECOND_OPINIONS) <= {*cases, "word:initials_differ"}
