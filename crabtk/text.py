"""ParsedText: a text split once (words, sentences, paragraphs, lists, tables, code …), shared by all types."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar

import regex

from crabtk import language as languages
from crabtk import markdown
from crabtk.markdown import Code, Heading, Item, Line, Table
from crabtk.sentences import split
from crabtk.words import NOT_SIMPLE, UNSPACED, WORD, has_word, words_in

__all__ = ["UNSPACED", "WORD", "ParsedText", "has_word", "words_in"]

T = TypeVar("T")
_UNREAD: Any = object()

_UNEVEN = ("  ", " \n", "\n ", *"\t\r\v\f\x1c\x1d\x1e\x1f")
"""White space of ASCII that is more than a space or a line's end between two words."""

_BOLD = regex.compile(r"\*\*([^*\n]+)\*\*|(?<!\w)__([^_\n]+)__(?!\w)")
_CODE_SPAN = regex.compile(r"`[^`\n]+`")
_PLACEHOLDER = regex.compile(r"\[([^\[\]\n]{2,60})\](?![(\[]|:\s*(?:<|[./#]|[\w.+-]+:/|www\.))")


class ParsedText:
    """A text and its parts, each computed on first use and kept.

    Any string is accepted, whatever it holds. What a constraint checks hangs on ``raw`` alone, so that a
    verdict is the same whether or not the language was given.

    Attributes:
        raw: The text as it came.
        given: The language that the source states, or None.
        prompt: The instruction that the text answers, or None where it is not known.
    """

    def __init__(self, raw: str, language: str | None = None, prompt: str | None = None) -> None:
        """Take a text.

        Args:
            raw: The whole response.
            language: ISO 639-1 code if the source states it; steers what is measured, never a verdict.
            prompt: What it answers; steers what is measured (types that repeat or copy it), never a verdict.
        """
        self.raw = raw
        self.given = language
        self.prompt = prompt
        self._parts: dict[Callable[[ParsedText], Any], Any] = {}

    def __repr__(self) -> str:
        return f"ParsedText({self.raw[:60]!r}, language={self.given!r})"

    def part(self, read: Callable[[ParsedText], T]) -> T:
        """Return what a function reads in the text, computed on first use and kept.

        So that several types share one reading, as they share ``words`` and ``sentences``.

        Args:
            read: A function at the top level of a module; it depends on the text alone.
        """
        found: T = self._parts.get(read, _UNREAD)
        if found is _UNREAD:
            found = self._parts[read] = read(self)
        return found

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Lines without their ends; CR, CR LF and Unicode's separators end a line as LF does."""
        return tuple(markdown.normal_lines(self.raw))

    @cached_property
    def marked_lines(self) -> tuple[Line, ...]:
        """The lines, each with what a reader takes it for."""
        return tuple(markdown.scan(self.lines))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words in order, as written; see ``words_in``."""
        return tuple(words_in(self.raw))

    @cached_property
    def lower_words(self) -> tuple[str, ...]:
        """The words in lower case."""
        if self.raw.isascii():
            return tuple(words_in(self.raw.lower()))
        return tuple(map(str.lower, self.words))

    @cached_property
    def folded(self) -> str:
        """The text with case folded and white space inside each line made one space; for finding phrases."""
        if self.raw.isascii() and not any(map(self.raw.__contains__, _UNEVEN)) and self.raw == self.raw.strip():
            return self.raw.lower()
        return "\n".join(" ".join(line.split()) for line in self.lines).casefold()

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """What stands between blank lines and holds a word.

        One rule for all: a heading, a list or a table that blank lines set off is a paragraph, and one that
        touches the text around it belongs to that paragraph. A blank line inside a fenced code block
        separates nothing. A bare rule such as ``---`` holds no word and is none.
        """
        blocks = ("\n".join(self.lines[start:end]) for start, end in self._blocks)
        return tuple(block for block in blocks if has_word(block))

    @cached_property
    def paragraph_sentences(self) -> tuple[tuple[str, ...], ...]:
        """The sentences of each paragraph, in the order of ``paragraphs``; none where it is all code."""
        found = []
        for start, end in self._blocks:
            if any(map(has_word, self.lines[start:end])):
                units = _running_text(self.marked_lines[start:end])
                found.append(tuple([part for unit in units for part in split(unit, self.detected) if has_word(part)]))
        return tuple(found)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Sentences that hold a word, outside code blocks.

        The end of a heading, list item, table cell or paragraph ends a sentence too; a line break inside a
        paragraph does not.
        """
        return tuple(sentence for paragraph in self.paragraph_sentences for sentence in paragraph)

    @cached_property
    def bullet_items(self) -> tuple[Item, ...]:
        """Lines outside code that begin with ``-``, ``*``, ``+`` or ``•`` and a space, at any depth."""
        return tuple(Item(line.mark, line.text, line.indent) for line in self._of("bullet"))

    @cached_property
    def numbered_items(self) -> tuple[Item, ...]:
        """Lines outside code that begin with a number of up to three digits, ``.`` or ``)``, and a space."""
        return tuple(Item(line.mark, line.text, line.indent) for line in self._of("number"))

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """Lines outside code that begin with one to six ``#`` and a space."""
        return tuple(Heading(len(line.mark), line.text) for line in self._of("heading"))

    @cached_property
    def code_blocks(self) -> tuple[Code, ...]:
        """Blocks between fences of three or more backticks or tildes."""
        return tuple(markdown.code_blocks(self.marked_lines))

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Pipe tables outside code: a header row, a divider of dashes with as many cells, rows."""
        return tuple(markdown.tables(self.marked_lines))

    @cached_property
    def prose_lines(self) -> tuple[str, ...]:
        """The text of each line outside code, without list and heading marks; blank lines left out."""
        return tuple(line.text for line in self.marked_lines if line.kind not in ("blank", "code", "fence"))

    @cached_property
    def bold_spans(self) -> tuple[str, ...]:
        """Stretches between double asterisks (or double underscores) on one line outside code."""
        if "*" not in self.raw and "_" not in self.raw:
            return ()
        spans = (a or b for line in self.prose_lines for a, b in _BOLD.findall(_CODE_SPAN.sub("", line)))
        return tuple(span for span in spans if span == span.strip() and has_word(span))

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        """Words in square brackets to be filled in, such as ``[Your Name]``; links and footnotes are none.

        A colon may follow, unless an address follows the colon.
        """
        if "[" not in self.raw:
            return ()
        spans = (span for line in self.prose_lines for span in _PLACEHOLDER.findall(line))
        return tuple(span for span in spans if span[0].isalpha())

    @cached_property
    def is_prose(self) -> bool:
        """Whether the text is paragraphs alone: no heading, list, table, rule or code block."""
        return all(line.kind in ("blank", "text") for line in self.marked_lines)

    @cached_property
    def json(self) -> Any:
        """The JSON object or list that is the whole text, or its sole fenced block; else None."""
        content = self.raw.strip()
        if len(self.code_blocks) == 1 and not self.prose_lines and self.code_blocks[0].language in ("json", ""):
            content = self.code_blocks[0].content.strip()
        if not content.startswith(("{", "[")):
            return None
        try:
            return json.loads(content, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def detected(self) -> str:
        """ISO 639-1 code of the text's language by its own letters, code left out; ``und`` when unsure."""
        return languages.detect("\n".join(self.prose_lines))

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language that the source states (``pt-BR`` is ``pt``), else the detected one."""
        return self.given.replace("_", "-").split("-")[0].lower() if self.given else self.detected

    @cached_property
    def spaced(self) -> bool:
        """Whether spaces set words apart; false where a tenth of the letters is Chinese, Thai or the like."""
        if self.raw.isascii() or not NOT_SIMPLE.search(self.raw):
            return True
        unspaced = sum(map(len, UNSPACED.findall(self.raw)))
        return unspaced * 10 < sum(map(len, self.words)) or not unspaced

    @cached_property
    def _blocks(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each run of lines between blank ones."""
        found = []
        start: int | None = None
        for number, line in enumerate(self.marked_lines):
            if line.kind == "blank":
                if start is not None:
                    found.append((start, number))
                start = None
            elif start is None:
                start = number
        if start is not None:
            found.append((start, len(self.marked_lines)))
        return tuple(found)

    def _of(self, kind: markdown.Kind) -> Iterator[Line]:
        return (line for line in self.marked_lines if line.kind == kind)


def _running_text(lines: tuple[Line, ...]) -> Iterator[str]:
    """Yield the stretches of a block within which only punctuation ends a sentence."""
    held: list[str] = []
    for line in lines:
        if line.kind == "text":
            held.append(line.text)
            continue
        if held:
            yield " ".join(held)
        held = [line.text] if line.kind in ("bullet", "number") else []
        if line.kind == "heading":
            yield line.text
        elif line.kind == "row":
            yield from markdown.cells(line.text)
    if held:
        yield " ".join(held)


def _refuse(constant: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(constant)
