"""Responses that are CSV: a header row and data rows, bare or in a single code fence."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.csv_reader import likely_delimiter, read_csv
from crabtk.constraints.forms import leaves_no_room
from crabtk.constraints.numbers import nearness, share
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, OneOf, QuotedList

_DELIMITER: Mapping[str, Field] = {
    "delimiter": OneOf({"comma": "commas", "tab": "tabs", "semicolon": "semicolons"}),
    "delimiter.a": OneOf({"comma": "a comma", "tab": "a tab", "semicolon": "a semicolon"}),
    "delimiter.kind": OneOf(
        {"comma": "comma-separated", "tab": "tab-separated", "semicolon": "semicolon-separated"}
    ),
}  # fmt: skip
_MOST_HEADER = 160
_MOST_ROWS = 100
_QUOTED = frozenset({"csv:quoted", "csv:quoted_special"})


class CsvType(ConstraintType):
    """The base of types whose response is CSV and nothing else; they exclude one another's delimiters."""

    evaluation_only = True

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        """Refuse running text, other forms and a second delimiter."""
        other_sign = other.type.startswith("csv:") and other.params.get("delimiter", "comma") != params.get(
            "delimiter", "comma"
        )
        apart = leaves_no_room(self.name, other) and other.type != "code:only"
        return super().conflicts(params, other) or apart or other_sign

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        """Return that there are a header and a row."""
        return (Limit("lines", low=2), Limit("code_blocks", high=1), Limit("headings", high=0))


