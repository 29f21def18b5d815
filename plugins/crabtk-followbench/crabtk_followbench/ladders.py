"""Groups whose every level adds one condition: level n asks for the first n of them.

The table in ``rules.md`` says where a condition departs from what its prompt asks for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from crabtk_followbench.sentences import (
    Condition,
    has_stem,
    has_word,
    in_sentence,
    marks,
    negation,
    present_continuous,
    present_perfect,
    sentence_count,
    sentences,
    sentences_above,
    sentences_below,
    spaced_words,
)

Ladder = tuple[Condition, Condition, Condition, Condition, Condition]
_CLOSING = "Those are suggestions"
_POINT = re.compile(r"\*\*\d.+?:")
_BREAK = re.compile(r"(?<!\w\.\w.)(?<![A-Z][a-z]\.)(?<=[.?])\s")
_NUMBERS = ("1.", "2.", "3.", "4.", "5.")


def _all(*conditions: Condition) -> Condition:
    return lambda text: all(condition(text) for condition in conditions)


def _blocks(number: int) -> Condition:
    """Exactly so many stretches between blank lines, empty ones among them."""
    return lambda text: len(text.split("\n\n")) == number


def _short_blocks(text: str) -> bool:
    """The first three stretches have one or two sentences at most."""
    return all(len(sentences(block)) < 3 for block in text.split("\n\n")[:3])


def _numbered_blocks(text: str) -> bool:
    """Each stretch that is not blank begins with a number and a full stop."""
    blocks = (block.lstrip() for block in text.split("\n\n"))
    return all(re.match(r"\d+\.", block) for block in blocks if block)


def _one_stop_after_number(text: str) -> bool:
    """Each sentence in which a number from 1 to 5 with its full stop stands has no second full stop."""
    numbered = (part for part in _BREAK.split(text) if any(number in part for number in _NUMBERS))
    return all(part.count(".") < 2 for part in numbered)


def _ten_to_fifteen_words(text: str) -> bool:
    return all(10 <= len(part.split()) <= 15 for part in _BREAK.split(text))


def _no_suffix(text: str) -> bool:
    """No word ends with a hyphen and ``ly``; adverbs do not."""
    return not any(word.endswith("-ly") for word in text.split())


def table_care(level: int, text: str) -> bool:
    """Format 22: three numbered paragraphs of few and long sentences; at level 5 a fourth one to close with."""
    ladder = (_short_blocks, sentences_above(20), _numbered_blocks)[: level - 1]
    closes = level < 5 or text.endswith(_CLOSING)
    return _blocks(4 if level == 5 else 3)(text) and closes and all(condition(text) for condition in ladder)


LADDERS: Mapping[str, Ladder] = {
    "cnn_dailymail": (
        sentence_count(3),
        sentences_below(15),
        _all(*(in_sentence(n, has_word(word)) for n, word in enumerate(("Potter", "actor", "films"), 1))),
        negation(in_sentence(2, has_word("lavish"))),
        in_sentence(3, present_perfect),
    ),
    "xsum": (
        sentence_count(1),
        spaced_words(lambda words: words < 20),
        negation(has_word("Newton Stewart")),
        present_continuous,
        has_word("operation"),
    ),
    "samsum": (
        sentence_count(1),
        spaced_words(lambda words: words < 15),
        has_word("stuff"),
        negation(has_stem("procrast")),
        marks(lambda number: number == 1),
    ),
    "gigaword": (
        spaced_words(lambda words: words == 8),
        marks(lambda number: number == 0),
        str.islower,
        negation(has_word("bus")),
        has_word("in"),
    ),
    "arxiv": (
        sentence_count(1),
        spaced_words(lambda words: words <= 20),
        lambda text: text.startswith("We"),
        has_word("activations"),
        negation(has_word("transformer")),
    ),
    "format 30": (
        lambda text: "**" in text,
        lambda text: len(_POINT.findall(text)) == 5,
        _one_stop_after_number,
        _ten_to_fifteen_words,
        _no_suffix,
    ),
}
"""By source in ``mixed``, and by category and group."""
