"""Wordings: one small template language, read in both directions.

A template is a sentence with fields in braces: ``Use at most {n} {n|word|words}.`` — ``{n}`` is written by
the field named ``n``; ``{n|word|words}`` is the first form where the value of ``n`` is 1, else the second. A
parameter may be written in several forms: ``{relation.tail}`` is written by the field ``relation.tail`` and
stands for the parameter ``relation``. Filling is a single pass over the template, so a value that holds braces is
never filled again, and the same template is turned into a regular expression that recovers the values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

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
    return _joined(template, lambda name: values[name], counts or {})


def write(template: str, fields: Mapping[str, Field], params: Mapping[str, Any]) -> str:
    """Word parameters by a template."""
    return _joined(template, lambda name: fields[name].write(params[name.partition(".")[0]]), params)


def parameters(template: str) -> set[str]:
    """Return the names of the parameters that a template states."""
    return {match[1].partition(".")[0] for match in _SLOT.finditer(template)}


def read(template: str, fields: Mapping[str, Field], wording: str) -> dict[str, Any] | None:
    """Recover the parameters that ``write`` put into a template; None if the wording is not of it."""
    wording = wording.strip()
    slots, end = _divided(template)
    # What a template begins and ends with rules out nearly every wording that is not of it.
    if not wording.endswith(end) or (slots and not wording.startswith(slots[0].before)):
        return None
    names = tuple(fields)
    match = _compiled(template, names, tuple(fields[name].pattern for name in names)).fullmatch(wording)
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


def beginning(template: str) -> str:
    """Return what every wording of a template begins with: the text before its first field."""
    slots, end = _divided(template)
    return slots[0].before if slots else end


class _Slot(NamedTuple):
    """A field in a template.

    Attributes:
        before: The text between the field before, or the template's beginning, and this one.
        name: The field.
        one: Where two forms are given, the one for 1; else None.
        many: The other form.
    """

    before: str
    name: str
    one: str | None
    many: str


@lru_cache(maxsize=16384)
def _divided(template: str) -> tuple[tuple[_Slot, ...], str]:
    """Return a template's fields and the text after the last one."""
    slots = []
    end = 0
    for match in _SLOT.finditer(template):
        slots.append(_Slot(template[end : match.start()], match[1], match[2], match[3]))
        end = match.end()
    return tuple(slots), template[end:]


def _joined(template: str, written: Callable[[str], str], counts: Mapping[str, Any]) -> str:
    """Fill a template's fields with what ``written`` returns for their names."""
    slots, end = _divided(template)
    parts: list[str] = []
    for before, name, one, many in slots:
        parts.append(before)
        if one is None:
            parts.append(written(name))
        else:
            parts.append(one if counts[name] == 1 else many)
    parts.append(end)
    return "".join(parts)


@lru_cache(maxsize=16384)
def _compiled(template: str, names: Sequence[str], patterns: Sequence[str]) -> re.Pattern[str]:
    """Turn a template into an expression; repeated fields get numbered groups."""
    known = dict(zip(names, patterns, strict=True))
    parts: list[str] = []
    slots, end = _divided(template)
    for number, (before, name, one, many) in enumerate(slots):
        parts.append(re.escape(before))
        parts.append(
            f"(?P<{name.replace('.', '__')}__{number}>{known[name]})"
            if one is None
            else f"(?:{re.escape(one)}|{re.escape(many)})"
        )
    parts.append(re.escape(end))
    return re.compile("".join(parts))
