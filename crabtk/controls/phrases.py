"""Keywords as the official recipe's extractor finds them, phrases that stand nowhere in the text included."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crabtk.constraints.stopwords import stopwords

_MOST_WORDS = 3
_AT_MOST = 20
_FEWEST_LETTERS = 3
_STOP = re.compile(r"""[.?!,;:](?=\W|$)|[()\[\]{}<>="“”—]|\s[-*•–+]\s|\n\s*(?:\n|\d+\.)""")
"""Ends a run of words. A line break by itself does not, nor a possessive, a bar or a slash: the recipe's fault."""
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$")


class _Found(NamedTuple):
    """A phrase at one place; ``run`` counts the runs before it."""

    words: tuple[str, ...]
    run: int


def phrases(text: str, language: str) -> list[str]:
    """Return up to twenty phrases of one to three words, most telling first, as the text writes their words.

    Words say more the more often and the earlier they occur, and if they are capitalised; a phrase must neither begin
    nor end with a stop word. Its words adjoin but for signs that the recipe's extractor passes over, so that one in
    some thirty phrases is not verbatim in the text: ``Priority Status`` of a table's head, ``Gatsby mansion`` of
    "Gatsby's mansion".

    Args:
        text: A response.
        language: ISO 639-1 code, for stop words; other languages than those listed have none.
    """
    runs = [_words(run) for run in _STOP.split(text)]
    stop = stopwords(language)
    weights = {word: weight for word, weight in _weights(runs).items() if word not in stop}
    found: dict[tuple[str, ...], list[_Found]] = {}
    for one in _candidates(runs):
        if _may_stand(one.words, stop):
            found.setdefault(tuple(word.lower() for word in one.words), []).append(one)
    ranked = sorted(found, key=lambda key: (-_weight(key, found[key], weights), found[key][0].run, key))
    return [" ".join(_written(found[key])) for key in ranked[:_AT_MOST]]


def _words(run: str) -> list[str]:
    return [_POSSESSIVE.sub("", word) for word in _WORD.findall(run)]


def _weights(runs: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return each word's weight, by its lower case."""
    counts = Counter(word.lower() for run in runs for word in run)
    # The first word of a run owes its capital to its place.
    capitals = Counter(word.lower() for run in runs for word in run[1:] if word[0].isupper())
    first = {word.lower(): number for number, run in reversed(list(enumerate(runs))) for word in run}
    return {word: count * (1 + capitals[word] / count) / math.log(3 + first[word]) for word, count in counts.items()}


def _candidates(runs: Sequence[Sequence[str]]) -> Iterator[_Found]:
    for number, run in enumerate(runs):
        for start in range(len(run)):
            for end in range(start + 1, min(start + _MOST_WORDS, len(run)) + 1):
                yield _Found(tuple(run[start:end]), number)


def _may_stand(words: Sequence[str], stop: frozenset[str]) -> bool:
    edges = (words[0], words[-1])
    return all(
        len(word) >= _FEWEST_LETTERS and word.lower() not in stop and not any(map(str.isdigit, word)) for word in edges
    )


def _weight(key: Sequence[str], places: Sequence[_Found], weights: dict[str, float]) -> float:
    """Weigh a phrase: its words' mean, stop words at 0, more the longer it is and the more often it occurs whole."""
    mean = sum(weights.get(word, 0.0) for word in key) / len(key)
    return mean * math.pow(len(key), 0.3) * math.log(1 + len(places))


def _written(places: Sequence[_Found]) -> tuple[str, ...]:
    """Return the most frequent spelling, of several the first."""
    return Counter(one.words for one in places).most_common(1)[0][0]
