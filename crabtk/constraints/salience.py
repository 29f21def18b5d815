"""Which words and pairs of words a response is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

import regex

from crabtk.constraints.quoting import first_place
from crabtk.constraints.stopwords import stopwords
from crabtk.text import WORD, ParsedText
from crabtk.words import beyond_ascii

Content = list[str]
"""Words in order; whatever else stands between two of them, be it a mark or a second space, is an entry of its own."""

Ranked = list[tuple[float, str]]
"""Phrases, most salient first, each with its salience below zero."""

_SHORTEST = 4
_SHORTEST_UNLISTED = 6
_PAIR_BONUS = 1.6
_MOST_RANKED = 20
_MOST_PHRASES = 8
_GLUE_AFTER = frozenset("_'’/@-")
_GLUE_BEFORE = _GLUE_AFTER | frozenset("\\.")
_DIVIDER = regex.compile(f"({WORD.pattern})")
_LATIN = re.compile(r"(?<![\w'’/@\\.-])([^\W\d_]{4,})(?![\w'’/@-]|\.[^\W_])(?= ([^\W_]+)|)")
"""A content word and the word that follows it, where no letter carries a mark of its own."""
_LETTER = re.compile(r"\w")
_MAY_CARRY_MARKS = re.compile("[\u0300-\u1fff\u200c\u200d\u20d0-\u20ff\u2c00-\U0010ffff]")
_APART = bytes(char if chr(char).isalnum() or chr(char) in " ._'/@\\-" else ord("\n") for char in range(128)) + bytes(
    128
)
"""Makes a line end of each sign of ASCII that neither belongs to a word nor joins it to another."""
_STOP = re.compile(r"\.(?![A-Za-z0-9])")


class _Tally:
    """How often words or pairs of words occur.

    Attributes:
        forms: By phrase as written.
        totals: By phrase in lower case, in the order of the text.
        plain: The phrases as written that hold a capital, each with its lower case.
    """

    def __init__(self) -> None:
        self.forms: dict[str, int] = {}
        self.totals: dict[str, int] = {}
        self.plain: dict[str, str] = {}

    def add(self, form: str, lower: str, count: int) -> None:
        """Add a form that was not added before."""
        self.forms[form] = count
        self.totals[lower] = self.totals.get(lower, 0) + count
        if form != lower:
            self.plain[form] = lower

    def recurring(self) -> set[str]:
        """Return the forms of all phrases that occur more than once, and their lower case."""
        again = {lower for lower, total in self.totals.items() if total > 1}
        return again.union([form for form, lower in self.plain.items() if lower in again])


def salient_words(text: ParsedText, at_most: int) -> list[str]:
    """Return single words by salience, twenty at most, in lower case unless they are always written otherwise."""
    return [word for _, word in text.part(_ranked_words)[:at_most]]


def salient_phrases(text: ParsedText) -> list[str]:
    """Return words and pairs of adjoining words by salience, eight at most; for ``ParsedText.part``.

    Args:
        text: Its code is left out.

    Returns:
        Phrases verbatim in the text on one line; most salient first; ties in the order of the text. A word
        that is part of a pair in the list is left out.
    """
    ranked = sorted([*_ranked(text.part(_pairs), _PAIR_BONUS), *text.part(_ranked_words)], key=itemgetter(0))
    kept: list[str] = []
    taken: set[str] = set()
    for _, phrase in ranked[: 2 * _MOST_PHRASES]:
        parts = phrase.lower().split()
        if taken.isdisjoint(parts):
            kept.append(phrase)
            taken.update(parts)
            if len(kept) == _MOST_PHRASES:
                break
    return kept


def phrase_places(text: ParsedText) -> dict[str, int]:
    """Return where in ``text.folded`` each of ``salient_phrases`` first occurs, or -1; for ``ParsedText.part``."""
    return {phrase: first_place(phrase, text) for phrase in text.part(salient_phrases)}


def content_words(text: ParsedText) -> Collection[str]:
    """Return the words that carry a topic, as written."""
    return text.part(_words).forms.keys()


def _ranked_words(text: ParsedText) -> Ranked:
    return _ranked(text.part(_words), 1.0)


def _ranked(tally: _Tally, bonus: float) -> Ranked:
    """Rank by frequency times length: long words say more, and short ones that recur say it often.

    A phrase is written in its plain form if the text has it, since a capital may be owed to a sentence's or title's
    start; else in its most frequent one.
    """
    forms = tally.forms
    capitalised: dict[str, str] = {}
    for form, lower in tally.plain.items():
        if lower not in capitalised or forms[form] > forms[capitalised[lower]]:
            capitalised[lower] = form
    weights = [(-(bonus * total * (len(key) if len(key) < 9 else 9)), key) for key, total in tally.totals.items()]
    weights.sort(key=itemgetter(0))
    return [(weight, key if key in forms else capitalised[key]) for weight, key in weights[:_MOST_RANKED]]


def _words(text: ParsedText) -> _Tally:
    """Count the content words."""
    stop = stopwords(text.language)
    shortest = _SHORTEST if stop else _SHORTEST_UNLISTED
    tally = _Tally()
    forms, totals, plain = tally.forms, tally.totals, tally.plain
    for form, count in Counter([word for word in text.part(_content) if len(word) >= shortest]).items():
        lower = form.lower()
        # What holds signs of ASCII is no word; in other scripts, letters carry marks that ``isalpha`` refuses.
        if lower not in stop and (form.isalpha() or not form.isascii()):
            forms[form] = count
            totals[lower] = totals.get(lower, 0) + count
            if form != lower:
                plain[form] = lower
    return tally


def _pairs(text: ParsedText) -> _Tally:
    """Count adjoining content words that occur together; a pair of which one part is a name counts too."""
    # A pair that recurs is made of words that do.
    again = text.part(_words).recurring()
    pairs = [f"{one} {other}" for one, other in pairwise(text.part(_content)) if one in again and other in again]
    tally = _Tally()
    for form, count in Counter(pairs).items():
        tally.add(form, form.lower(), count)
    tally.totals = {key: total for key, total in tally.totals.items() if total > 1}
    return tally


def _content(text: ParsedText) -> Content:
    """Return the words of the prose that may carry a topic; lines with an address are left out."""
    lines: Sequence[str] = text.prose_lines
    if "://" in text.raw:
        lines = [line for line in lines if "://" not in line]
    prose = "\n".join(lines)
    if prose.isascii():
        return _of_ascii(prose)
    # The few signs beyond ASCII alone are quicker to search than the whole text.
    beyond = beyond_ascii(prose)
    if _MAY_CARRY_MARKS.search(beyond):
        return _set_apart(pair for line in lines for pair in _of_line(line))
    if _LETTER.search(beyond):
        return _set_apart(_LATIN.findall(prose))
    # But for apostrophes, these signs divide words as a question mark does.
    return _of_ascii(prose.replace("’", "'").encode("ascii", "replace").decode("ascii"))


def _of_ascii(prose: str) -> Content:
    """Return the words of a text of ASCII; those with signs are entries too, and the caller has to pass over them."""
    marked = prose.encode("ascii").translate(_APART).decode("ascii")
    # A backslash spoils the word behind it, not the one before.
    return _STOP.sub("\n", marked).replace("\\", "\n\\").replace("\n", " \n ").split(" ")


def _set_apart(found: Iterable[tuple[str, str]]) -> Content:
    """Join words, each given with what follows after a single space, with an empty entry where something is between."""
    content: Content = []
    expected = ""
    for word, following in found:
        if word != expected:
            content.append("")
        content.append(word)
        expected = following
    return content


def _of_line(line: str) -> Iterator[tuple[str, str]]:
    """Yield the words that stand apart, whatever letters they are of."""
    # The words, and before, between and after them what divides them.
    parts = _DIVIDER.split(line)
    words, gaps = parts[1::2], parts[::2]
    for before, word, after, following in zip(gaps, words, gaps[1:], [*words[1:], ""], strict=False):
        if (word.isalpha() or _indic(word)) and _bordered(before[-1:], (after + following)[:2]):
            yield word, following if after == " " else ""


def _indic(word: str) -> bool:
    """Tell whether a word is letters and combining marks, which ``isalpha`` refuses."""
    return not any(char.isdigit() for char in word)


def _bordered(before: str, after: str) -> bool:
    r"""Refuse parts of something longer: ``don`` of ``don't``, ``frac`` of ``\frac``, ``com`` of ``x.com``."""
    apart = before not in _GLUE_BEFORE and after[:1] not in _GLUE_AFTER
    return apart and not (after[:1] == "." and after[1:].isalnum())
