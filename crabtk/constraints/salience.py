"""Which words and pairs of words a response is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise, zip_longest

from crabtk.constraints.stopwords import stopwords
from crabtk.text import WORD, ParsedText

Run = list[tuple[str, bool]]
"""A line's content words, each with whether the next one follows after a single space."""

_SHORTEST = 4
_SHORTEST_UNLISTED = 6
_PAIR_BONUS = 1.6
_MOST_RANKED = 50
_GLUE_AFTER = frozenset("_'’/@-")
_GLUE_BEFORE = _GLUE_AFTER | frozenset("\\.")


def salient_words(text: ParsedText, at_most: int) -> list[str]:
    """Return single words by salience, in lower case unless they are always written otherwise."""
    return text.part(_ranked_words)[:at_most]


def salient_phrases(text: ParsedText, at_most: int) -> list[str]:
    """Return words and pairs of adjoining words by salience.

    Args:
        text: Its code is left out.
        at_most: How many to return.

    Returns:
        Phrases verbatim in the text on one line; most salient first; ties in the order of the text. A word
        that is part of a pair in the list is left out.
    """
    kept: list[str] = []
    for phrase in text.part(_ranked_phrases)[: 2 * at_most]:
        parts = set(phrase.lower().split())
        if all(parts.isdisjoint(other.lower().split()) for other in kept):
            kept.append(phrase)
    return kept[:at_most]


def content_words(text: ParsedText) -> frozenset[str]:
    """Return the words that carry a topic, as written."""
    return frozenset(_words(text.part(_content_runs)))


def _ranked_words(text: ParsedText) -> list[str]:
    return _ranked(_words(text.part(_content_runs)))


def _ranked_phrases(text: ParsedText) -> list[str]:
    runs = text.part(_content_runs)
    return _ranked([*_pairs(runs), *_words(runs)])


def _ranked(phrases: list[str]) -> list[str]:
    """Rank by frequency times length: long words say more, and short ones that recur say it often."""
    forms: dict[str, Counter[str]] = {}
    for phrase, frequency in Counter(phrases).items():
        forms.setdefault(phrase.lower(), Counter())[phrase] = frequency
    ranked = sorted(forms, key=lambda key: -_weight(key, forms[key].total()))
    return [_form(key, forms[key]) for key in ranked[:_MOST_RANKED]]


def _weight(phrase: str, frequency: int) -> float:
    pair = _PAIR_BONUS if " " in phrase else 1.0
    return pair * frequency * min(len(phrase), 9)


def _form(key: str, forms: Counter[str]) -> str:
    """Return the plain form if the text has it: a capital may be owed to a sentence's or title's start."""
    return key if key in forms else forms.most_common(1)[0][0]


def _words(runs: Iterable[Run]) -> list[str]:
    return [word for run in runs for word, _ in run]


def _pairs(runs: Iterable[Run]) -> Iterator[str]:
    """Yield adjoining content words that occur together; a pair of which one part is a name counts too."""
    found = Counter[str]()
    pairs: list[str] = []
    for run in runs:
        for (first, joined), (second, _) in pairwise(run):
            if joined:
                pairs.append(f"{first} {second}")
                found[pairs[-1].lower()] += 1
    yield from (pair for pair in pairs if found[pair.lower()] > 1)


def _content_runs(text: ParsedText) -> list[Run]:
    """Return the content words of each line."""
    runs: list[Run] = []
    stop = stopwords(text.language)
    shortest = _SHORTEST if stop else _SHORTEST_UNLISTED
    for line in text.prose_lines:
        if "://" in line:
            continue
        matches = list(WORD.finditer(line))
        run: Run = []
        for here, after in zip_longest(matches, matches[1:]):
            word = here[0]
            if len(word) < shortest or word.lower() in stop or (not word.isalpha() and not _indic(word)):
                if run:
                    run[-1] = (run[-1][0], False)
                continue
            if _bordered(line, here.start(), here.end()):
                adjoining = after is not None and line[here.end() : after.start()] == " "
                run.append((word, adjoining))
        runs.append(run)
    return runs


def _indic(word: str) -> bool:
    """Tell whether a word is letters and combining marks, which ``isalpha`` refuses."""
    return not any(char.isdigit() for char in word)


def _bordered(line: str, start: int, end: int) -> bool:
    r"""Refuse parts of something longer: ``don`` of ``don't``, ``frac`` of ``\frac``, ``com`` of ``x.com``."""
    before, after = line[start - 1 : start], line[end : end + 2]
    apart = before not in _GLUE_BEFORE and after[:1] not in _GLUE_AFTER
    return apart and not (after[:1] == "." and after[1:].isalnum())
