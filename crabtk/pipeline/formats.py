"""The output formats of reverse examples: what is written is valid in the format that was asked for."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

Item = tuple[str, str]
"""A constraint's type and its text on one line (see ``one_line``)."""

_PIPE = re.compile(r"(\\*)\|")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def one_line(text: str) -> str:
    """Put a space for each line break, Unicode's among them, since most formats give a constraint one line."""
    return " ".join(text.splitlines())


def _bullets(items: Sequence[Item]) -> str:
    return "\n".join(f"- {text}" for _, text in items)


def _numbered(items: Sequence[Item]) -> str:
    return "\n".join(f"{number}. {text}" for number, (_, text) in enumerate(items, 1))


def _lines(items: Sequence[Item]) -> str:
    return "\n".join(text for _, text in items)


def _json_list(items: Sequence[Item]) -> str:
    return json.dumps([text for _, text in items], ensure_ascii=False, indent=2)


def _json_object(items: Sequence[Item]) -> str:
    return json.dumps(dict(items), ensure_ascii=False, indent=2)


def _table(items: Sequence[Item]) -> str:
    # Backslashes before a pipe are doubled, or they would take away the one that makes it text.
    rows = [f"| {type_} | {_PIPE.sub(_escaped, text)} |" for type_, text in items]
    return "\n".join(["| Type | Constraint |", "| --- | --- |", *rows])


def _escaped(pipe: re.Match[str]) -> str:
    return rf"{pipe[1]}{pipe[1]}\|"


def _xml(items: Sequence[Item]) -> str:
    # Control characters cannot stand in XML 1.0, not even escaped.
    texts = [(type_, _NOT_IN_XML.sub("", text)) for type_, text in items]
    rows = [f"  <constraint type={quoteattr(type_)}>{escape(text)}</constraint>" for type_, text in texts]
    return "\n".join(["<constraints>", *rows, "</constraints>"])


def _csv(items: Sequence[Item]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([("type", "constraint"), *items])
    return stream.getvalue().rstrip("\n")


FORMATS: Mapping[str, Callable[[Sequence[Item]], str]] = {
    "bullets": _bullets,
    "numbered": _numbered,
    "lines": _lines,
    "json_list": _json_list,
    "json_object": _json_object,
    "table": _table,
    "xml": _xml,
    "csv": _csv,
}
