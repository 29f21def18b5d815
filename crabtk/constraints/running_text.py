"""Running text: what every reader would count alike in it, and where readers would differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, pairwise

import regex

from crabtk.constraints.word_counts import solid_counts, word_counts, word_ranges
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
_ONE_MARK = bytes.maketrans(b"?!", b"..")
_ASCII_END = re.compile(rb"\.(?<!\.\.)\.*+[\"')\]*_]*+(?=[ \t-\r\x1c-\x1f]|$)")
"""The same in a text of ASCII whose marks are all full stops: one known sign is found at a multiple of the speed."""
_PARAGRAPH_ENDS = frozenset(".!?…:。！？｡।॥؟۔：")
_NO_SPACE = regex.compile(r"\p{Ll}[.!?]\p{Lu}")
_ASCII_NO_SPACE = re.compile("[.!?](?<=[a-z].)[A-Z]")
_INITIAL = regex.compile(r"(?<!\p{L})\p{Lu}\.$")
_EMPHASIS = re.compile(r"\*+")
_SURE_END = regex.compile(
    r"(?<=[\p{L}\p{M}\p{N}]{3})(?<!(?<!\p{L})[b-df-hj-np-tv-xz]{3,4})"  # no abbreviation such as "al." or "tbsp."
    rf"(?:[!?…]++|\.{_CLOSER}*+)(?=\s++(?!\p{{Ll}})|\s*+$)|[。！？｡।॥؟۔]++"
)
_CONSONANTS = "(?<![A-Za-z])[b-df-hj-np-tv-xz]"
_ASCII_SURE_END = re.compile(
    rf"[.!?](?<=[A-Za-z0-9]{{3}}.)(?<!{_CONSONANTS}{{3}}.)(?<!{_CONSONANTS}{{4}}.)"
    r"(?:(?<=\.)[\"')\]*_]*+|(?<=[!?])[!?]*+)(?=[ \t-\r]++(?![a-z])|[ \t-\r]*+$)"
)
"""The same in a text of ASCII, at a multiple of the speed."""
_LIST_LABEL = re.compile(r"\n[ \t]*(?:[-*+•][ \t]+)?\(?(\d+|[A-Za-z])[.)](?=[ \t])")


def pieces(text: str) -> list[str]:
    """Split a text by final marks alone, as a reader would who knows no abbreviations; line breaks end nothing."""
    return _cut(text, _ends(text))


def count_pieces(text: str) -> int:
    """Return how many ``pieces`` a text has."""
    ends = _ends(text)
    last = ends[-1] if ends else 0
    return len(ends) + (last < len(text) and not text[last:].isspace())


def ends_with_a_mark(sentence: str) -> bool:
    """Tell whether a sentence is closed by a full stop, a question mark or the like."""
    return sentence.rstrip(CLOSERS)[-1:] in _MARKS


def sure_pieces(text: str) -> list[str]:
    """Split a text only where nobody doubts that a sentence ends.

    What may be an abbreviation or an initial, a question within quotation marks, and a mark before a small letter
    end nothing.
    """
    expression = _ASCII_SURE_END if text.isascii() else _SURE_END
    return _cut(text, [match.end() for match in expression.finditer(text)])


def goes_on(sentence: str) -> bool:
    """Tell whether a sentence begins in lower case, so that it may continue the last: “Stop!” he said."""
    if sentence[:1].isalpha():
        return sentence[0].islower()
    first = WORD.search(sentence)
    return first is not None and first[0][0].islower()


def breaks_at_an_initial(sentence: str) -> bool:
    """Tell whether a sentence ends in a single capital and a full stop, which may be a name's: M. C. Escher."""
    return _INITIAL.search(sentence[-4:]) is not None


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
    return word_ranges((part,))[0]


def stretches(text: ParsedText) -> tuple[str, ...]:
    """Return what white space sets apart in the whole text; for ``ParsedText.part``."""
    return tuple(text.raw.split())


def list_labels(text: ParsedText) -> tuple[str, ...]:
    """Return the numbers and letters of lists, which are words to whoever counts by spaces and none to others."""
    # Line breaks are found at once, where the beginnings of lines are looked for character by character.
    return tuple(_LIST_LABEL.findall(f"\n{text.raw}"))


def words_in_all(text: ParsedText) -> tuple[int, int]:
    """Return ``word_range`` of the whole text; the smaller count leaves out the numbers of lists."""
    words, solid = len(text.words), solid_counts((text.raw,))[0]
    return min(words, solid) - len(text.part(list_labels)), max(words, len(text.part(stretches)))


def ranges_by_paragraph(text: ParsedText) -> tuple[tuple[int, int], ...]:
    """Return ``word_range`` of each paragraph of any text."""
    return tuple(word_ranges(text.paragraphs))


def words_by_paragraph(text: ParsedText) -> tuple[tuple[int, int], ...]:
    """Return ``word_range`` of each clear paragraph; none where words or paragraphs are unclear."""
    return text.part(ranges_by_paragraph) if text.spaced and text.part(clear_paragraphs) else ()


def words_by_sentence(text: ParsedText) -> tuple[tuple[int, int], ...]:
    """Return ``word_range`` of each clear sentence; none where words or sentences are unclear."""
    if not text.spaced:
        return ()
    return tuple(word_ranges([*chain.from_iterable(text.part(clear_sentences))]))


def sentence_sizes(text: ParsedText) -> tuple[int, ...]:
    """Return the number of words in each sentence of any text, as people count them."""
    return tuple(map(_count_as_read, text.sentences))


def paragraph_sizes(text: ParsedText) -> tuple[int, ...]:
    """Return the number of words in each paragraph of any text."""
    return tuple(word_counts(text.paragraphs))


def words_as_read(part: str) -> list[str]:
    """Return the words of a text as people count them; see ``WORD_AS_READ``."""
    found: list[str] = (_ASCII_WORD_AS_READ if part.isascii() else WORD_AS_READ).findall(part)
    return found


def _ends(text: str) -> list[int]:
    """Return where final marks end sentences, for a reader who knows no abbreviations."""
    if text.isascii():
        return [match.end() for match in _ASCII_END.finditer(text.encode("ascii").translate(_ONE_MARK))]
    return [match.end() for match in _END.finditer(text)]


def _cut(text: str, ends: Sequence[int]) -> list[str]:
    """Split a text behind each end, without white space around the pieces."""
    found = [text[start:end].strip() for start, end in pairwise((0, *ends, len(text)))]
    return found if found[-1] else found[:-1]


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
