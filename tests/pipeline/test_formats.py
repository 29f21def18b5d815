"""Output formats of reverse examples: whatever a constraint holds, the answer parses to the same texts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crabtk.pipeline.formats import FORMATS, one_line

HOSTILE = [
    "Say \"yes\", and 'no'.",
    "Use | as a pipe, \\| and \\\\| too, and end with a backslash \\",
    "<b>bold</b> & </constraint> <![CDATA[x]]> &amp; ]]>",
    "Leave {instruction}, {constraints} and {format} as they stand.",
    "One line\nand another\r\nand a third\x0bor fourth",
    "Separators\u2028of\u2029Unicode\x85and\x1cold\x1eones.",
    "- a bullet, 1. a number, # a heading, > a quote, ``` a fence",
    "commas, semicolons; tabs\tand =formulas()",
    "Grüße, 世界, 🦀, שלום \u202e.",
    "NUL \x00, bell \x07, escape \x1b, \ufffe and \uffff.",
    "--- | --- |",
]
Texts = list[str]


def bullets(answer: str) -> Texts:
    assert all(line.startswith("- ") for line in answer.splitlines())
    return [line[2:] for line in answer.splitlines()]


def numbered(answer: str) -> Texts:
    found = [line.split(". ", 1) for line in answer.splitlines()]
    assert [number for number, _ in found] == [str(n + 1) for n in range(len(found))]
    return [text for _, text in found]


def markdown_table(answer: str) -> Texts:
    """Cells end at a pipe with an even number of backslashes before it; an odd one is an escape."""
    head, divider, *rows = answer.splitlines()
    assert head == "| Type | Constraint |" and divider == "| --- | --- |"
    found = []
    for row in rows:
        cells = re.findall(r"((?:\\.|[^|\\])*)\|", row)
        assert len(cells) == 3 and cells[0] == "", row
        # A parser that looks at the one character before a pipe must see the same cells.
        assert len(re.split(r"(?<!\\)\|", row)) == 4
        found.append(re.sub(r"(\\*)\\\|", lambda pipe: "\\" * (len(pipe[1]) // 2) + "|", cells[2][1:-1]))
    return found


def csv_rows(answer: str) -> Texts:
    head, *rows = csv.reader(io.StringIO(answer, newline=""), strict=True)
    assert head == ["type", "constraint"] and all(len(row) == 2 for row in rows)
    return [text for _, text in rows]


def xml(answer: str) -> Texts:
    root = ElementTree.fromstring(answer)
    assert root.tag == "constraints" and all(child.tag == "constraint" and child.get("type") for child in root)
    return [child.text or "" for child in root]


PARSERS: dict[str, Callable[[str], Texts]] = {
    "bullets": bullets,
    "numbered": numbered,
    "lines": str.splitlines,
    "json_list": json.loads,
    "json_object": lambda answer: list(json.loads(answer).values()),
    "table": markdown_table,
    "xml": xml,
    "csv": csv_rows,
}


def expected(format_: str, text: str) -> str:
    if format_ == "xml":
        # XML 1.0 has no way to write these.
        return "".join(char for char in text if char in "\t" or " " <= char < "\ufffe" or char > "\uffff")
    return text


def test_every_format_has_a_parser_here() -> None:
    assert set(PARSERS) == set(FORMATS)


@pytest.mark.parametrize("format_", FORMATS)
def test_hostile_texts_come_back_as_they_went_in(format_: str) -> None:
    items = [(f"toy:t{n}", one_line(text)) for n, text in enumerate(HOSTILE)]
    assert PARSERS[format_](FORMATS[format_](items)) == [expected(format_, text) for _, text in items]


Lines = st.text(min_size=1).map(one_line).filter(lambda line: line == line.strip() != "")


@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.one_of(Lines, st.text("\\|\"<&,;'{}`", min_size=1)), min_size=1, max_size=8))
def test_any_text_comes_back_as_it_went_in(format_: str, texts: list[str]) -> None:
    items = [(f"toy:t{n}", text) for n, text in enumerate(texts)]
    assert PARSERS[format_](FORMATS[format_](items)) == [expected(format_, text) for text in texts]


def test_one_line_is_one_line_in_every_reading() -> None:
    for text in HOSTILE:
        assert one_line(text).splitlines() == [one_line(text)]
    assert one_line('Use "a  b".') == 'Use "a  b".', "spaces inside a phrase are part of it"
