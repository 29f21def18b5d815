"""``custom:``."""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Sequence

from crabtk import ParsedText
from crabtk_ifbench.reference.facts import CAPITALS, CITY_COLUMNS, PRODUCT_COLUMNS, STUDENT_COLUMNS
from crabtk_ifbench.reference.sentences import sentences, split
from crabtk_ifbench.reference.tokens import MARKS, without_marks

_DIGITS = re.compile(r"\d+")
_QUESTION = re.compile(r"\n*(?:Question \d+[.|):;]?\s*)")
_OPTION = re.compile(r"[A-Ea-e][.|)]\s*\w+")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})$")
_SPECIAL = re.compile(r'".*[^\d\w\s].*"')
_LONGEST_DAY = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


def multiples(text: ParsedText) -> bool:
    """Compare all runs of digits with 14, 21, … 49, whatever stands between them."""
    return _DIGITS.findall(text.raw) == [str(n) for n in range(14, 51, 7)]


def mcq_count_length(text: ParsedText) -> bool:
    """Take the text apart at ``Question k``; lengths count characters, and text after the options is let pass."""
    if not text.raw.startswith("Question"):
        # Where the word is nowhere, the reference compares with the last character alone.
        return False
    parts = [part.strip() for part in _QUESTION.split(text.raw) if part.strip()]
    lengths = [length for part in parts if (length := _question_length(part)) is not None]
    return len(parts) == len(lengths) == 4 and all(a < b for a, b in itertools.pairwise(lengths))


def _question_length(part: str) -> int | None:
    """Return the characters before the first of five options; None where there are not five."""
    lines = [line.strip() for line in part.split("\n")]
    options = [bool(_OPTION.match(line)) for line in lines]
    if sum(options) != 5:
        return None
    return len(" ".join(lines[: options.index(True)]).strip())


def reverse_newline(text: ParsedText) -> bool:
    """Sort 52 or more lines from the one that holds Zimbabwe on, without accents; never look at the names."""
    lines = [bare for line in text.raw.split("\n") if (bare := line.strip(MARKS))]
    start = next((place for place, line in enumerate(lines) if "Zimbabwe" in line), len(lines))
    names = [_ascii(line) for line in lines[start:]]
    return len(names) >= 52 and names == sorted(names, reverse=True)


def word_reverse(text: ParsedText) -> bool:
    """Turn the words round and look for the bald eagle in what must be one sentence."""
    turned = " ".join(without_marks(text.raw.lower().strip()).split()[::-1])
    return "bald eagle" in turned and turned in split(turned)


def character_reverse(text: ParsedText) -> bool:
    """Look for the bald eagle backwards, whatever stands around it."""
    return "elgae dlab" in text.raw.lower()


def sentence_alphabet(text: ParsedText) -> bool:
    """Look at the first character of each of 26 sentences; a quotation mark or bracket fails."""
    found = text.part(sentences)
    # The reference raises IndexError for an empty sentence.
    return len(found) == 26 and all(
        sentence[:1].lower()[:1] == chr(ord("a") + place) for place, sentence in enumerate(found)
    )


def european_capitals_sort(text: ParsedText) -> bool:
    """Compare with one list of 27 without accents, to the letter; a final full stop fails."""
    return [part.strip() for part in _ascii(text.raw).split(",") if part.strip()] == list(CAPITALS)


def csv_city(text: ParsedText) -> bool:
    """Read eight rows of five fields, the header to the letter; a blank line is a row."""
    rows = _rows(text.raw, ",")
    return len(rows) == 8 and rows[0] == list(CITY_COLUMNS) and all(len(row) == 5 for row in rows)


def csv_special_character(text: ParsedText) -> bool:
    """Look for a quoted field with a special character, rows of five fields before it; those after go unread.

    Every double quote is made three before reading, so that the quotation marks of a field stay.
    """
    if not _header(PRODUCT_COLUMNS, ",[ \\t]*").match(text.raw.split("\n")[0].strip()):
        return False
    rows = _rows(text.raw.replace('"', '"""'), ",")
    if len(rows) != 15:
        return False
    for row in rows[1:]:
        if len(row) != 5:
            return False
        if any(map(_SPECIAL.match, row)):
            return True
    return False


def csv_quotes(text: ParsedText) -> bool:
    """Read four rows of five fields between tabs, each in double quotes."""
    if not _header(STUDENT_COLUMNS, "\\t *").match(text.raw.split("\n")[0].strip()):
        return False
    rows = _rows(text.raw.replace('"', '"""'), "\t")
    # The reference raises IndexError for an empty field.
    return len(rows) == 4 and all(len(row) == 5 and all(map(_is_quoted, row)) for row in rows)


def date_format_list(text: ParsedText) -> bool:
    """Look for dates of 1769 to 1821 between commas; month and day may be 00, and any one date will do."""
    return all(map(_is_date, text.raw.strip().split(",")))


def _is_date(written: str) -> bool:
    found = _DATE.match(written.strip())
    if not found:
        return False
    year, month, day = map(int, found.groups())
    return 1769 <= year <= 1821 and month <= 12 and (month == 0 or day <= _LONGEST_DAY.get(month, 31))


def _is_quoted(field: str) -> bool:
    bare = field.strip()
    return bare[:1] == bare[-1:] == '"'


def _header(columns: Sequence[str], between: str) -> re.Pattern[str]:
    return re.compile(between.join(f'({column}|"{column}")' for column in columns) + "$")


def _rows(raw: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(raw), delimiter=delimiter))
    except csv.Error:  # The reference lets it out.
        return []


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
