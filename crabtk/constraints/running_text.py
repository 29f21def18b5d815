"""Running text: what every reader would count alike in it, and where readers would differ."""

from __future__ import annotations

import re
import string
from itertools import pairwise

import regex

from crabtk.text import UNSPACED, WORD, ParsedText, words_in

WORD_AS_READ = regex.compile(
    r"[\p{L}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d]*+"
    r"(?:(?:['’‐‑-]|(?<=\p{N})[.,:/](?=\p{N}))[\p{L}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d]*+)*+"
)
"""A word as people count them: ``don't``, ``well-known``, ``3.5`` and ``1,000`` are one each."""

_ASCII_WORD_AS_READ = re.compile("[A-Za-z0-9]++(?:(?:['-]|(?<=[0-9])[.,:/](?=[0-9]))[A-Za-z0-9]++)*+")
"""The same in a text of ASCII, at a multiple of the speed."""

CLOSERS = "\"'”’»)]）」』*_"
"""What may stand between a sentence's final mark and its end: quotation marks, brackets, emphasis."""

_CLOSER = f"[{re.escape(CLOSERS)}]"
_MARKS = frozenset(".!?…。！？｡।॥؟۔")
# A run of marks is entered at its first one only: otherwise a long run would be read once from each of its marks.
# What stands before is asked after the first mark, so that the search leaps from mark to mark.
_END = re.compile(
    r"[.!?…。！？｡।॥؟۔](?:"
    rf"(?<=[.!?…])(?<![.!?…].)[.!?…]*+{_CLOSER}*+(?=\s|$)|(?<=[。！？｡।॥؟۔])[。！？｡।॥؟۔]*+{_CLOSER}*+)",
)
_PARAGRAPH_ENDS = frozenset(".!?…:。！？｡।॥؟۔：")
_NO_SPACE = regex.compile(r"\p{Ll}[.!?]\p{Lu}")
_ASCII_NO_SPACE = re.compile("[.!?](?<=[a-z].)[A-Z]")
_NO_SIGNS = str.maketrans("", "", string.punctuation + "".join(map(chr, (*range(9), *range(14, 28), 127))))
"""Deletes from a text of ASCII all but letters, digits and white space."""
_INITIAL = regex.compile(r"(?<!\p{L})\p{Lu}\.$")
_EMPHASIS = re.compile(r"\*+")
_SURE_END = regex.compile(
    r"(?<=[\p{L}\p{M}\p{N}]{3})(?<!(?<!\p{L})[b-df-hj-np-tv-xz]{3,4})"  # no abbreviation such as "al." or "tbsp."
    rf"(?:[!?…]++|\.{_CLOSER}*+)(?=\s++(?!\p{{Ll}})|\s*+$)|[。！？｡।॥؟۔]++"
)
LIST_LABEL = re.compile(r"(?m)^[ \t]*(?:[-*+•][ \t]+)?\(?(\d+|[A-Za-z])[.)](?=[ \t])")
"""A number or letter of a list, which is a word to whoever counts by spaces and none to others."""


def pieces(text: str) -> list[str]:
    """Split a text by final marks alone, as a reader would who knows no abbreviations; line breaks end nothing."""
    cuts = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    found = (text[start:end].strip() for start, end in pairwise(cuts))
    return [piece for piece in found if piece]


def count_pieces(text: str) -> int:
    """Return how many ``pieces`` a text has."""
    ends = [match.end() for match in _END.finditer(text)]
    return len(ends) + (not text[ends[-1] if ends else 0 :].isspace() and len(text) > (ends[-1] if ends else 0))


def ends_with_a_mark(sentence: str) -> bool:
    """Tell whether a sentence is closed by a full stop, a question mark or the like."""
    return sentence.rstrip(CLOSERS)[-1:] in _MARKS


def sure_pieces(text: str) -> list[str]:
    """Split a text only where nobody doubts that a sentence ends.

    What may be an abbreviation or an initial, a question within quotation marks, and a mark before a small letter
    end nothing.
    """
    cuts = [0, *(match.end() for match in _SURE_END.finditer(text)), len(text)]
    found = (text[start:end].strip() for start, end in pairwise(cuts))
    return [piece for piece in found if piece]


def goes_on(sentence: str) -> bool:
    """Tell whether a sentence begins in lower case, so that it may continue the last: “Stop!” he said."""
    if sentence[:1].isalpha():
        return sentence[0].islower()
    first = WORD.search(sentence)
    return first is not None and first[0][0].islower()


