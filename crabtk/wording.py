"""Wordings: one small template language, read in both directions.

A template is a sentence with fields in braces: ``Use at most {n} {n|word|words}.`` — ``{n}`` is written by
the field named ``n``; ``{n|word|words}`` is the first form where the value of ``n`` is 1, else the second. A
parameter may be written in several forms: ``{relation.tail}`` is written by the field ``relation.tail`` and
stands for the parameter ``relation``. Filling is a single pass over the template, so a value that holds braces is
never filled again, and the same template is turned into a regular expression that recovers the values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

_SLOT = re.compile(r"\{(\w+(?:\.\w+)?)(?:\|([^|{}]*)\|([^|{}]*))?\}")


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


class Field(Protocol):
    """How one parameter is written in a sentence and read back."""

    @property
    def pattern(self) -> str:
        """Regular expression without capturing groups that matches whatever ``write`` returns."""
        ...

    def write(self, value: Any) -> str:
        """Return the value as it stands in a sentence."""
        ...

    def read(self, written: str) -> Any:
        """Return the value that ``write`` was given."""
        ...


@dataclass(frozen=True)
class Count:
    """A whole number, written in digits."""

    pattern: str = r"\d+"

    def write(self, value: Any) -> str:
        """Return the digits."""
        return str(int(value))

    def read(self, written: str) -> int:
        """Return the number."""
        return int(written)


@dataclass(frozen=True)
class Ordinal:
    """A place in a row, counted from 1: ``first`` to ``tenth`` in words, ``11th``, ``22nd`` and so on in digits."""

    pattern: str = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))"

    def write(self, value: Any) -> str:
        """Return the ordinal."""
        n = int(value)
        if 1 <= n <= len(_ORDINALS):
            return _ORDINALS[n - 1]
        ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
        return f"{n}{ending}"

    def read(self, written: str) -> int:
        """Return the place."""
        return _ORDINALS.index(written) + 1 if written in _ORDINALS else int(written[:-2])


@dataclass(frozen=True)
class Quoted:
    """A text in double quotes; it must hold neither a double quote nor a line break."""

    pattern: str = r'"[^"\n]+"'

    def write(self, value: Any) -> str:
        """Return the text in quotes; ValueError if it cannot stand in quotes."""
        text = str(value)
        if not text or '"' in text or "\n" in text:
            raise ValueError(f"cannot be quoted in a wording: {text!r}")
        return f'"{text}"'

    def read(self, written: str) -> str:
        """Return the text without its quotes."""
        return written[1:-1]


@dataclass(frozen=True)
class QuotedList:
    """One or more quoted texts: ``"a"``, ``"a" and "b"``, ``"a", "b" and "c"``; order kept."""

    word: str = "and"
    pattern: str = r'"[^"\n]+"(?:(?:, | \w+ )"[^"\n]+")*'

    def write(self, value: Any) -> str:
        """Return the texts in quotes, joined as an English list."""
        quoted = [Quoted().write(item) for item in value]
        if len(quoted) == 1:
            return quoted[0]
        return f"{', '.join(quoted[:-1])} {self.word} {quoted[-1]}"

    def read(self, written: str) -> list[str]:
        """Return the texts in their order."""
        return re.findall(r'"([^"\n]+)"', written)


@dataclass(frozen=True)
class OneOf:
    """One of a closed set of values, each with its words in a sentence."""

    words: Mapping[Any, str]
    pattern: str = field(init=False)

    def __post_init__(self) -> None:
        longest_first = sorted(self.words.values(), key=len, reverse=True)
        object.__setattr__(self, "pattern", "|".join(map(re.escape, longest_first)))

    def write(self, value: Any) -> str:
        """Return the words for a value."""
        return self.words[value]

    def read(self, written: str) -> Any:
        """Return the value that the words stand for."""
        return next(value for value, words in self.words.items() if words == written)


def fill(template: str, values: Mapping[str, str], counts: Mapping[str, Any] | None = None) -> str:
    """Fill a template's fields with texts in one pass.

    Args:
        template: Trusted text with ``{name}`` and ``{name|one|many}`` fields.
        values: Text for each ``{name}``; may come from data, since it is never filled again.
        counts: Numbers that choose between ``one`` and ``many``.

    Raises:
        KeyError: The template names a field that is not given.
    """

    def slot(match: re.Match[str]) -> str:
        name, one, many = match.groups()
        if one is None:
            return values[name]
        return one if (counts or {})[name] == 1 else many

    return _SLOT.sub(slot, template)


def write(template: str, fields: Mapping[str, Field], params: Mapping[str, Any]) -> str:
    """Word parameters by a template."""
    names = {match[1] for match in _SLOT.finditer(template) if match[2] is None}
    values = {name: fields[name].write(params[name.partition(".")[0]]) for name in names}
    return fill(template, values, params)


def parameters(template: str) -> set[str]:
    """Return the names of the parameters that a template states."""
    return {match[1].partition(".")[0] for match in _SLOT.finditer(template)}


def read(template: str, fields: Mapping[str, Field], wording: str) -> dict[str, Any] | None:
    """Recover the parameters that ``write`` put into a template; None if the wording is not of it."""
    names = tuple(fields)
    match = _compiled(template, names, tuple(fields[name].pattern for name in names)).fullmatch(wording.strip())
    if match is None:
        return None
    found: dict[str, Any] = {}
    for group, written in match.groupdict().items():
        form = group.rsplit("__", 1)[0].replace("__", ".")
        value, name = fields[form].read(written), form.partition(".")[0]
        if name in found and found[name] != value:
            return None
        found[name] = value
    return found


@lru_cache(maxsize=16384)
def _compiled(template: str, names: Sequence[str], patterns: Sequence[str]) -> re.Pattern[str]:
    """Turn a template into an expression; repeated fields get numbered groups."""
    known = dict(zip(names, patterns, strict=True))
    parts: list[str] = []
    end = 0
    for number, match in enumerate(_SLOT.finditer(template)):
        parts.append(re.escape(template[end : match.start()]))
        name, one, many = match.groups()
        parts.append(
            f"(?P<{name.replace('.', '__')}__{number}>{known[name]})"
            if one is None
            else f"(?:{re.escape(one)}|{re.escape(many)})"
        )
        end = match.end()
    parts.append(re.escape(template[end:]))
    return re.compile("".join(parts))
