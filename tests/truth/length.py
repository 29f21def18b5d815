"""A second opinion on length:*, paragraphs:* and reading:*, written from their wordings alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import regex

from tests.truth.plain_text import (
    LINK,
    URL,
    all_word_lists,
    bare,
    blocks,
    lines_of,
    related,
    sentence_count_at_most,
    sentence_lists,
    without_code,
    word_counts,
    word_lists,
)
from tests.truth.syllable_guess import syllables

PARTED = regex.compile(r"[—–/]|--|\.\.\.|…")
Params = Mapping[str, Any]
HOLDS: dict[str, Callable[[str, Params], bool]] = {}


def opinion(name: str) -> Callable[[Callable[[str, Params], bool]], Callable[[str, Params], bool]]:
    """Enter a function as the second opinion on a type."""

    def enter(holds: Callable[[str, Params], bool]) -> Callable[[str, Params], bool]:
        HOLDS[name] = holds
        return holds

    return enter


def response_word_counts(raw: str) -> set[int]:
    return word_counts(raw) | word_counts(without_code(raw))


@opinion("length:words")
def words(raw: str, params: Params) -> bool:
    counts = response_word_counts(raw)
    relation = params["relation"]
    if relation == "at_least":
        return min(counts) >= params["words"]
    if relation == "at_most":
        return 0 < max(counts) <= params["words"]
    if relation == "between":
        return params["low"] <= min(counts) and max(counts) <= params["high"]
    assert relation == "about"
    return all(10 * abs(count - params["words"]) <= params["words"] for count in counts)


@opinion("length:characters")
def characters(raw: str, params: Params) -> bool:
    text = raw.strip()
    # A flag or an accented letter is one character to a reader, whatever it is made of.
    counts = {len(text), len(lines_of(text)), len(regex.findall(r"\X", text))}
    if params["relation"] == "at_least":
        return min(counts) >= params["characters"]
    if params["relation"] == "at_most":
        return max(counts) <= params["characters"]
    return params["low"] <= min(counts) and max(counts) <= params["high"]


@opinion("length:letters")
def letters(raw: str, params: Params) -> bool:
    return related({len(regex.findall(r"\p{L}", raw)), len(regex.findall(r"\p{L}\p{M}*", raw))}, params)


@opinion("length:characters_per_word")
def characters_per_word(raw: str, params: Params) -> bool:
    # What dashes and slashes part are several words to most; an address is one to some.
    tokens = {bare(part) for token in set(raw.split()) for part in PARTED.split(token)}
    tokens |= {bare(token) for token in URL.findall(raw)}
    words = {word for words in all_word_lists(raw) for word in words}
    shown = {word for word in words if len(word) > params["characters"] and not URL.search(word)}
    return max(map(len, tokens), default=0) <= params["characters"] and not any(
        not PARTED.search(word) for word in shown
    )


@opinion("length:lines")
def lines(raw: str, params: Params) -> bool:
    return related({sum(bool(line.strip()) for line in found) for found in (raw.splitlines(), raw.split("\n"))}, params)


@opinion("length:unique_words")
def unique_words(raw: str, params: Params) -> bool:
    return related({len(set(map(bare, words))) for words in all_word_lists(raw)}, params)


@opinion("length:words_per_line")
def words_per_line(raw: str, params: Params) -> bool:
    return all(max(word_counts(line)) <= params["words"] for line in raw.splitlines() if line.strip())


@opinion("length:sentences")
def sentences(raw: str, params: Params) -> bool:
    return related({len(found) for found in sentence_lists(raw)}, params)


@opinion("length:words_per_sentence")
def words_per_sentence(raw: str, params: Params) -> bool:
    return all(max(word_counts(one)) <= params["words"] for found in sentence_lists(raw) for one in found)


@opinion("length:average_sentence")
def average_sentence(raw: str, params: Params) -> bool:
    return all(
        sum(max(word_counts(one)) for one in found) <= params["words"] * len(found) for found in sentence_lists(raw)
    )


@opinion("length:sentences_per_paragraph")
def sentences_per_paragraph(raw: str, params: Params) -> bool:
    return all(sentence_count_at_most(block) <= params["sentences"] for block in blocks(without_code(raw))[0])


@opinion("paragraphs:count")
def paragraphs(raw: str, params: Params) -> bool:
    return all(len(found) == params["n"] for found in blocks(raw))


@opinion("paragraphs:words")
def paragraph_words(raw: str, params: Params) -> bool:
    return all(max(word_counts(block)) <= params["words"] for block in blocks(raw)[0])


@opinion("paragraphs:minimum")
def paragraph_minimum(raw: str, params: Params) -> bool:
    return all(min(word_counts(block)) >= params["words"] for block in blocks(raw)[0])


@opinion("paragraphs:sentences")
def paragraph_sentences(raw: str, params: Params) -> bool:
    return all(len(found) == params["n"] for block in blocks(raw)[0] for found in sentence_lists(block))


@opinion("paragraphs:lead_sentence")
def lead_sentence(raw: str, params: Params) -> bool:
    return all(
        len(found) > 1 and all(len(sentences) == 1 for sentences in sentence_lists(found[0])) for found in blocks(raw)
    )


def _extreme(raw: str, place: str, longest: bool) -> bool:
    for found in blocks(raw):
        if len(found) < 2:
            return False
        at = 0 if place == "first" else len(found) - 1
        for readings in zip(*([len(words) for words in _six(block)] for block in found), strict=True):
            others = [count for number, count in enumerate(readings) if number != at]
            if not (readings[at] > max(others) if longest else readings[at] < min(others)):
                return False
    return True


def _six(block: str) -> list[tuple[str, ...]]:
    """The readings of the words of a block, in a fixed number and order."""
    unlabelled = regex.sub(r"(?m)^\s*(?:\d+[.)]|[a-zA-Z][.)])\s+", "", block)
    return [words for text in (block, unlabelled) for words in _three(text)]


def _three(text: str) -> list[tuple[str, ...]]:
    found = word_lists(text)
    return [min(found, key=len), max(found, key=len), tuple(text.split())]


@opinion("paragraphs:longest")
def longest(raw: str, params: Params) -> bool:
    return _extreme(raw, params["place"], longest=True)


@opinion("paragraphs:shortest")
def shortest(raw: str, params: Params) -> bool:
    return _extreme(raw, params["place"], longest=False)


@opinion("paragraphs:first_word")
def first_word(raw: str, params: Params) -> bool:
    return all(
        len(found) >= params["n"]
        and all(words and bare(words[0]) == bare(params["word"]) for words in word_lists(found[params["n"] - 1]))
        for found in blocks(raw)
    )


@opinion("paragraphs:same_ends")
def same_ends(raw: str, params: Params) -> bool:
    return all(
        len(words) > 1 and bare(words[0]) == bare(words[-1])
        for found in blocks(raw)
        for block in found
        for words in word_lists(block)
    )


@opinion("paragraphs:divided")
def divided(raw: str, params: Params) -> bool:
    for text in (lines_of(raw), without_code(lines_of(raw))):
        parts: list[list[str]] = [[]]
        for line in text.split("\n"):
            if line.strip() == params["divider"]:
                parts.append([])
            else:
                parts[-1].append(line)
        if len(parts) != params["n"] or not all(regex.search(r"\p{L}", "\n".join(part)) for part in parts):
            return False
    return True


# --- Flesch's and Kincaid's formulas


def _averages(raw: str) -> list[tuple[Fraction, Fraction]]:
    """Readings of the words per sentence and the syllables per word: figures are short words, or are left out."""
    found = []
    words = max(word_lists(LINK.sub(r"\1", raw)), key=len)
    for sentences in sentence_lists(raw):
        for counted in (words, [word for word in words if regex.search(r"\p{L}", word)]):
            mean = Fraction(sum(map(syllables, counted)), len(counted))
            found.append((Fraction(len(counted), len(sentences)), mean))
    return found


@opinion("reading:ease")
def reading_ease(raw: str, params: Params) -> bool:
    return all(206.835 - 1.015 * words - 84.6 * parts >= params["score"] for words, parts in _averages(raw))


@opinion("reading:grade")
def reading_grade(raw: str, params: Params) -> bool:
    return all(0.39 * words + 11.8 * parts - 15.59 <= params["grade"] for words, parts in _averages(raw))
