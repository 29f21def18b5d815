"""Closed sets of English words and phrases, and where they occur in a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import regex

from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint

_BEFORE = r"(?<![\p{L}\p{M}\p{N}_])"
_AFTER = r"(?![\p{L}\p{M}\p{N}_])"


@dataclass(frozen=True)
class WordSet:
    """Words and phrases that are sought whole, letter case aside.

    Attributes:
        phrases: The words of a phrase are divided by one space.
        besides: An expression for what looks like one of them and is none: ``US`` is not ``us``.
        contracted: What counts as well though it holds none of them as a whole word: ``let's`` holds an ``us``.
    """

    phrases: tuple[str, ...]
    besides: str = ""
    contracted: tuple[str, ...] = ()

    # Compiled on first use: expressions do not travel well to the workers of a process pool.
    @cached_property
    def _expression(self) -> Any:
        longest_first = sorted((*self.phrases, *self.contracted), key=len, reverse=True)
        words = "|".join(regex.escape(phrase, literal_spaces=True).replace(" ", r"\s+") for phrase in longest_first)
        besides = f"(?!{self.besides})" if self.besides else ""
        return regex.compile(rf"{_BEFORE}{besides}(?i:{words}){_AFTER}")

    @cached_property
    def _first_words(self) -> frozenset[str]:
        return frozenset(WORD.findall(phrase)[0].lower() for phrase in (*self.phrases, *self.contracted))

    def listed(self, conjunction: str) -> str:
        """Return the phrases in quotes, joined as an English list."""
        *most, last = (f'"{phrase}"' for phrase in self.phrases)
        return f"{', '.join(most)} {conjunction} {last}"

    def begins(self, raw: str) -> bool:
        """Tell whether a text begins with one of them."""
        return self._expression.match(raw) is not None

    def count(self, raw: str) -> int:
        """Count the occurrences in a text, without overlaps."""
        return len(self._expression.findall(raw))

    def count_in(self, text: ParsedText) -> int:
        """Count the occurrences in a response, which costs next to nothing where there are none."""
        return self.count(text.raw) if self.may_occur(text) else 0

    def may_occur(self, text: ParsedText) -> bool:
        """Tell whether some reader could find one of them, exceptions included."""
        return not self._first_words.isdisjoint(text.part(vocabulary))


def vocabulary(text: ParsedText) -> frozenset[str]:
    """Return the different words of a text in lower case; for `ParsedText.part`."""
    return frozenset(text.lower_words)


def in_english(text: ParsedText) -> bool:
    """Tell whether a text is English by its source and by its letters."""
    return text.language == "en" and text.detected == "en"


def is_foreign(other: Constraint) -> bool:
    """Tell whether a constraint asks for another language than English."""
    return other.type == "language:response" and other.params.get("language") != "en"