class CsvColumns(CsvType):
    """The whole response is CSV with these column names in its header row, in order and letter case."""

    name = "csv:columns"
    fields: ClassVar[Mapping[str, Field]] = {"columns": QuotedList(), **_DELIMITER}
    examples = ("city,river\nBonn,Rhine\nCork,Lee",)
    wordings = (
        "CSV, {delimiter.kind}, with the header {columns} and nothing around it but perhaps a code fence.",
        "Respond with {delimiter.kind} CSV data whose header row names the columns {columns}; apart from an optional "
        "code fence, there is no other text.",
        "Your entire response must be CSV data with {delimiter} between the fields, fenced or not, and the columns "
        "{columns} in its header.",
        "Column names of the {delimiter.kind} CSV that makes up your response, in order (a code fence is fine): "
        "{columns}.",
        "Could you generate {delimiter.kind} CSV with the columns {columns}, header row included, and write nothing "
        "but that, optionally in a code fence?",
        "Generate CSV data only, fenced or not, with {delimiter.a} after each field but the last, and begin with a "
        "header row of {columns}.",
        "The header row of your CSV reads {columns}, the delimiter is {delimiter.a}, and every data row has as many "
        "fields; a code fence may stand around it, but no text.",
        "My spreadsheet imports CSV with {delimiter.a} as the delimiter and the columns {columns}, so send a header "
        "row and data rows and nothing else, save perhaps a code fence.",
        "Let the response be CSV, bare or fenced: fields divided by {delimiter}, first row {columns}, then the data.",
        "Nothing but CSV, please, its fields separated by {delimiter} and its header row made of {columns} in this "
        "order; you may fence it.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sign = likely_delimiter(text)
        if sign is None:
            return None
        header = [cell.value for cell in read_csv(text, sign)[0]]
        plain = all(name and name.isprintable() and '"' not in name for name in header)
        return {"columns": header, "delimiter": sign} if plain and sum(map(len, header)) <= _MOST_HEADER else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        rows = read_csv(text, params["delimiter"])
        if not rows:
            return 0.0
        header, asked = [cell.value for cell in rows[0]], list(params["columns"])
        alike = sum(one == other for one, other in zip(header, asked, strict=False))
        return share(alike, max(len(header), len(asked)))

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return tuple(params["columns"])


class CsvRows(CsvType):
    """The whole response is CSV with exactly so many rows below the header row."""

    name = "csv:rows"
    fields: ClassVar[Mapping[str, Field]] = {"n": Count(), **_DELIMITER}
    examples = ("city;river\nBonn;Rhine\nCork;Lee",)
    wordings = (
        "CSV, {delimiter.kind}: a header and {n} data {n|row|rows}, with nothing around it but perhaps a code fence.",
        "Respond with {delimiter.kind} CSV data that has a header row and exactly {n} {n|row|rows} below it; apart "
        "from an optional code fence, there is no other text.",
        "Your entire response must be CSV data with {delimiter} between the fields, fenced or not, and precisely {n} "
        "data {n|row|rows} under the header.",
        "Number of data rows below the header of the {delimiter.kind} CSV that makes up your response (a code fence "
        "is fine): {n}.",
        "Could you generate {delimiter.kind} CSV with a header and {n} {n|row|rows} of data, no more and no fewer, and "
        "write nothing but that, optionally in a code fence?",
        "Generate CSV data only, fenced or not, with {delimiter.a} after each field but the last: a header row, then "
        "exactly {n} other {n|row|rows}.",
        "The delimiter of your CSV is {delimiter.a}, and exactly {n} {n|row of data follows|rows of data follow} the "
        "header row; a code fence may stand around it, but no text.",
        "My spreadsheet imports CSV with {delimiter.a} as the delimiter and has room for a header and just {n} "
        "{n|row|rows}, all of which I want filled, so send nothing else, save perhaps a code fence.",
        "Let the response be CSV, bare or fenced: fields divided by {delimiter}, one header row, {n} data {n|row|rows} "
        "exactly.",
        "Nothing but CSV, please, its fields separated by {delimiter} and {n} {n|row|rows}, neither more nor fewer, "
        "below its header; you may fence it.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sign = likely_delimiter(text)
        rows = len(read_csv(text, sign)) - 1 if sign else 0
        return {"n": rows, "delimiter": sign} if 1 <= rows <= _MOST_ROWS else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        rows, n = read_csv(text, params["delimiter"]), int(params["n"])
        return nearness(len(rows) - 1, n, n) if rows else 0.0

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (*super().limits(params), Limit("lines", low=int(params["n"]) + 1))


class CsvQuoted(CsvType):
    """The whole response is CSV, and every field, header included, stands in double quotes."""

    name = "csv:quoted"
    fields: ClassVar[Mapping[str, Field]] = _DELIMITER
    examples = ('"city"\t"river"\n"Bonn"\t"Rhine"\n"Cork"\t"Lee"',)
    wordings = (
        "CSV, {delimiter.kind}, a header and data rows, every field in double quotes, perhaps in a code fence.",
        "Respond with {delimiter.kind} CSV data only, optionally fenced, and enclose each single field in double "
        "quotes, those of the header row too.",
        "Your entire response must be CSV data with {delimiter} between the fields, fenced or not, and no field, in "
        "the header or below it, may lack its double quotes.",
        "Quoting in the {delimiter.kind} CSV that makes up your response (a code fence is fine): double quotes around "
        "all fields, header included.",
        "Could you generate {delimiter.kind} CSV, a header row and data rows, with double quotes around each field, "
        "and write nothing but that, optionally in a code fence?",
        "Generate CSV data only, fenced or not, with {delimiter.a} after each field but the last, and put double "
        "quotes around every field of the header and of the rows below.",
        "The delimiter of your CSV is {delimiter.a}, and each field is wrapped in double quotes, be it in the header "
        "or in a data row; a code fence may stand around it, but no text.",
        "My spreadsheet imports CSV with {delimiter.a} as the delimiter and takes double-quoted fields only, so quote "
        "them all, column names included, and send nothing else, save perhaps a code fence.",
        "Let the response be CSV, bare or fenced: fields divided by {delimiter}, all of them double-quoted, from the "
        "header row to the last data row.",
        "Nothing but CSV, please, its fields separated by {delimiter} and quoted without exception by double quotes, "
        "in the header as in the data; you may fence it.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sign = likely_delimiter(text)
        params = {"delimiter": sign}
        return params if sign and self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        cells = [cell for row in read_csv(text, params["delimiter"]) for cell in row]
        return share(sum(cell.quoted for cell in cells), len(cells))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in _QUOTED


class CsvQuotedSpecial(CsvType):
    """The whole response is comma-separated CSV; below the header, a quoted field holds a special character.

    A special character is neither a letter, a digit nor white space.
    """

    name = "csv:quoted_special"
    examples = ('city,river\nBonn,"Rhine, Sieg"\nCork,Lee',)
    wordings = (
        "CSV, comma-separated, perhaps fenced, with a data field in double quotes that holds a special character "
        "(neither letter, digit nor space).",
        "Respond with comma-separated CSV data only, optionally in a code fence, and let one field below the header "
        "contain a special character, that is neither letter, digit nor space, and be enclosed in double quotes.",
        "Your entire response must be comma-separated CSV, fenced or not, with at least one data field that contains "
        "a character other than letters, digits and spaces and is enclosed in double quotes.",
        "Required in the comma-separated CSV that makes up your response (a code fence is fine): below the header, a "
        "double-quoted field with a special character, not a letter, digit or space.",
        "Could you generate CSV with commas, a header row and data rows, put a special character (no letter, digit or "
        "space) into a data field, enclose that field in double quotes, and write no more, save perhaps a code fence?",
        "Generate CSV data with commas as the delimiter, nothing around it but perhaps a code fence; some field under "
        "the header has a character that is no letter, digit or space, and double quotes enclose the field.",
        "One data field or more of your CSV, which is comma-separated, fenced or bare, and the whole response, must be "
        "in double quotes and include a sign other than letters, digits and white space.",
        "My parser has to be tested on quoting: send comma-separated CSV alone, fenced if you like, where at least one "
        "field below the header is in double quotes and includes a special character, neither letter, digit nor space.",
        "Let the response be CSV with commas, bare or fenced, and add a field in double quotes that has a special "
        "character in it (anything but letters, digits and white space), in a data row.",
        "Nothing but comma-separated CSV, please, in a code fence or not; besides plain fields, its data rows need one "
        "that is double-quoted and holds a character which is no letter, no digit and no space.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if likely_delimiter(text) == "comma" and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        cells = [cell for row in read_csv(text, "comma")[1:] for cell in row]
        return any(cell.quoted and not all(map(_is_plain, cell.value)) for cell in cells)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in _QUOTED


def _is_plain(char: str) -> bool:
    return char.isalnum() or char.isspace()


TYPES: tuple[ConstraintType, ...] = (CsvColumns(), CsvRows(), CsvQuoted(), CsvQuotedSpecial())