def breaks_at_an_initial(sentence: str) -> bool:
    """Tell whether a sentence ends in a single capital and a full stop, which may be a name's: M. C. Escher."""
    return _INITIAL.search(sentence) is not None


def clear_paragraphs(text: ParsedText) -> tuple[str, ...]:
    """Return the paragraphs where there are no two ways to part them; else none.

    Running text alone, each paragraph on one line, each line with a word. Each ends with a mark or a colon: a title
    or a salutation is a paragraph to some readers and none to others.
    """
    if not text.is_prose or len(text.paragraphs) != sum(1 for line in text.lines if line.strip()):
        return ()
    closed = (paragraph.rstrip().rstrip(CLOSERS)[-1:] in _PARAGRAPH_ENDS for paragraph in text.paragraphs)
    return text.paragraphs if all(closed) else ()


def clear_sentences(text: ParsedText) -> tuple[tuple[str, ...], ...]:
    """Return the sentences of each paragraph where nobody wonders what a sentence is; else none.

    Every one begins with a capital and ends with a mark (in scripts with capitals), no abbreviation and no quoted
    sentence stands inside another, and the paragraphs are clear.
    """
    paragraphs = text.part(clear_paragraphs)
    if not paragraphs:
        return ()
    for paragraph, sentences in zip(paragraphs, text.paragraph_sentences, strict=True):
        if tuple(pieces(_EMPHASIS.sub("", paragraph))) != sentences or not all(map(_stands_alone, sentences)):
            return ()
    return text.paragraph_sentences


def word_range(part: str) -> tuple[int, int]:
    """Count words in two ways, by letters and by spaces; return the smaller count and the greater."""
    return _word_range(part, len(words_in(part)))


def stretches(text: ParsedText) -> tuple[str, ...]:
    """Return what white space sets apart in the whole text; for ``ParsedText.part``."""
    return tuple(text.raw.split())


def words_in_all(text: ParsedText) -> tuple[int, int]:
    """Return ``word_range`` of the whole text; the smaller count leaves out the numbers of lists."""
    low, high = _word_range(text.raw, len(text.words))
    return low - len(LIST_LABEL.findall(text.raw)), high


def words_by_paragraph(text: ParsedText) -> tuple[tuple[int, int], ...]:
    """Return ``word_range`` of each clear paragraph; none where words or paragraphs are unclear."""
    return tuple(map(word_range, text.part(clear_paragraphs))) if text.spaced else ()


def words_by_sentence(text: ParsedText) -> tuple[tuple[int, int], ...]:
    """Return ``word_range`` of each clear sentence; none where words or sentences are unclear."""
    if not text.spaced:
        return ()
    return tuple(word_range(sentence) for sentences in text.part(clear_sentences) for sentence in sentences)


def sentence_sizes(text: ParsedText) -> tuple[int, ...]:
    """Return the number of words in each sentence of any text, as people count them."""
    return tuple(map(_count_as_read, text.sentences))


def paragraph_sizes(text: ParsedText) -> tuple[int, ...]:
    """Return the number of words in each paragraph of any text."""
    return tuple(len(words_in(paragraph)) for paragraph in text.paragraphs)


def words_as_read(part: str) -> list[str]:
    """Return the words of a text as people count them; see ``WORD_AS_READ``."""
    found: list[str] = (_ASCII_WORD_AS_READ if part.isascii() else WORD_AS_READ).findall(part)
    return found


def _word_range(part: str, by_letters: int) -> tuple[int, int]:
    tokens = part.split()
    if part.isascii():
        by_spaces = len(part.translate(_NO_SIGNS).split())
    else:
        by_spaces = sum(1 for token in tokens if token[0].isalnum() or any(map(str.isalnum, token)))
    return min(by_letters, by_spaces), max(by_letters, len(tokens))


def _count_as_read(part: str) -> int:
    runs = words_as_read(part)
    if part.isascii():
        return len(runs)
    return sum(len(words_in(run)) if UNSPACED.search(run) else 1 for run in runs)


def _stands_alone(sentence: str) -> bool:
    """Tell whether a sentence ends with a mark, holds and continues no other, and breaks off no quotation."""
    return (
        ends_with_a_mark(sentence)
        and not goes_on(sentence)
        and not breaks_at_an_initial(sentence)
        and not (_ASCII_NO_SPACE if sentence.isascii() else _NO_SPACE).search(sentence)
        and sentence.count('"') % 2 == 0
        and sentence.count("“") == sentence.count("”")
        and sentence.count("«") == sentence.count("»")
        and sentence.count("(") == sentence.count(")")
    )
