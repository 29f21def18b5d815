"""Finds the wordings of constraints in a text, so that a page can mark them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape


class Segment(NamedTuple):
    """A stretch of text; ``mark`` is the number of the constraint that it words, None elsewhere."""

    text: str
    mark: int | None = None


def segments(text: str, wordings: Sequence[str]) -> list[Segment]:
    """Cut a text at the wordings that it holds; their texts joined are the text again.

    Args:
        text: Of a message.
        wordings: Numbered from 1; each is sought once, as it is or with the escapes of JSON, XML, CSV and tables.
    """
    parts: list[Segment] = []
    end = 0
    for start, stop, mark in _places(text, wordings):
        if start < end:
            continue
        parts += [Segment(text[end:start])] * (start > end) + [Segment(text[start:stop], mark)]
        end = stop
    return parts + [Segment(text[end:])] * (end < len(text))


def _places(text: str, wordings: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return start, end and number of each wording found; of two with one start, the longer first."""
    places = []
    for mark, wording in enumerate(wordings, 1):
        for written in _spellings(wording):
            start = text.find(written) if written else -1
            if start >= 0:
                places.append((start, start + len(written), mark))
                break
    return sorted(places, key=lambda place: (place[0], -place[1]))


def _spellings(wording: str) -> tuple[str, ...]:
    """Return a wording as it is and as each output format of reverse examples writes it."""
    in_json = json.dumps(wording, ensure_ascii=False)[1:-1]
    return wording, in_json, escape(wording), wording.replace('"', '""'), wording.replace("|", "\\|")
